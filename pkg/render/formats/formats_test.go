package formats

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Every format has a name of its own, and writes something.
func TestFormats(t *testing.T) {
	var names []string
	for _, f := range all() {
		if slices.Contains(names, f.Name) || f.Name == "" {
			t.Errorf("there are two formats %q", f.Name)
		}
		names = append(names, f.Name)
		if f.List == nil && f.Marshal == nil {
			t.Errorf("%s writes nothing", f.Name)
		}
	}
	if diff := cmp.Diff([]string{"json", "yaml"}, Documents()); diff != "" {
		t.Errorf("the formats of documents (-want +got):\n%s", diff)
	}
}

// hostile is a Project whose names try to be formulas and markup.
func hostile() *report.Builder {
	f := build.Freight("f1", "w", build.Verified("qa"))
	f.Alias = `=cmd|'/c calc'!A1 <b> [x](y) @team`
	return builderOf(pipeline.Objects{
		Project:    "web",
		Stages:     []kargo.Stage{build.Stage("qa", build.Requests("w", build.Direct())), build.Stage("prod", build.Requests("w", build.From("qa")))},
		Freight:    []kargo.Freight{f},
		Warehouses: []string{"w"},
	}, build.Noon())
}

func write(t *testing.T, output string, builder *report.Builder) string {
	t.Helper()
	_, list, err := Parse(output, Argument{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := list(&out, List{Header: report.Header{At: build.Noon()}, Projects: builder.Each(), Options: listing.Options{}}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestCSVIsNoFormula(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(write(t, "csv", hostile()))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 2 || records[1][slices.Index(records[0], "alias")] != `'=cmd|'/c calc'!A1 <b> [x](y) @team` {
		t.Errorf("the records are %q", records)
	}
}

func TestMarkdownIsNoMarkup(t *testing.T) {
	got := write(t, "markdown", hostile())
	for _, text := range []string{`=cmd\|'/c calc'!A1 \<b\> \[x\](y) @<!-- -->team`, `\<unknown\>`} {
		if !strings.Contains(got, text) {
			t.Errorf("there is no %q in\n%s", text, got)
		}
	}
	if lines := strings.Count(got, "\n"); lines != 3 {
		t.Errorf("it has %d lines:\n%s", lines, got)
	}
}

// A cell never ends early and never becomes another one.
func TestMarkdownKeepsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("\\|`<>&*_[]~$@a é"))).Draw(t, "text")
		escaped := table.EscapeMarkdown(text)
		plain := strings.ReplaceAll(escaped, "@<!-- -->", "@")
		var out strings.Builder
		for i := 0; i < len(plain); i++ {
			switch {
			case plain[i] == '\\':
				i++
			case strings.IndexByte("|`<>*_[]~$", plain[i]) >= 0:
				t.Fatalf("%q has a bare %c", escaped, plain[i])
			}
			out.WriteByte(plain[i])
		}
		if got := strings.ReplaceAll(out.String(), "&amp;", "&"); got != text {
			t.Fatalf("%q reads as %q", text, got)
		}
	})
}

func TestStagesWithoutFreightHaveARecord(t *testing.T) {
	empty := builderOf(pipeline.Objects{
		Project: "web", Stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa")))}, Warehouses: []string{"w"},
	}, build.Noon())
	for output, want := range map[string]string{"csv": "web,prod,no,OneOf,,,,,,,,,,\n", "markdown": "| none "} {
		if got := write(t, output, empty); !strings.Contains(got, want) {
			t.Errorf("-o %s has no %q:\n%s", output, want, got)
		}
	}
}
