package describe

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Blockers says which blockers there are and why, as the table does: those with the same
// reason share a part, and one that waits for others is followed to those that can act.
// Wide adds the evidence.
func Blockers(blockers []report.Blocker, wide bool) []string {
	var order []string
	stages := map[string][]string{} // by their reason
	for i := range blockers {
		reason := shortReason(&blockers[i], wide)
		if _, known := stages[reason]; !known {
			order = append(order, reason)
		}
		if name := term.Sanitize(blockers[i].Stage); !slices.Contains(stages[reason], name) {
			stages[reason] = append(stages[reason], name)
		}
	}
	parts := make([]string, 0, len(order))
	for _, reason := range order {
		parts = append(parts, strings.Join(stages[reason], ", ")+": "+reason)
	}
	return parts
}

// Blocker says in a line why one upstream is not satisfied, with the evidence.
func Blocker(b *report.Blocker) string { return shortReason(b, true) }

// shortReason says why an upstream is not satisfied, or what it waits for.
func shortReason(b *report.Blocker, wide bool) string {
	reason := avail.Reason(b.Reason)
	if len(b.Causes) > 0 {
		roots := strings.Join(Blockers(roots(b.Causes), wide), ", ")
		if reason == avail.ReasonUnknown {
			return "unknown, waits for " + roots
		}
		return "waits for " + roots
	}
	text := reasonWords(b)
	_, message := reason.Words()
	if wide && b.Message != "" && (message == avail.MessageEvidence || message == avail.MessageDetail) {
		text += " (" + term.Sanitize(b.Message) + ")"
	}
	return text
}

// roots returns the blockers at the ends of the chains, in the order of the chains.
// A blocked Stage whose causes are given elsewhere in the tree is no end.
func roots(causes []report.Blocker) []report.Blocker {
	var ends []report.Blocker
	for i := range causes {
		switch {
		case len(causes[i].Causes) > 0:
			ends = append(ends, roots(causes[i].Causes)...)
		case avail.Reason(causes[i].Reason) != avail.UpstreamBlocked:
			ends = append(ends, causes[i])
		}
	}
	return ends
}

// Finding says why an upstream is not satisfied as a tree of causes does, in which what
// it waits for stands below it: with the evidence, each thing once.
func Finding(b *report.Blocker) string {
	if avail.Reason(b.Reason) == avail.UpstreamBlocked && len(b.Causes) > 0 {
		return "not available there"
	}
	switch _, message := avail.Reason(b.Reason).Words(); message {
	case avail.MessageEvidence:
		if b.Message != "" {
			return reasonWords(b) + ": " + term.Sanitize(b.Message)
		}
	case avail.MessageDetail, avail.MessageSentence:
		return term.Sanitize(b.Message)
	case avail.MessageInstead:
	}
	return reasonWords(b)
}

// reasonWords says in a few words why an upstream is not satisfied.
func reasonWords(b *report.Blocker) string {
	words, message := avail.Reason(b.Reason).Words()
	switch {
	case message == avail.MessageInstead && words == "":
		return term.Sanitize(b.Message)
	case message == avail.MessageInstead:
		return words + ": " + term.Sanitize(b.Message)
	case avail.Reason(b.Reason) == avail.Soaking:
		return words + ", " + duration.HumanDuration(time.Duration(b.Remaining)) + " left"
	default:
		return words
	}
}
