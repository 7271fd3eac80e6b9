package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xlab/treeprint"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

const (
	// nest is how far a level of the tree is indented, mostLevels how many there are, and
	// mostBranches how many lines they have in all. What is beyond is summed up by its
	// root causes.
	nest, mostLevels, mostBranches = 4, 6, 20
)

// causes draws the blockers and what is behind them, down to the root causes. Every Stage
// is drawn once; Stages of which the same is to be said share a line.
func (p *writer) causes(f *report.ExplainedFreight) {
	if len(f.Blockers) == 0 {
		return
	}
	if f.Available.Configured {
		p.heading("WHY NOT UNDER ALL")
	} else {
		p.heading("WHY")
	}
	t := &causeTree{writer: p, links: map[string][]report.Blocker{}, drawn: map[string]bool{p.stage.Name: true}, checks: checksShown(f)}
	for _, link := range f.Chain {
		t.links[link.Stage] = link.Blockers
	}
	tree := treeprint.NewWithRoot(term.Sanitize(p.stage.Name))
	t.grow(tree, f.Blockers, 1)
	text := tree.String()
	if !p.style.Glyphs {
		text = strings.NewReplacer("├──", "|--", "└──", "`--", "│", "|", "\u00a0", " ").Replace(text)
	}
	for line := range strings.Lines(strings.ReplaceAll(text, "\u00a0", " ")) {
		p.out.WriteString("  " + strings.TrimRight(line, " \n") + "\n")
	}
}

// causeTree draws a graph of causes as a tree.
type causeTree struct {
	*writer
	// links has the blockers of each Stage that waits itself.
	links map[string][]report.Blocker
	// drawn has the Stages that have been drawn.
	drawn    map[string]bool
	branches int
	// checks has the upstreams of the Stage itself whose evidence stands in RULE.
	checks map[string]*report.UpstreamCheck
}

// checksShown returns the upstreams that the rule shows with their evidence, which is not
// repeated; none where it shows some of many.
func checksShown(f *report.ExplainedFreight) map[string]*report.UpstreamCheck {
	shown := map[string]*report.UpstreamCheck{}
	for i := range f.Checks {
		list := f.Checks[i].Upstreams
		if len(list) > mostUpstreams {
			return nil
		}
		for k := range list {
			shown[list[k].Stage] = &list[k]
		}
	}
	return shown
}

// found says why a Stage is not satisfied: with the evidence, unless that stands in RULE.
func (t *causeTree) found(b *report.Blocker, level int) string {
	if u := t.checks[b.Stage]; level == 1 && u != nil {
		switch avail.Reason(b.Reason) { //nolint:exhaustive // the evidence of the others is not in RULE, or not whole
		case avail.VerificationPending, avail.VerificationRunning, avail.VerificationFailed, avail.VerificationError, avail.VerificationAborted, avail.VerificationInconclusive:
			if u.Verification != nil {
				return describe.ReasonWords(b)
			}
		case avail.PromotionFailed, avail.PromotionErrored, avail.PromotionAborted:
			if u.Promotion != nil && !strings.HasPrefix(b.Message, "PromotionRequest ") { // of which more is to be said
				return describe.ReasonWords(b)
			}
		}
	}
	return describe.Finding(b)
}

// cause is a line of the tree: Stages of which the same is found and that, if they wait,
// wait for the same Stages.
type cause struct {
	stages []string
	// found says why they are not satisfied.
	found string
	// behind is what they wait for.
	behind []report.Blocker
}

// grow draws what keeps a Stage waiting, as far as it has not been drawn.
func (t *causeTree) grow(tree treeprint.Tree, blockers []report.Blocker, level int) {
	causes := t.causesOf(blockers, level)
	for i, c := range causes {
		if t.branches >= mostBranches && i < len(causes)-1 {
			t.branch(tree, fmt.Sprintf("%s: for other reasons (-o json has all)", describe.Names(stagesOf(causes[i:]))), level)
			return
		}
		behind := slices.DeleteFunc(slices.Clone(c.behind), func(b report.Blocker) bool { return t.isDrawn(&b) })
		text := describe.Names(c.stages) + ": " + c.found
		switch {
		case len(c.behind) == 0:
			t.branch(tree, text, level)
		case len(behind) == 0:
			t.branch(tree, text+", for causes shown elsewhere in this tree", level)
		case level == mostLevels || t.branches >= mostBranches:
			t.branch(tree, text+"; behind it: "+rootsOf(behind), level)
		default:
			t.grow(t.branch(tree, text, level), behind, level+1)
		}
	}
}

func (t *causeTree) branch(tree treeprint.Tree, text string, level int) treeprint.Tree {
	t.branches++
	return tree.AddBranch(strings.Join(t.fold(text, level*nest+2), "\n"))
}

// isDrawn reports whether there is nothing to draw of a blocker. That a Stage names itself
// is said below the Stage.
func (t *causeTree) isDrawn(b *report.Blocker) bool {
	return t.drawn[b.Stage] && avail.Reason(b.Reason) != avail.SelfReference
}

// causesOf sums up blockers, and takes their Stages as drawn.
func (t *causeTree) causesOf(blockers []report.Blocker, level int) []*cause {
	var causes []*cause
	by := map[string]*cause{}
	for i := range blockers {
		b := &blockers[i]
		if t.isDrawn(b) {
			continue
		}
		t.drawn[b.Stage] = true
		behind := t.links[b.Stage]
		switch avail.Reason(b.Reason) { //nolint:exhaustive // the others lead to what they wait for
		case avail.Cycle:
			behind = t.exits(b)
		case avail.SelfReference:
			behind = nil
		}
		found := t.found(b, level)
		parts := []string{found}
		for k := range behind {
			parts = append(parts, behind[k].Stage)
		}
		key := strings.Join(parts, "\x00")
		if same := by[key]; same != nil {
			same.stages = append(same.stages, b.Stage)
			continue
		}
		by[key] = &cause{stages: []string{b.Stage}, found: found, behind: behind}
		causes = append(causes, by[key])
	}
	return causes
}

// exits takes the Stages as drawn that wait for each other in the circle of a blocker, and
// returns what else they wait for.
func (t *causeTree) exits(circle *report.Blocker) []report.Blocker {
	var exits []report.Blocker
	queue := []string{circle.Stage}
	for i := 0; i < len(queue); i++ {
		for _, b := range t.links[queue[i]] {
			switch {
			case b.Reason != circle.Reason || b.Message != circle.Message:
				exits = append(exits, b)
			case !t.drawn[b.Stage]:
				t.drawn[b.Stage] = true
				queue = append(queue, b.Stage)
			}
		}
	}
	return exits
}

func stagesOf(causes []*cause) []string {
	var stages []string
	for _, c := range causes {
		stages = append(stages, c.stages...)
	}
	return stages
}

// rootsOf says what the root causes of these blockers are: themselves, where they do not
// wait.
func rootsOf(blockers []report.Blocker) string {
	var roots []report.Root
	more := 0
	for i := range blockers {
		b := &blockers[i]
		if len(b.Roots) == 0 {
			roots = append(roots, report.Root{Stage: b.Stage, Reason: b.Reason})
		}
		roots = append(roots, b.Roots...)
		more = max(more, b.MoreRoots)
	}
	return describe.Roots(roots, more)
}
