package source

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// Of a field that is given twice the last one counts, as for kubectl, whole.
func TestFilesTakeTheLastOfAFieldThatIsGivenTwice(t *testing.T) {
	const again = " is given twice, first in line "
	const counts = ": the last one counts, as for kubectl"
	for _, test := range []struct {
		name, text string
		alias      string
		warnings   []string
	}{
		{
			"in YAML", "apiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata:\n  name: f1\nalias: a\nalias: b\n", "b",
			[]string{`standard input, document 2, line 8: field "alias"` + again + "7" + counts},
		},
		{
			"deep in YAML, and three times", "apiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata:\n  name: x\n  name: y\n  name: f1\n", "",
			[]string{`standard input, document 2, line 7: field "name"` + again + "6" + counts, `standard input, document 2, line 8: field "name"` + again + "7" + counts},
		},
		{
			"in an item of a YAML list", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: kargo.akuity.io/v1alpha1\n  kind: Freight\n  metadata: {name: f1}\n  alias: a\n  alias: b\n", "b",
			[]string{`standard input, document 2, line 10: field "alias"` + again + "9" + counts},
		},
		{
			"a YAML list's own", "apiVersion: v1\nkind: x\nitems:\n- apiVersion: kargo.akuity.io/v1alpha1\n  kind: Freight\n  metadata: {name: f1}\nkind: List\n", "",
			[]string{`standard input, document 2, line 9: field "kind"` + again + "4" + counts},
		},
		{
			"in JSON", "{\"apiVersion\":\"kargo.akuity.io/v1alpha1\",\"kind\":\"Freight\",\"metadata\":{\"labels\":{\"a\":\"b\"}},\n\"alias\":\"a\",\"alias\"\n:\"b\",\n\"metadata\":{\"name\":\"f1\"}}", "b",
			[]string{`standard input, document 2, line 4: field "alias"` + again + "4" + counts, `standard input, document 2, line 6: field "metadata"` + again + "3" + counts},
		},
		{
			"a JSON list's own", "{\"kind\":\"Lost\",\n\"items\":[{\"apiVersion\":\"kargo.akuity.io/v1alpha1\",\"kind\":\"Freight\",\"metadata\":{\"name\":\"f1\"}}],\n\"apiVersion\":\"v1\",\n\"kind\":\"List\"}", "",
			[]string{`standard input, document 2, line 6: field "kind"` + again + "3" + counts},
		},
		{"in what is not Kargo's", freightYAML + "---\nkind: A\nkind: B\napiVersion: c\n", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := readText(t, stageYAML+"---\n"+test.text+"\n---\n"+warehouseYAML+"---\n"+promotionYAML)
			if err != nil {
				t.Fatal(err)
			}
			wantLines(t, "warnings", s.Warnings, test.warnings...)
			freight := s.Projects[0].Freight
			if len(freight) != 1 || freight[0].Metadata.Name != "f1" || freight[0].Alias != test.alias {
				t.Errorf("Freight %+v", freight)
			}
		})
	}
}

func TestFilesDoNotGuessWhichItemsCount(t *testing.T) {
	_, err := readText(t, `{"kind":"List","apiVersion":"v1","items":[`+stageJSON+"],\n\"items\":[]}")
	wantError(t, nil, err, `standard input, line 2: field "items" is given twice, first in line 1: the items of both cannot be told apart`)
}

func TestLastOfEachKeepsAllElse(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1,"b":[{"c":2,"c":3}, 4 ],"a":{"x":"\ud83d\ude00"},"d":null}`: `{"a":{"x":"\ud83d\ude00"},"b":[{"c":3},4],"d":null}`,
		`[]`: `[]`, `{}`: `{}`, `"a"`: `"a"`, ` { "a" : 1e3 , "\u0061" : 2 } `: `{"\u0061":2}`,
	} {
		got, _, err := lastOfEach(jsontext.Value(text))
		if err != nil || string(got) != want {
			t.Errorf("%s becomes %s, %v; want %s", text, got, err, want)
		}
	}
	if got, _, err := lastOfEach(jsontext.Value(strings.Repeat("[", 20_000))); err == nil {
		t.Errorf("no error, but %d bytes", len(got))
	}
}
