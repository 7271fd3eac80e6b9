package schema

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Every Explanation in the scripts can be written on a terminal of any width, in color
// and without, and color changes nothing but the color.
func TestExplanationsFitAnyTerminal(t *testing.T) {
	explained := 0
	for name, text := range goldens(t) {
		if !strings.Contains(text, `"kind": "Explanation"`) {
			continue
		}
		var e report.Explanation
		if err := json.NewDecoder(strings.NewReader(text)).Decode(&e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		explained++
		for width := 20; width <= 160; width += 7 {
			var plain, colored bytes.Buffer
			for palette, out := range map[bool]io.Writer{false: &plain, true: &colored} {
				style := term.Style{Terminal: true, Width: width, Glyphs: true, Palette: term.NewPalette(palette)}
				if err := page.Explanation(out, &e, style); err != nil {
					t.Fatal(err)
				}
			}
			if got := withoutColor(colored.String()); got != plain.String() {
				t.Errorf("%s at %d columns, colors aside:\n%s\nwithout color:\n%s", name, width, got, plain.String())
			}
		}
	}
	if explained < 20 {
		t.Fatalf("only %d Explanations were found", explained)
	}
}

// withoutColor leaves out what colors text.
func withoutColor(text string) string {
	parts := strings.Split(text, "\x1b[")
	out := parts[0]
	for _, part := range parts[1:] {
		_, rest, _ := strings.Cut(part, "m")
		out += rest
	}
	return out
}
