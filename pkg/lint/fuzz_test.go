package lint_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// FuzzFiles holds that any file can be linted, and that the same file has the same
// findings.
func FuzzFiles(f *testing.F) {
	for _, rule := range lint.Rules() {
		page := lint.PageOf(&rule)
		f.Add([]byte(page.Bad))
		f.Add([]byte(page.Good))
	}
	for _, seed := range []string{"", "{", "a: &a [*a]", "a: &a {<<: *a}", "kind: Stage\napiVersion: kargo.akuity.io/v1alpha1\nmetadata: 5\nspec: [1]\n", "\xff\xfea\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		look := func() (found []string, unread bool) {
			in := lint.FromFiles([]lint.Source{{Name: "web.yaml", Data: text, Named: true}}, lint.Options{Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)})
			result := lint.Run(in, lint.Selection{})
			for _, finding := range result.Findings {
				found = append(found, finding.Rule.Code+" "+finding.Message)
			}
			return found, result.Unread
		}
		found, unread := look()
		again, unreadAgain := look()
		if diff := cmp.Diff(found, again); diff != "" || unread != unreadAgain {
			t.Errorf("linted again (%v, %v):\n%s", unread, unreadAgain, diff)
		}
	})
}
