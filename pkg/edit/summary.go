package edit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Summary says what became, or will become, of the Stage, in kubectl's words.
func (p *Plan) Summary() string {
	var written, kept []*Field
	for _, f := range p.pointers() {
		if f.Writes {
			written = append(written, f)
		} else {
			kept = append(kept, f)
		}
	}
	if len(written) == 0 {
		verb := "unchanged"
		if slices.ContainsFunc(kept, func(f *Field) bool { return f.withheld() != "" }) {
			verb = "not changed"
		}
		return fmt.Sprintf("%s (%s)", verb, joinByOrigin(kept, (*Field).kept))
	}
	verb := "strategy set to " + written[0].To.String()
	if written[0].NewValue() == nil {
		verb = "strategy unset"
	}
	was := joinByOrigin(written, func(f *Field) string { return "was " + f.fromWord() })
	if len(kept) > 0 {
		var parts []string
		for _, f := range slices.Concat(written, kept) {
			words := "stays"
			if f.Writes {
				words = "was"
			}
			parts = append(parts, fmt.Sprintf("%s %s %s", f.Origin, words, f.fromWord()))
		}
		was = strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s (%s)", verb, was)
}

// Withheld says, one sentence per request, why a strategy is not written.
func (p *Plan) Withheld() []string {
	var list []string
	for _, f := range p.pointers() {
		if why := f.withheld(); why != "" {
			list = append(list, fmt.Sprintf("Stage %q: %s would have no effect on its request for %s: %s; use --force to write it anyway",
				p.Name(), f.targetWord(), f.Origin, why))
		}
	}
	return list
}

// kept says which strategy an unwritten request has, and whether the other one would
// have no effect.
func (f *Field) kept() string {
	text := f.fromWord()
	if f.withheld() != "" {
		text += "; " + f.targetWord() + " would have no effect"
	}
	return text
}

// joinByOrigin writes the words of the fields once if they are equal, else each
// after its origin.
func joinByOrigin(fields []*Field, say func(*Field) string) string {
	words := say(fields[0])
	var each []string
	same := true
	for _, f := range fields {
		same = same && say(f) == words
		each = append(each, f.Origin.String()+" "+say(f))
	}
	if same {
		return words
	}
	return strings.Join(each, ", ")
}

// fromWord is the strategy in force before the edit.
func (f *Field) fromWord() string { return string(f.From.Normal()) }

// targetWord is the strategy in force after the edit.
func (f *Field) targetWord() string {
	strategy, _ := f.To.Strategy()
	return string(strategy.Normal())
}

// Path names the field as people write it.
func (f *Field) Path() string {
	return "spec.requestedFreight[" + strconv.Itoa(f.Index) + "].sources." + strategyField
}
