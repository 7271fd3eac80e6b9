package page

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

func TestFoldCommands(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"what fits", "  kargo promote --stage=prod\n", "  kargo promote --stage=prod\n"},
		{
			"what does not", "  kargo promote --project=web --freight=f1 --stage=prod\n",
			"  kargo promote --project=web \\\n    --freight=f1 --stage=prod\n",
		},
		{
			"quotes stay together", "  kubectl patch stage prod -p '{\"a\": \"b c d e f\"}' -n web\n",
			"  kubectl patch stage prod -p \\\n    '{\"a\": \"b c d e f\"}' -n web\n",
		},
		{
			"a word that is too long", "  kargo promote --freight=0123456789012345678901234567890123456789 --stage=prod\n",
			"  kargo promote \\\n    --freight=0123456789012345678901234567890123456789 \\\n    --stage=prod\n",
		},
		{"color takes no room", "  \x1b[1mkargo promote --stage=produce\x1b[0m\n", "  \x1b[1mkargo promote --stage=produce\x1b[0m\n"},
		{"other lines", "It is promoted by somebody else, later\n\n", "It is promoted by somebody else, later\n\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, FoldCommands(test.text, 32)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A shell takes a command that is folded as the one that it was.
func TestAFoldedCommandIsTheSame(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	run := func(command string) string {
		t.Helper()
		script := "kubectl() { printf '<%s>' \"$@\"; }\n" + command
		out, err := exec.CommandContext(t.Context(), shell, "-c", script).Output()
		if err != nil {
			t.Fatalf("%v:\n%s", err, script)
		}
		return string(out)
	}
	command := "  kubectl --context 'a b' -n web patch stage \"x  y\" --type=json -p '[{\"op\": \"add\"}]' --dry-run=server\n"
	want := run(command)
	for columns := range 120 {
		folded := FoldCommands(command, columns)
		if got := run(folded); got != want {
			t.Errorf("in %d columns: got %s, want %s", columns, got, want)
		}
		for line := range strings.Lines(folded) {
			if width := ansi.StringWidth(strings.TrimSuffix(line, "\n")); columns > 40 && width > columns {
				t.Errorf("%q has %d columns, and not %d", line, width, columns)
			}
		}
	}
}
