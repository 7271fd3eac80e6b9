package formats

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestJSONLayout(t *testing.T) {
	long := `"` + string(bytes.Repeat([]byte("x"), maxInline)) + `"`
	for compact, want := range map[string]string{
		`{}`:                         `{}`,
		`[]`:                         `[]`,
		`7`:                          `7`,
		`{"a":1,"b":[]}`:             "{\n  \"a\": 1,\n  \"b\": []\n}",
		`{"a":"x,y:{}\"[","b":null}`: `{"a": "x,y:{}\"[", "b": null}`,
		`["any","all"]`:              `["any", "all"]`,
		`{"a":[{"b":1},{"c":"\\"}]}`: "{\n  \"a\": [\n    {\"b\": 1},\n    {\"c\": \"\\\\\"}\n  ]\n}",
		`{"a":` + long + `}`:         "{\n  \"a\": " + long + "\n}",
		`[1,` + long + `,2]`:         "[\n  1,\n  " + long + ",\n  2\n]",
	} {
		var out bytes.Buffer
		if _, err := newJSONLayout(&out).Write([]byte(compact)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", compact, diff)
		}
	}
}

// The layout means the same as what it lays out, and does not depend on how it is cut.
func TestPropertyJSONLayoutKeepsTheDocument(t *testing.T) {
	values := rapid.Custom(drawValue)
	rapid.Check(t, func(t *rapid.T) {
		compact, err := json.Marshal(values.Draw(t, "document"), json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		var whole, cut bytes.Buffer
		if _, err := newJSONLayout(&whole).Write(compact); err != nil {
			t.Fatal(err)
		}
		layout := newJSONLayout(&cut)
		for i := 0; i < len(compact); {
			n := rapid.IntRange(1, len(compact)-i).Draw(t, "piece")
			if _, err := layout.Write(compact[i : i+n]); err != nil {
				t.Fatal(err)
			}
			i += n
		}
		if whole.String() != cut.String() {
			t.Errorf("in pieces:\n%s\nas a whole:\n%s", cut.String(), whole.String())
		}
		again := jsontext.Value(whole.Bytes())
		if err := again.Compact(); err != nil || string(again) != string(compact) {
			t.Errorf("%s is laid out as\n%s\n%v", compact, whole.String(), err)
		}
	})
}

func drawValue(t *rapid.T) any {
	text := rapid.SampledFrom([]string{"", "a", `"`, `\`, `\"`, "{", "]", ",", ":", "a long text with spaces", "é"})
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return map[string]any{}
	case 1, 2:
		members := map[string]any{}
		for i := range rapid.IntRange(0, 3).Draw(t, "members") {
			members[text.Draw(t, "name")+string(rune('a'+i))] = drawValue(t)
		}
		return members
	case 3:
		items := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			items = append(items, drawValue(t))
		}
		return items
	default:
		return text.Draw(t, "text")
	}
}
