package lint_test

import (
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// Each rule finds something in the bad example of its page, and no rule finds anything
// in the good one that is worse than a note.
func TestPages(t *testing.T) {
	for _, rule := range lint.Rules() {
		t.Run(rule.Code, func(t *testing.T) {
			page := lint.PageOf(&rule)
			if page.Bad == "" || page.Good == "" || rule.Why == "" || rule.Remedy == "" || rule.Summary == "" {
				t.Fatal("the page is not whole")
			}
			if found := lint.Example(&rule, "bad.yaml", page.Bad); len(found.Findings) == 0 {
				t.Error("it finds nothing in its bad example")
			}
			now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
			in := lint.FromFiles([]lint.Source{{Name: "good.yaml", Data: []byte(page.Good), Named: true}}, lint.Options{Now: now})
			for _, f := range lint.Run(in, lint.Selection{}).Findings {
				if f.Severity != lint.Note || f.Rule.Code == rule.Code {
					t.Errorf("good example: %s %s", f.Rule.Code, f.Message)
				}
			}
		})
	}
}
