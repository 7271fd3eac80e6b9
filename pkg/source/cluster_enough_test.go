package source

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// A question is answered by what is read for it as by the whole Project, be the Project
// small or so large that its Stages are read one by one.
func TestReadForIsEnoughForTheAnswer(t *testing.T) {
	answers, err := filepath.Glob("../../test/conformance/*/*.expected.json")
	if err != nil || len(answers) < 200 {
		t.Fatal(len(answers), "Projects", err)
	}
	seen := &saved{}
	for _, file := range answers {
		p := projectOfFile(t, file)
		if p.namespace == "wait-gate" { // the recorded pipeline, of which all is asked
			p.compare(t, p.serve(t, firstStages), 1, seen)
			p.compare(t, p.serve(t, 1), 1, seen)
			continue
		}
		p.compare(t, p.serve(t, 1), 4, seen)
	}
	if seen.promotions == 0 || seen.stages == 0 || seen.allStages == 0 {
		t.Errorf("questions for which fewer were read than there are: %+v", *seen)
	}
}

// saved counts the questions for which fewer objects were read than there are, and
// those that needed all Stages, of which few were known at first.
type saved struct{ promotions, stages, allStages int }

// project is a Project of test/conformance.
type project struct {
	namespace string
	rules     avail.Rules
	releases  kargo.Releases
	now       time.Time
	// items has the objects by the plural of their kind.
	items map[string][]string
}

func projectOfFile(t *testing.T, answers string) *project {
	t.Helper()
	var head struct {
		KargoVersion, Namespace string
		Now                     time.Time
	}
	decodeFile(t, answers, &head)
	p := &project{namespace: head.Namespace, now: head.Now, items: map[string][]string{}}
	var err error
	if p.releases, err = kargo.ParseRelease(head.KargoVersion); err != nil {
		t.Fatal(err)
	}
	p.rules = avail.RulesFor(p.releases)
	text, err := os.ReadFile(strings.TrimSuffix(answers, ".expected.json") + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		asJSON, err := yaml.YAMLToJSON([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		p.add(t, asJSON)
	}
	return p
}

func decodeFile(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (p *project) add(t *testing.T, text []byte) {
	t.Helper()
	var object struct {
		Kind  string
		Items []json.RawMessage
	}
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	if object.Items == nil {
		plural := strings.ToLower(object.Kind) + "s"
		p.items[plural] = append(p.items[plural], string(text))
	}
	for _, item := range object.Items {
		p.add(t, item)
	}
}

// serve starts a server that has the Project's objects. A page of Stages has no more than
// so many.
func (p *project) serve(t *testing.T, page int) *server {
	t.Helper()
	s, in := newServer(t), api+"namespaces/"+p.namespace+"/"
	for _, plural := range []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"} {
		s.on(in+plural, selecting(p.items[plural]...))
		for _, item := range p.items[plural] {
			var object struct{ Metadata kargo.Metadata }
			if err := json.Unmarshal([]byte(item), &object); err != nil {
				t.Fatal(err)
			}
			s.on(in+plural+"/"+object.Metadata.Name, one(item))
		}
	}
	return s.on(in+"stages", paged(page, p.items["stages"]...))
}

// compare wants the same answers for each Stage and, of the pieces of Freight, every so
// many: the whole report where all Freight is read, and what is judged where it is not.
func (p *project) compare(t *testing.T, s *server, every int, seen *saved) {
	t.Helper()
	c := Cluster{Client: s, Namespace: p.namespace}
	whole, err := c.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	objects := &whole.Projects[0]
	for i := range objects.Stages {
		for j := i % every; j < len(objects.Freight); j += every {
			stage, freight := objects.Stages[i].Metadata.Name, objects.Freight[j].Metadata.Name
			needsAll := (i+j/every)%2 == 0
			narrow, _, err := c.ReadFor(t.Context(), p.ask(stage, freight, needsAll, seen))
			if err != nil {
				t.Fatal(err)
			}
			answer := p.judge
			if needsAll {
				answer = p.explain
			}
			want, got := answer(t, whole, stage, freight), answer(t, narrow, stage, freight)
			if !reflect.DeepEqual(want, got) {
				t.Errorf("%s at %s, Stage %q, Freight %q: want\n%+v\ngot\n%+v", p.namespace, p.now, stage, freight, want, got)
			}
			read := &narrow.Projects[0]
			seen.promotions += b2i(0 < len(read.Promotions) && len(read.Promotions) < len(objects.Promotions))
			seen.stages += b2i(len(read.Stages) < len(objects.Stages))
		}
	}
}

// ask is a question whose answer needs all Freight, or does not.
func (p *project) ask(stage, freight string, needsAll bool, seen *saved) Question {
	question := Question{Stage: stage, Freight: freight}
	question.Releases = func(context.Context) kargo.Releases { return p.releases }
	question.NeedsAll = func(pipeline.Objects, kargo.Releases) bool { return needsAll }
	question.NeedsStages = func(objects pipeline.Objects, _ kargo.Releases) bool {
		project := pipeline.New(objects, p.rules.ByDiscovery())
		needed := avail.New(project, p.rules, p.now).Stage(stage).DependsOnOthers(project.FreightNamed(freight))
		seen.allStages += b2i(needed)
		return needed
	}
	return question
}

// judge returns what is judged of the Freight. What other Freight is called is not read.
func (p *project) judge(_ *testing.T, s *Snapshot, stage, freight string) any {
	objects := s.Projects[0]
	objects.Freight = slices.Clone(objects.Freight)
	for i := range objects.Freight {
		if f := &objects.Freight[i]; f.Metadata.Name != freight {
			f.Alias, f.Metadata.Labels = "", nil
		}
	}
	project := pipeline.New(objects, p.rules.ByDiscovery())
	view, f := avail.New(project, p.rules, p.now).Stage(stage), project.FreightNamed(freight)
	return []any{view.Judge(f), view.Blockers(f), view.LastPromotion(f), view.Forecast(f), view.EvidenceAt(stage, f)}
}

// explain returns the whole report.
func (p *project) explain(t *testing.T, s *Snapshot, stage, freight string) any {
	t.Helper()
	project := pipeline.New(s.Projects[0], p.rules.ByDiscovery())
	x := report.Explainer{Header: report.NewHeader(p.now, p.releases, s.Warnings), Sentence: describe.Summary, Reason: describe.Reason}
	var out bytes.Buffer
	explained := x.Explain(avail.New(project, p.rules, p.now).Stage(stage), project.FreightNamed(freight))
	// What is said of the Stage itself is about other Freight, too, and is left out where
	// that was not read.
	explained.Stage.Problems, explained.Stage.Origins, explained.Stage.Rollbacks, explained.Stage.Sets = nil, nil, nil, nil
	for i := range explained.Freight {
		explained.Freight[i].SameArtifacts = nil
	}
	if err := formats.Document(&out, explained, "yaml", nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
