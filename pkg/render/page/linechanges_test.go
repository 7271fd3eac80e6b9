package page

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

func TestLineChanges(t *testing.T) {
	var marks LineChanges
	now := build.Noon()
	for _, step := range []struct {
		name    string
		after   time.Duration
		columns int
		text    string
		want    string
		changed bool
	}{
		{"the first", 0, 80, "a\nsoaks, 59m30s left\n\n", "a\nsoaks, 59m30s left\n\n", false},
		{"time passes", time.Second, 80, "a\nsoaks, 59m left\n\n", "a\nsoaks, 59m left\n\n", false},
		{"a line is new", time.Second, 80, "a\nb 2m\nsoaks, 58m left\n", "a\nb 2m <\nsoaks, 58m left\n", true},
		{"it stays marked", term.MarkFor - 1, 80, "a\nb 3m\n\nsoaks, 57m left\n", "a\nb 3m <\n\nsoaks, 57m left\n", false},
		{"for a while", 1, 80, "a\nb 3m\nsoaks, 57m left\n", "a\nb 3m\nsoaks, 57m left\n", false},
		{"a line is gone", time.Second, 80, "a\nb 3m\n", "a\nb 3m\n", true},
		{"folded in another way", time.Second, 1, "a\nb\n3m\nc\n", "a\nb\n3m\nc\n", false},
		{"a line is other than before", time.Second, 1, "a\nb\n3m\nd\n", "a\nb\n3m\nd <\n", true},
	} {
		now = now.Add(step.after)
		got, changed := marks.Mark(step.text, step.columns, "<", now)
		if diff := cmp.Diff(step.want, got); diff != "" || changed != step.changed {
			t.Errorf("%s: changed %v, want %v (-want +got):\n%s", step.name, changed, step.changed, diff)
		}
	}
}
