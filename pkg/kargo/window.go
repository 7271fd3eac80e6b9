package kargo

import "time"

// WindowStatus says whether the promotion windows of a Stage let Promotions begin. It is
// advice of the last reconciliation: what counts is decided when a Promotion is created.
type WindowStatus struct {
	Closed bool `json:"closed"`
	// Reason is why it is closed.
	Reason string `json:"reason"`
	// NextOpen is nil while it is open, or closed without a known end.
	NextOpen *time.Time `json:"nextOpen"`
	// NextClose and NextCloseReason are set while it is open, if it is known when it closes.
	NextClose       *time.Time `json:"nextClose"`
	NextCloseReason string     `json:"nextCloseReason"`
}

// Closure says until when a closed window keeps Promotions from beginning, and why: the end
// of a sentence such as " until 2026-11-30T06:00:00Z: maintenance" or ", without a known
// end". The instant is in UTC; the reason is as Kargo gives it.
func (w WindowStatus) Closure() string {
	text := ", without a known end"
	if w.NextOpen != nil {
		text = " until " + w.NextOpen.UTC().Format(time.RFC3339)
	}
	if w.Reason != "" {
		text += ": " + w.Reason
	}
	return text
}

// PromotionWindow allows or denies Promotions to the Stages that it selects at times.
type PromotionWindow struct {
	Name string     `json:"name"`
	Kind WindowKind `json:"kind"`
	// StageSelector is nil where it selects all Stages.
	StageSelector *StageSelector `json:"stageSelector"`
	// RRule, DTStart and DTEnd are as in RFC 5545, and are not interpreted.
	RRule   string `json:"rrule"`
	DTStart string `json:"dtstart"`
	DTEnd   string `json:"dtend"`
}

// WindowKind is what a promotion window does with Promotions.
type WindowKind string

// Kargo's kinds of promotion windows.
const (
	WindowAllow WindowKind = "Allow"
	WindowDeny  WindowKind = "Deny"
)
