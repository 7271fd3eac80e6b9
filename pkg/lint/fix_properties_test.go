package lint_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	kubernetesyaml "sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Safe fixes change no verdict, whatever Freight there is, and nothing in the files but
// what they are about. There is nothing left to fix after them. The one exception: without a
// soak of zero under OneOf, the Stage would list more if its strategy were All.
func TestPropertySafeFixesChangeNoVerdict(t *testing.T) {
	fixes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		m := drawManifests(t)
		options := lint.Options{Releases: m.releases, Now: build.Noon()}
		sources := m.sources(rapid.Bool().Draw(t, "Freight is among the files"))
		fixed := lint.Apply(sources, options, lint.Selection{}, nil, false)
		lostSoak := map[string]bool{}
		for _, f := range fixed.Findings {
			fixes[f.Rule.Code]++
			if f.Rule.Code == "KA109" {
				lostSoak[f.Place.Object.Name] = true
			}
		}
		after := replaced(sources, fixed.Files)
		if diff := cmp.Diff(m.verdicts(t, sources, lostSoak), m.verdicts(t, after, lostSoak)); diff != "" {
			t.Errorf("verdicts (-before +after):\n%s\n%s", diff, changes(sources, after))
		}
		for i := range sources {
			if diff := cmp.Diff(otherLines(sources[i]), otherLines(after[i])); diff != "" {
				t.Errorf("lines that no fix is about (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(otherFields(t, sources[i]), otherFields(t, after[i])); diff != "" {
				t.Errorf("fields that no fix is about (-before +after):\n%s", diff)
			}
		}
		if again := lint.Apply(after, options, lint.Selection{}, nil, false); len(again.Files) > 0 {
			t.Errorf("applied again:\n%s", changes(after, replaced(after, again.Files)))
		}
	})
	for _, code := range []string{"KA010", "KA101", "KA105", "KA109", "KA110", "KA205"} {
		if fixes[code] == 0 {
			t.Errorf("no safe fix of %s was made", code)
		}
	}
}

// manifests are a Project in files, and what its cluster adds.
type manifests struct {
	releases          kargo.Releases
	pipeline, freight string
}

func (m manifests) sources(withFreight bool) []lint.Source {
	sources := []lint.Source{{Name: "pipeline.yaml", Data: []byte(m.pipeline), Named: true}}
	if withFreight {
		sources = append(sources, lint.Source{Name: "freight.yaml", Data: []byte(m.freight), Named: true})
	}
	return sources
}

// verdicts says all that the engine says of the pipeline in the first of the files. What
// Stages would list under All is left out where notUnderAll has them.
func (m manifests) verdicts(t *rapid.T, sources []lint.Source, notUnderAll map[string]bool) []string {
	files := source.Files{Paths: []string{"-"}, Stdin: strings.NewReader(string(sources[0].Data) + "---\n" + m.freight)}
	snapshot, err := files.Read(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, sources[0].Data)
	}
	rules := avail.RulesFor(m.releases)
	var lines []string
	for _, objects := range snapshot.Projects {
		e := avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, build.Noon())
		for _, stage := range e.Project().Stages {
			policy, err := autopromote.SwitchOf(e.Project(), stage, rules)
			lines = append(lines, fmt.Sprintln(stage.Metadata.Name, "auto", policy.Enabled, err != nil))
			for _, semantics := range avail.EverySemantics() {
				listed := semantics != avail.All || !notUnderAll[stage.Metadata.Name]
				lines = append(lines, verdictsUnder(semantics, e.Stage(stage.Metadata.Name), e.Project().Freight(), listed)...)
			}
		}
	}
	return lines
}

func verdictsUnder(semantics avail.Semantics, view *avail.Stage, freight []*kargo.Freight, listed bool) []string {
	var lines []string
	if listed {
		lines = append(lines, fmt.Sprintln(view.Metadata.Name, semantics, view.ListError(semantics)))
	}
	for _, f := range freight {
		j := view.Judge(f)
		lines = append(lines, fmt.Sprintln(view.Metadata.Name, f.Metadata.Name, semantics, "available", j.Available[semantics]))
		if listed {
			lines = append(lines, fmt.Sprintln(view.Metadata.Name, f.Metadata.Name, semantics, "listed", j.Listed[semantics]))
		}
	}
	return lines
}

// replaced returns the files with new contents for some.
func replaced(sources, with []lint.Source) []lint.Source {
	after := slices.Clone(sources)
	for _, file := range with {
		after[slices.IndexFunc(after, func(s lint.Source) bool { return s.Name == file.Name })] = file
	}
	return after
}

func changes(before, after []lint.Source) string {
	return cmp.Diff(string(before[0].Data), string(after[0].Data))
}

// fixable are the lines that a safe fix may be about.
var fixable = regexp.MustCompile(`sources:|stages:|availabilityStrategy|requiredSoakTime|^ +- s[0-9]|stage: s[0-9]|autoPromotionEnabled|promotionPolicies`)

func otherLines(s lint.Source) []string {
	return slices.DeleteFunc(strings.Split(string(s.Data), "\n"), fixable.MatchString)
}

// otherFields returns the objects of a file without the fields that a safe fix may be about.
func otherFields(t *rapid.T, s lint.Source) []any {
	var objects []any
	for document := range strings.SplitSeq(string(s.Data), "---\n") {
		var object map[string]any
		if err := kubernetesyaml.UnmarshalStrict([]byte(document), &object); err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		withoutFixable(object)
		objects = append(objects, object)
	}
	return objects
}

func withoutFixable(object map[string]any) {
	spec, _ := object["spec"].(map[string]any)
	requests, _ := spec["requestedFreight"].([]any)
	for _, request := range requests {
		request, _ := request.(map[string]any)
		sources, _ := request["sources"].(map[string]any)
		delete(sources, "availabilityStrategy")
		delete(sources, "requiredSoakTime")
		sources["stages"] = unique(sources["stages"])
	}
	if policies, ok := spec["promotionPolicies"]; ok {
		spec["promotionPolicies"] = unique(policies)
	}
}

func unique(list any) []string {
	var seen []string
	items, _ := list.([]any)
	for _, item := range items {
		if text := fmt.Sprint(item); !slices.Contains(seen, text) {
			seen = append(seen, text)
		}
	}
	return seen
}

// drawManifests draws a pipeline in which much is written that says nothing.
func drawManifests(t *rapid.T) manifests {
	release := rapid.SampledFrom([]string{"v1.11.2", "v1.10.10", "v1.7.10", "v1.3.3", "v1.3.2"}).Draw(t, "release")
	releases, err := kargo.ParseRelease(release)
	if err != nil {
		t.Fatal(err)
	}
	stages := []string{"s0", "s1", "s2", "s3"}[:rapid.IntRange(2, 4).Draw(t, "stages")]
	documents := []string{"# The Warehouse.\napiVersion: kargo.akuity.io/v1alpha1\nkind: Warehouse\nmetadata: {name: w, namespace: p}\n"}
	for _, name := range stages {
		documents = append(documents, drawStage(t, name, stages))
	}
	if releases.Since("v1.5.0") {
		documents = append(documents, drawPolicies(t, stages))
	}
	m := manifests{releases: releases, pipeline: strings.Join(documents, "---\n")}
	var freight []string
	for i := range rapid.IntRange(1, 4).Draw(t, "freight") {
		freight = append(freight, drawFreight(t, fmt.Sprintf("f%d", i), stages))
	}
	m.freight = strings.Join(freight, "---\n")
	return m
}

func drawStage(t *rapid.T, name string, stages []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata:\n  name: %s # its name\n  namespace: p\nspec:\n", name)
	if rapid.IntRange(0, 3).Draw(t, "control flow") > 0 {
		b.WriteString("  promotionTemplate: {spec: {steps: [{uses: fail}]}}\n")
	}
	b.WriteString("  # What it takes.\n  requestedFreight:\n")
	for range rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "requests") {
		origin := rapid.SampledFrom([]string{"w", "w", "w", "missing"}).Draw(t, "origin")
		fmt.Fprintf(&b, "  - origin: {kind: Warehouse, name: %s} # from there\n", origin)
		b.WriteString(drawSources(t, stages))
	}
	return b.String()
}

// drawSources draws sources in the flow style or in the block style, in any order.
func drawSources(t *rapid.T, stages []string) string {
	var fields []string
	if rapid.IntRange(0, 2).Draw(t, "direct") == 0 {
		fields = append(fields, "direct: true")
	}
	upstreams := rapid.SliceOfN(rapid.SampledFrom(append(stages, "s9")), 0, 3).Draw(t, "upstreams")
	block := rapid.Bool().Draw(t, "block style")
	switch {
	case len(upstreams) == 0:
	case block:
		fields = append(fields, "stages:\n      - "+strings.Join(upstreams, "\n      - "))
	default:
		fields = append(fields, "stages: ["+strings.Join(upstreams, ", ")+"]")
	}
	for _, field := range []struct {
		name   string
		values []string
	}{
		{"availabilityStrategy", []string{"", "All", "All", "OneOf"}},
		{"requiredSoakTime", []string{"", "", "0s", "0s", "1h"}},
		{"autoPromotionOptions", []string{"", "", "", "{selectionPolicy: MatchUpstream}"}},
	} {
		if value := rapid.SampledFrom(field.values).Draw(t, field.name); value != "" {
			fields = append(fields, field.name+": "+value)
		}
	}
	if len(fields) == 0 {
		fields = append(fields, "direct: false")
	}
	fields = rapid.Permutation(fields).Draw(t, "order")
	if block {
		return "    sources:\n      " + strings.Join(fields, "\n      ") + "\n"
	}
	return "    sources: {" + strings.Join(fields, ", ") + "}\n"
}

func drawPolicies(t *rapid.T, stages []string) string {
	text := "apiVersion: kargo.akuity.io/v1alpha1\nkind: ProjectConfig\nmetadata: {name: p, namespace: p}\nspec:\n  promotionPolicies:\n"
	for _, name := range rapid.SliceOfN(rapid.SampledFrom(stages), 1, 4).Draw(t, "policies") {
		text += fmt.Sprintf("  - {stage: %s, autoPromotionEnabled: %v}\n", name, rapid.Bool().Draw(t, "enabled"))
	}
	return text
}

func drawFreight(t *rapid.T, name string, stages []string) string {
	var verified, in, approved []string
	for _, stage := range stages {
		if rapid.Bool().Draw(t, "verified in "+stage) {
			soak := rapid.SampledFrom([]string{"0s", "1h"}).Draw(t, "soak")
			verified = append(verified, fmt.Sprintf("%s: {verifiedAt: 2024-01-02T10:00:00Z, longestSoak: %s}", stage, soak))
		}
		if rapid.IntRange(0, 2).Draw(t, "in "+stage) == 0 {
			in = append(in, stage+": {since: 2024-01-02T11:30:00Z}")
		}
		if rapid.IntRange(0, 7).Draw(t, "approved for "+stage) == 7 {
			approved = append(approved, stage+": {}")
		}
	}
	origin := rapid.SampledFrom([]string{"w", "w", "missing"}).Draw(t, "Freight's origin")
	return fmt.Sprintf("apiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata: {name: %s, namespace: p, creationTimestamp: 2024-01-02T09:00:00Z}\n", name) +
		fmt.Sprintf("origin: {kind: Warehouse, name: %s}\nstatus:\n  verifiedIn: {%s}\n  currentlyIn: {%s}\n  approvedFor: {%s}\n", origin,
			strings.Join(verified, ", "), strings.Join(in, ", "), strings.Join(approved, ", "))
}
