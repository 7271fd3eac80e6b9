package render

import (
	"strings"

	"github.com/xlab/treeprint"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// causes draws the blockers and what is behind them, down to the Stages that can act.
func (p *page) causes(f *report.ExplainedFreight) {
	if len(f.Blockers) == 0 {
		return
	}
	if f.Available.Configured {
		p.heading("WHY NOT UNDER ALL")
	} else {
		p.heading("WHY")
	}
	tree := treeprint.NewWithRoot(Visible(p.stage.Name))
	for i := range f.Blockers {
		p.grow(tree, &f.Blockers[i], 1)
	}
	text := tree.String()
	if !p.style.Glyphs {
		text = strings.NewReplacer("├──", "|--", "└──", "`--", "│", "|", "\u00a0", " ").Replace(text)
	}
	for line := range strings.Lines(strings.ReplaceAll(text, "\u00a0", " ")) {
		p.out.WriteString("  " + strings.TrimRight(line, " \n") + "\n")
	}
}

// nest is how far a level of the tree is indented.
const nest = 4

// grow adds a blocker to the tree, and what it waits for.
func (p *page) grow(tree treeprint.Tree, b *report.Blocker, depth int) {
	branch := tree.AddBranch(strings.Join(p.fold(Visible(b.Stage)+": "+found(b), depth*nest+2), "\n"))
	for i := range b.Causes {
		p.grow(branch, &b.Causes[i], depth+1)
	}
}

// found says what is found at a blocker: in the words for its reason, with its message
// or, where the message says the same and more, by the message alone.
func found(b *report.Blocker) string {
	words, evidence := phrase(b)
	switch avail.Reason(b.Reason) {
	case avail.UpstreamBlocked:
		if len(b.Causes) > 0 {
			return "not available there"
		}
		return Visible(b.Message)
	case avail.Soaking, avail.VerificationPending, avail.VerificationRunning,
		avail.VerificationFailed, avail.VerificationError, avail.VerificationAborted, avail.VerificationInconclusive,
		avail.PromotionFailed, avail.PromotionErrored, avail.PromotionAborted:
		if evidence && b.Message != "" {
			words += ": " + Visible(b.Message)
		}
	case avail.SelfReference, avail.StageNotFound, avail.SoakImpossible, avail.SoakInterrupted, avail.StageDeleting, avail.OriginNotRequested,
		avail.AwaitingGate, avail.PromotionRunning, avail.PromotionPending, avail.AwaitingHealth, avail.Superseded, avail.NoSource, avail.Cycle, avail.NotPromoted:
		return Visible(b.Message)
	case avail.ReasonUnknown:
	}
	return words
}
