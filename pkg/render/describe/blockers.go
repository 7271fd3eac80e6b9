package describe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Blockers says which blockers there are and why, as the table does: those with the same
// reason share a part, and one that waits for others is followed to its root causes.
// Wide adds the evidence.
func Blockers(blockers []report.Blocker, wide bool) []string {
	var groups groups
	for i := range blockers {
		groups.add(shortReason(&blockers[i], wide), blockers[i].Stage)
	}
	return groups.parts(mostBlockers, 0)
}

// neverFirst moves the blockers that can never clear before those that may.
func neverFirst(blockers []report.Blocker) []report.Blocker {
	rank := func(b report.Blocker) int {
		if avail.Reason(b.Reason).Lasts() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(blockers, func(a, b report.Blocker) int { return rank(a) - rank(b) })
	return blockers
}

// Blocker says in a line why one upstream is not satisfied, with the evidence.
func Blocker(b *report.Blocker) string { return shortReason(b, true) }

// shortReason says why an upstream is not satisfied, or what it waits for.
func shortReason(b *report.Blocker, wide bool) string {
	reason := avail.Reason(b.Reason)
	if len(b.Roots) > 0 {
		waits := waitsFor(b)
		if reason == avail.ReasonUnknown {
			return "unknown, " + waits
		}
		return waits
	}
	text := ReasonWords(b)
	words, message := reason.Words()
	if wide && b.Message != "" && b.Message != words && (message == avail.MessageEvidence || message == avail.MessageDetail) {
		text += " (" + term.Sanitize(b.Message) + ")"
	}
	return text
}

// waitsFor says what an upstream waits for: how many of its root causes have to be cleared
// where that is known.
func waitsFor(b *report.Blocker) string {
	and := map[string]string{avail.AnyOfThem.String(): "or", avail.AllOfThem.String(): "and"}[b.RootsNeeded]
	if and == "" && len(b.Roots) == 1 && b.MoreRoots == 0 {
		and = "and" // of one it is the same
	}
	if and == "" {
		return "waits for " + Roots(b.Roots, b.MoreRoots)
	}
	var groups groups
	for _, root := range b.Roots {
		words, _ := avail.Reason(root.Reason).Words()
		groups.add(words, root.Stage)
	}
	var parts []string
	for _, said := range groups.order {
		each := ""
		if len(groups.stages[said]) > 1 {
			each = "each: "
		}
		parts = append(parts, alternatives(groups.stages[said], and)+" ("+each+said+")")
	}
	if b.MoreRoots > 0 {
		parts = append(parts, fmt.Sprintf("%d more Stages", b.MoreRoots))
	}
	return "needs " + strings.Join(parts, " "+and+" ")
}

// alternatives names Stages that are needed together or of which one is: of many the first
// ones and how many more.
func alternatives(stages []string, and string) string {
	shown, more := stages, ""
	if len(stages) > mostRoots+1 {
		shown, more = stages[:mostRoots], fmt.Sprintf("%d more", len(stages)-mostRoots)
	}
	var names []string
	for _, name := range shown {
		names = append(names, term.Sanitize(name))
	}
	if more != "" {
		names = append(names, more)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " " + and + " " + names[last]
}

// Roots says which root causes there are: those with the same reason together, of many
// the first ones and how many more. more counts those that are not in the list.
func Roots(roots []report.Root, more int) string {
	var groups groups
	for _, root := range roots {
		words, _ := avail.Reason(root.Reason).Words()
		groups.add(words, root.Stage)
	}
	return strings.Join(groups.parts(mostRoots, more), ", ")
}

const (
	// mostBlockers and mostRoots are how many Stages with one reason are named.
	mostBlockers, mostRoots = 6, 3
)

// groups are Stages by what is said of them, in the order in which it was first said.
type groups struct {
	order  []string
	stages map[string][]string
	met    map[[2]string]bool
}

// add adds a Stage to those of which the same is said; a second time it is left out.
func (g *groups) add(said, stage string) {
	if g.stages == nil {
		g.stages, g.met = map[string][]string{}, map[[2]string]bool{}
	}
	if g.met[[2]string{said, stage}] {
		return
	}
	g.met[[2]string{said, stage}] = true
	if _, known := g.stages[said]; !known {
		g.order = append(g.order, said)
	}
	g.stages[said] = append(g.stages[said], stage)
}

// parts writes a part for each group, with up to most of its names. more counts further
// Stages of which nothing is said.
func (g *groups) parts(most, more int) []string {
	parts := make([]string, 0, len(g.order))
	for _, said := range g.order {
		parts = append(parts, names(g.stages[said], most)+": "+said)
	}
	if more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more Stages", more))
	}
	return parts
}

// Names writes names of Stages, sanitized: of many the first ones and how many more.
func Names(stages []string) string { return names(stages, mostBlockers) }

// names writes up to most names. Where one more would do, it is written, too.
func names(stages []string, most int) string {
	shown := stages
	if len(stages) > most+1 {
		shown = stages[:most]
	}
	safe := make([]string, 0, len(shown))
	for _, name := range shown {
		safe = append(safe, term.Sanitize(name))
	}
	text := strings.Join(safe, ", ")
	if more := len(stages) - len(shown); more > 0 {
		return fmt.Sprintf("%d Stages: %s and %d more", len(stages), text, more)
	}
	return text
}

// Finding says why an upstream is not satisfied as a tree of causes does, in which what
// it waits for stands below it: with the evidence, each thing once.
func Finding(b *report.Blocker) string {
	if avail.Reason(b.Reason) == avail.UpstreamBlocked {
		return "not available there"
	}
	switch words, message := avail.Reason(b.Reason).Words(); message {
	case avail.MessageEvidence:
		if b.Message != "" && b.Message != words {
			return ReasonWords(b) + ": " + term.Sanitize(b.Message)
		}
	case avail.MessageDetail, avail.MessageSentence:
		return term.Sanitize(b.Message)
	case avail.MessageInstead, avail.MessageAlone:
	}
	return ReasonWords(b)
}

// ReasonWords says in a few words why an upstream is not satisfied.
func ReasonWords(b *report.Blocker) string {
	words, message := avail.Reason(b.Reason).Words()
	switch {
	case message == avail.MessageAlone:
		return term.Sanitize(b.Message)
	case message == avail.MessageInstead:
		return words + ": " + term.Sanitize(b.Message)
	case avail.Reason(b.Reason) == avail.Soaking:
		return words + ", " + duration.HumanDuration(time.Duration(b.Remaining)) + " left"
	default:
		return words
	}
}
