package formats

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

func TestFieldsInAllSpellings(t *testing.T) {
	f := report.Freight{Name: "f1", Alias: "koala", Artifacts: []string{"a:v1", "b:v2"}, Blockers: []report.Blocker{{Reason: "Soaking"}}}
	object, err := generic(&f)
	if err != nil {
		t.Fatal(err)
	}
	for expression, want := range map[string]string{
		"alias": "koala", ".alias": "koala", "{.alias}": "koala",
		".artifacts[*]": "a:v1,b:v2", ".artifacts[1]": "b:v2", ".artifacts[5]": "",
		".blockers[*].reason": "Soaking", ".available.any": "false", ".discoveredAt": "", ".nothing.there": "",
	} {
		field, err := parseField(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := field.text(object); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
	for _, expression := range []string{"{.alias", ".a[", ".[?("} {
		if _, err := parseField(expression); err == nil {
			t.Errorf("%q is taken for a field", expression)
		}
	}
}

func TestSortPutsNothingFirstThenNumbersThenText(t *testing.T) {
	var list []report.Freight
	for i, alias := range []string{"b", "10", "", "9", "a", "10"} {
		list = append(list, report.Freight{Name: string(rune('0' + i)), Alias: alias})
	}
	field, err := parseField("alias")
	if err != nil {
		t.Fatal(err)
	}
	field.Sort(list)
	var got []string
	for _, f := range list {
		got = append(got, f.Alias+"/"+f.Name)
	}
	if diff := cmp.Diff([]string{"/2", "9/3", "10/1", "10/5", "a/4", "b/0"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestCustomColumns(t *testing.T) {
	for _, spec := range []string{"", "A", "A:", ":.a", "A:.a,", "A:.b["} {
		if _, err := parseCustomColumns(spec); err == nil {
			t.Errorf("%q is taken for columns", spec)
		}
	}
	for _, file := range []string{"", "A B", "A B\n.a", "A\n.a\n.b"} {
		if _, err := parseCustomColumnsFile(file); err == nil {
			t.Errorf("%q is taken for a file of columns", file)
		}
	}
}
