package findings

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// most is how many annotations of a kind GitHub shows for one step.
const most = 10

// GitHub writes workflow commands, which GitHub shows beside the lines: the errors first.
// Of a kind it shows ten; a last notice says how many there are beyond.
func GitHub(w io.Writer, result lint.Result) error {
	open := unsuppressed(result)
	slices.SortStableFunc(open, func(a, b *lint.Finding) int { return cmp.Compare(b.Severity.Rank(), a.Severity.Rank()) })
	var b strings.Builder
	written := map[lint.Severity]int{}
	left := 0
	for _, f := range open {
		limit := most
		if f.Severity == lint.Note {
			limit = most - 1 // the last one is for the sum
		}
		if written[f.Severity]++; written[f.Severity] > limit {
			left++
			continue
		}
		annotate(&b, f)
	}
	if left > 0 {
		fmt.Fprintf(&b, "::notice title=kargo-avail lint::%d more findings are not shown here: the summary of the step has them all\n", left)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func unsuppressed(result lint.Result) []*lint.Finding {
	var open []*lint.Finding
	for i := range result.Findings {
		if result.Findings[i].Suppressed == nil {
			open = append(open, &result.Findings[i])
		}
	}
	return open
}

func annotate(b *strings.Builder, f *lint.Finding) {
	command := "notice"
	if f.Severity != lint.Note {
		command = string(f.Severity)
	}
	fmt.Fprintf(b, "::%s ", command)
	message := sentence(f)
	if at := f.Place; at.File != nil {
		fmt.Fprintf(b, "file=%s,line=%d,endLine=%d,col=%d,", property(strings.TrimPrefix(at.File.Name, "./")), at.Span.Line, at.Span.EndLine, at.Span.Column)
		if at.Span.EndLine == at.Span.Line {
			fmt.Fprintf(b, "endColumn=%d,", at.Span.EndColumn)
		}
	} else {
		message = position(at) + ": " + message
	}
	fmt.Fprintf(b, "title=%s::%s\n", property(f.Rule.Title()), data(message))
}

// data escapes the message of a workflow command.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// property escapes a property of a workflow command.
func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(text))
}
