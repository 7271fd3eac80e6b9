package listing

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// takeNotes puts a number in place of each explanation that several rows would repeat, and
// returns the explanations in the order of their numbers. A pipe keeps them in its rows,
// each of which is complete.
func (t *rows) takeNotes() []string {
	if !t.style.Terminal {
		return nil
	}
	times := map[string]int{}
	for i := range t.rows {
		for _, c := range t.rows[i].consequences {
			times[c.Why]++
		}
	}
	var notes []string
	numbers := map[string]int{}
	for i := range t.rows {
		for _, c := range t.rows[i].consequences {
			if times[c.Why] < 2 {
				continue
			}
			if numbers[c.Why] == 0 {
				notes = append(notes, c.Why)
				numbers[c.Why] = len(notes)
			}
			short := fmt.Sprintf("%s [%d]", c.Text, numbers[c.Why])
			for r, reason := range t.rows[i].reasons {
				if reason == c.String() {
					t.rows[i].reasons[r] = short
				}
			}
		}
	}
	return notes
}

// legend says what the marks mean that stand beside Freight; "" where there are none, or
// they have columns of their own.
func (t *rows) legend() string {
	if !t.style.Terminal || t.style.NoHeaders {
		return ""
	}
	shown := map[string]bool{}
	for i := range t.rows {
		for _, mark := range t.rows[i].marks {
			shown[mark] = true
		}
	}
	var parts []string
	for _, m := range []struct{ mark, means string }{
		{t.style.Current(), "runs here"},
		{t.style.Next(), "auto-promotion promotes it next"},
		{failedMark, "its last promotion here failed"},
	} {
		if shown[m.mark] {
			parts = append(parts, m.mark+" "+m.means)
		}
	}
	return strings.Join(parts, "   ")
}

// writeNotes writes what the marks mean, and the explanations, below the table.
func (t *rows) writeNotes(w io.Writer, notes []string) error {
	var out strings.Builder
	if legend := t.legend(); legend != "" {
		out.WriteString(t.style.Palette.Faint(legend) + "\n")
	}
	for i, note := range notes {
		lead := fmt.Sprintf("[%d] ", i+1)
		lines := []string{note}
		if t.style.Wraps() {
			lines = term.Wrap(note, max(t.style.Width-len(lead), leastReason))
		}
		out.WriteString(lead + strings.Join(lines, "\n"+strings.Repeat(" ", len(lead))) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}
