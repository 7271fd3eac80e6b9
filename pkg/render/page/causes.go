package page

import (
	"strings"

	"github.com/xlab/treeprint"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// causes draws the blockers and what is behind them, down to the Stages that can act.
func (p *writer) causes(f *report.ExplainedFreight) {
	if len(f.Blockers) == 0 {
		return
	}
	if f.Available.Configured {
		p.heading("WHY NOT UNDER ALL")
	} else {
		p.heading("WHY")
	}
	tree := treeprint.NewWithRoot(term.Sanitize(p.stage.Name))
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
func (p *writer) grow(tree treeprint.Tree, b *report.Blocker, depth int) {
	branch := tree.AddBranch(strings.Join(p.fold(term.Sanitize(b.Stage)+": "+describe.Finding(b), depth*nest+2), "\n"))
	for i := range b.Causes {
		p.grow(branch, &b.Causes[i], depth+1)
	}
}
