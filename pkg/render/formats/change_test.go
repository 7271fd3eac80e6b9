package formats

import (
	"bytes"
	gocmp "cmp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// soaking is a pipeline of qa and prod, in which f1 has to soak until 12:30 and f2 is
// not verified yet.
func soaking() pipeline.Objects {
	return pipeline.Objects{
		Project: "web",
		Stages: []kargo.Stage{
			build.Stage("qa", build.Requests("w", build.Direct()), build.Runs("f1")),
			build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h"))),
		},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Created(build.At("10:00")), build.Verified("qa"), build.In("qa", build.At("11:30"))),
			build.Freight("f2", "w", build.Created(build.At("09:00"))),
		},
		Warehouses: []string{"w"},
	}
}

func builderOf(objects pipeline.Objects, now time.Time) *report.Builder {
	rules := avail.RulesFor(kargo.Releases{})
	return &report.Builder{Projects: []*avail.Evaluator{avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, now)}}
}

// What is told of a change, as a line and as documents.
func TestChangesAreWritten(t *testing.T) {
	_, before := changesOf(t, builderOf(soaking(), build.Noon()), nil, build.Noon())
	later := soaking()
	later.Freight[0].Alias = "lucky koala\x1b[2J"
	later.Freight = append(later.Freight[:1], build.Freight("f3", "w", build.Created(build.At("12:10"))))
	now := build.At("12:30")
	changes, _ := changesOf(t, builderOf(later, now), before, now)

	var lines, documents, yamls bytes.Buffer
	for i := range changes {
		for _, err := range []error{changeLine(&lines, &changes[i]), changeJSON(&documents, &changes[i]), changeYAML(&yamls, &changes[i])} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	want := `2024-01-02T12:30:00Z   web   prod   f3   -   Blocked   qa: not promoted
2024-01-02T12:30:00Z   web   prod   lucky\x20koala\x1b[2J   Blocked   Verified   verified in qa and soaked 1h0m0s
2024-01-02T12:30:00Z   web   prod   f2   Blocked   -   the Freight is gone
`
	if diff := cmp.Diff(want, lines.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	ends := strings.SplitAfter(documents.String(), "\n")
	parts := strings.Split(yamls.String(), "---\n")
	if len(ends) != len(changes)+1 || len(parts) != len(changes)+1 {
		t.Fatalf("%d changes are\n%s%s", len(changes), &documents, &yamls)
	}
	for i := range changes {
		want := changes[i]
		want.Where, want.Checks, want.Gone = nil, nil, ""
		var got, fromYAML report.Change
		if err := json.Unmarshal([]byte(ends[i]), &got, json.RejectUnknownMembers(true)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("JSON (-changed +read back):\n%s", diff)
		}
		text, err := yaml.YAMLToJSON([]byte(parts[i+1]))
		if err == nil {
			err = json.Unmarshal(text, &fromYAML)
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, fromYAML); diff != "" {
			t.Errorf("YAML (-changed +read back):\n%s", diff)
		}
	}
}

// Where the verdict stays, the answer under another strategy is told, and why.
func TestFlipsAreWritten(t *testing.T) {
	pipe := func(options ...build.SourceOption) pipeline.Objects {
		options = append([]build.SourceOption{build.From("qa", "uat")}, options...)
		return pipeline.Objects{
			Project: "web",
			Stages: []kargo.Stage{
				build.Stage("qa", build.Requests("w", build.Direct())),
				build.Stage("uat", build.Requests("w", build.Direct())),
				build.Stage("prod", build.Requests("w", options...)),
			},
			Warehouses: []string{"w"},
		}
	}
	verified := func(o pipeline.Objects, upstreams ...string) pipeline.Objects {
		o.Freight = []kargo.Freight{build.Freight("f1", "w", build.Verified(upstreams...))}
		return o
	}
	for name, test := range map[string]struct {
		before, after pipeline.Objects
		verdicts, why string // of verdicts one, where it stays
	}{
		"all, too":    {verified(pipe(), "qa"), verified(pipe(), "qa", "uat"), "Verified", "under all: available now: verified in qa, uat"},
		"all no more": {verified(pipe(), "qa", "uat"), verified(pipe(), "qa"), "Verified", "under all: not available any more: uat: not promoted"},
		"any would do": {
			verified(pipe(build.All())), verified(pipe(build.All()), "qa"), "Blocked", "under any: available now: verified in qa",
		},
		"the verdict": {
			verified(pipe()), verified(pipe(), "uat"),
			"Blocked Verified", "verified in uat, and any one of its upstreams is enough; under all: qa: not promoted",
		},
		"both answers": {
			verified(pipe(build.All())), verified(pipe(build.All()), "qa", "uat"),
			"Blocked Verified", "verified in qa, uat, which are all of its upstreams",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, before := changesOf(t, builderOf(test.before, build.Noon()), nil, build.Noon())
			changes, _ := changesOf(t, builderOf(test.after, build.Noon()), before, build.Noon())
			var lines bytes.Buffer
			for i := range changes {
				if err := changeLine(&lines, &changes[i]); err != nil {
					t.Fatal(err)
				}
			}
			from, to, _ := strings.Cut(test.verdicts, " ")
			if want := strings.Join([]string{"2024-01-02T12:00:00Z", "web", "prod", "f1", from, gocmp.Or(to, from), test.why + "\n"}, table.Gap); lines.String() != want {
				t.Errorf("got  %swant %s", &lines, want)
			}
		})
	}
}

// changesOf gathers the changes, and returns the verdicts of now.
func changesOf(t *testing.T, b *report.Builder, before *report.Verdicts, now time.Time) ([]report.Change, *report.Verdicts) {
	t.Helper()
	var changes []report.Change
	after, err := b.Changes(before, now, func(c *report.Change) error {
		changes = append(changes, *c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return changes, after
}
