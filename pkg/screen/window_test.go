package screen

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// numbered is a text of so many lines.
func numbered(lines int) string {
	var text strings.Builder
	for i := range lines {
		fmt.Fprintf(&text, "line %d of a text that is wide\n", i+1)
	}
	return text.String()
}

// view is what a model shows on a terminal of this size.
func view(text string, columns, rows int, keys ...string) []string {
	m := &model{columns: columns, rows: rows, keys: true, frame: Frame{Text: text, Status: []string{"fresh"}}}
	for _, key := range keys {
		m.press(key)
	}
	return strings.Split(m.View().Content, "\n")
}

func TestWhatIsTooLargeScrolls(t *testing.T) {
	for _, test := range []struct {
		keys []string
		want string // the first line and where it is
	}{
		{nil, "line 1 of a |lines 1-4 of 9, columns 1-12 of 29"},
		{[]string{"down"}, "line 2 of a |lines 2-5 of 9, columns 1-12 of 29"},
		{[]string{"j", "j", "k"}, "line 2 of a |lines 2-5 of 9, columns 1-12 of 29"},
		{[]string{"pgdown"}, "line 4 of a |lines 4-7 of 9, columns 1-12 of 29"},
		{[]string{"end"}, "line 6 of a |lines 6-9 of 9, columns 1-12 of 29"},
		{[]string{"end", "pgup", "up"}, "line 2 of a |lines 2-5 of 9, columns 1-12 of 29"},
		{[]string{"G", "right", "g"}, "line 1 of a |lines 1-4 of 9, columns 1-12 of 29"},
		{[]string{"right"}, " of a text t|lines 1-4 of 9, columns 7-18 of 29"},
		{[]string{"right", "right", "right", "left"}, " text that i|lines 1-4 of 9, columns 12-23 of 29"},
		{[]string{"up", "left", "x"}, "line 1 of a |lines 1-4 of 9, columns 1-12 of 29"},
	} {
		const columns, rows = 12, 4
		var w window
		for _, key := range test.keys {
			w.scroll(key, numbered(9), columns, rows)
		}
		visible := w.cut(numbered(9), columns, rows)
		where, _, _ := strings.Cut(w.where(numbered(9), columns, rows), " (")
		if got := visible[0] + "|" + where; got != test.want || len(visible) != rows {
			t.Errorf("%v: got %q of %d lines, want %q", test.keys, got, len(visible), test.want)
		}
	}
}

func TestWhatFitsStaysWhereItIs(t *testing.T) {
	want := []string{"a", "b", "", "", "fresh  ·  q quits"}
	for _, key := range []string{"down", "end", "right", "pgdown"} {
		if diff := cmp.Diff(want, view("a\nb\n", 40, 5, key)); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", key, diff)
		}
	}
}

// A window that is beyond the end of a text that has shrunk comes back.
func TestATextThatShrinks(t *testing.T) {
	m := &model{columns: 40, rows: 6, keys: true, frame: Frame{Text: numbered(50)}}
	m.press("end")
	if got := strings.Split(m.View().Content, "\n"); got[2] != "line 50 of a text that is wide" {
		t.Errorf("the end is %q", got)
	}
	m.frame.Text = numbered(5)
	want := []string{"line 3 of a text that is wide", "line 4 of a text that is wide", "line 5 of a text that is wide", "", "lines 3-5 of 5 (arrow keys scroll)", "q quits"}
	if diff := cmp.Diff(want, strings.Split(m.View().Content, "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is above the picture moves sideways with it, and not down.
func TestTheHeadStays(t *testing.T) {
	m := &model{columns: 10, rows: 6, keys: true, frame: Frame{Head: "head of a text\n", Text: numbered(9)}}
	for _, key := range []string{"down", "down", "right"} {
		m.press(key)
	}
	if got := strings.Split(m.View().Content, "\n"); got[0] != "of a text" || got[1] != "3 of a tex" {
		t.Errorf("got %q", got)
	}
	if got := m.left(); got != "" {
		t.Errorf("left %q", got)
	}
	m.frame.Last = "old"
	if got := m.left(); !strings.HasPrefix(got, "head of a text\nline 1 ") {
		t.Errorf("left %q", got)
	}
}

// On a terminal of any size no line is too long, no more lines are shown than there are
// rows, unless there are almost none, and the status is among them.
func TestTheStatusIsAlwaysVisible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(12, 200).Draw(t, "columns")
		rows := rapid.IntRange(9, 60).Draw(t, "rows")
		text := rapid.StringMatching(`([a-z✔◂\n ]|\x1b\[31mred\x1b\[0m){0,400}`).Draw(t, "text")
		keys := rapid.SliceOf(rapid.SampledFrom([]string{"up", "down", "pgup", "pgdown", "home", "end", "left", "right"})).Draw(t, "keys")
		lines := view(text, columns, rows, keys...)
		if len(lines) > rows {
			t.Errorf("%d lines in %d rows", len(lines), rows)
		}
		for _, line := range lines {
			if ansi.StringWidth(line) > columns {
				t.Errorf("%q is wider than %d", line, columns)
			}
		}
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "q quits") }) {
			t.Errorf("no status in %q", lines)
		}
	})
}

// Parts of the status stay whole.
func TestFlow(t *testing.T) {
	for columns, want := range map[int][]string{
		40: {"one two, three, four five"},
		20: {"one two, three", "four five"},
		9:  {"one two", "three", "four five"},
		5:  {"one", "two", "three", "four", "five"},
	} {
		if diff := cmp.Diff(want, flow([]string{"one two", "three", "four five"}, ", ", columns)); diff != "" {
			t.Errorf("in %d columns (-want +got):\n%s", columns, diff)
		}
	}
}

// Before the size is known nothing is drawn, and nothing is left.
func TestNothingIsDrawnWithoutASize(t *testing.T) {
	m := &model{screen: Screen{Draw: func(int) (Frame, error) { return Frame{}, fmt.Errorf("drawn") }}}
	m.Update(tick{})
	if m.err != nil || m.View().Content != "" || m.left() != "" {
		t.Errorf("%v, %q, %q", m.err, m.View().Content, m.left())
	}
	if !m.View().AltScreen {
		t.Error("not on the other screen")
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if m.err == nil {
		t.Error("not drawn with a size")
	}
}
