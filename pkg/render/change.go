package render

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// ChangeLine writes a Change as a line of fields, separated by three spaces: the time,
// the Project, the Stage, the Freight, the verdict before and the one now, each without
// a space in it, and why it is so: what admits the Freight, then the words of the table.
// Nothing is "-". Where the verdict is as before, the answer under another strategy is
// not, and why says which.
func ChangeLine(w io.Writer, c *report.Change) error {
	name := c.Freight
	if c.Alias != "" {
		name = c.Alias
	}
	fields := []string{
		c.At.Format(time.RFC3339),
		field(Visible(c.Project)), field(Visible(c.Stage)), field(Visible(name)),
		wordOf(c.From), wordOf(c.To),
	}
	if why := whyChanged(c); why != "" {
		fields = append(fields, why)
	}
	_, err := io.WriteString(w, strings.Join(fields, gap)+"\n")
	return err
}

func wordOf(verdict *string) string {
	if verdict == nil {
		return "-"
	}
	return *verdict
}

func whyChanged(c *report.Change) string {
	if c.Object == nil {
		return string(c.Gone)
	}
	var parts []string
	switch {
	case c.From != nil && *c.From == *c.To:
		for _, semantics := range c.Flipped {
			parts = append(parts, whyFlipped(c, semantics))
		}
		return strings.Join(parts, "; ")
	case avail.Verdict(*c.To) == avail.VerdictApproved:
		parts = append(parts, "it is approved for "+Visible(c.Stage))
	case c.Object.Available.Configured:
		parts = append(parts, admitted(c.Where, &report.ExplainedFreight{Freight: *c.Object, Checks: c.Checks}))
	}
	return strings.Join(append(parts, explanation(c.Where, c.Object, false)...), "; ")
}

// whyFlipped says of an answer that it is another one than before, and why.
func whyFlipped(c *report.Change, semantics string) string {
	available := map[string]bool{"any": c.Object.Available.Any, "all": c.Object.Available.All}
	if available[semantics] {
		return withReason("under "+semantics+": available now", satisfied(c.Checks))
	}
	blockers := blocking(c.Object, func(*report.Blocker) string { return semantics })
	return withReason("under "+semantics+": not available any more", strings.Join(clauses(blockers, false), ", "))
}

func withReason(text, reason string) string {
	if reason == "" {
		return text
	}
	return text + ": " + reason
}

// satisfied says which upstreams are.
func satisfied(checks []report.Check) string {
	var done []string
	soaked := ""
	for i := range checks {
		for _, upstream := range checks[i].Upstreams {
			if !upstream.Satisfied {
				continue
			}
			done = append(done, Visible(upstream.Stage))
			if upstream.Soak != nil {
				soaked = " and soaked"
			}
		}
	}
	if len(done) == 0 {
		return ""
	}
	return "verified in " + strings.Join(done, ", ") + soaked
}

// ChangeJSON writes a Change as a document on a line of its own.
func ChangeJSON(w io.Writer, c *report.Change) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	escaper := newJSONEscaper(&out)
	if _, err := escaper.Write(append(text, '\n')); err != nil {
		return err
	}
	if err := escaper.Close(); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

// ChangeYAML writes a Change as a document that begins with a line "---".
func ChangeYAML(w io.Writer, c *report.Change) error {
	text, err := MarshalYAML(c)
	if err != nil {
		return err
	}
	_, err = w.Write(append([]byte("---\n"), text...))
	return err
}
