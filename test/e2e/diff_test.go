package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

const (
	diffProjects = 10
	diffRounds   = 12
)

// What diff says of manifests is what list says once they are applied for real: of each
// Stage and each piece of Freight, in as many Projects and rounds as the constants say, with
// a change of another kind in each. What lint finds is what it found before, with what diff
// called new and without what it called gone. A round begins where the one before it ended.
// The test does what Kargo's finalizer does to Freight when a Stage is deleted.
func TestDiffForetellsWhatIsListed(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	client, err := dynamic.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	d := &diffRun{cluster: c, client: client, random: rand.New(rand.NewPCG(19, 1)), made: map[string]int{}, applied: map[string]bool{}}
	var live strings.Builder
	for i := range diffProjects {
		p := newDiffPipeline(fmt.Sprintf("diff-%d", i), d.random)
		d.pipelines = append(d.pipelines, p)
		live.WriteString(p.manifests(true))
	}
	c.load(t, write(t, "live.yaml", d.changed(live.String())))
	d.admin = c.kubeconfig(t, controlplane.Admin(), d.pipelines[0].name)

	before, found := d.list(t), d.lint(t)
	for round := range diffRounds {
		var head strings.Builder
		for i, p := range d.pipelines {
			kinds := diffKinds()
			kind := kinds[(round+i)%len(kinds)]
			p.change(kind, d.random)
			d.made[kind]++
			head.WriteString(p.manifests(false))
		}
		file := write(t, "head.yaml", head.String())
		said := d.diff(t, file)
		c.load(t, write(t, "changed.yaml", d.changed(head.String())))
		d.prune(t)
		after := d.list(t)
		if diff := cmp.Diff(before.foretold(said, after), after); diff != "" {
			t.Fatalf("round %d (-said +listed):\n%s", round, diff)
		}
		linted := d.lint(t)
		if diff := cmp.Diff(found.foretold(said), linted); diff != "" {
			t.Fatalf("round %d (-said +found by lint):\n%s", round, diff)
		}
		before, found = after, linted
	}
	total, flips := 0, d.flips
	for _, kind := range diffKinds() {
		total += d.made[kind]
		if d.made[kind] == 0 {
			t.Errorf("no change of the kind %q was made", kind)
		}
	}
	if total < 100 || flips < 100 || d.findings < 50 {
		t.Errorf("%d changes with %d flips and %d findings that come or go say too little", total, flips, d.findings)
	}
}

// diffRun is one run of the test.
type diffRun struct {
	cluster
	client    dynamic.Interface
	random    *rand.Rand
	admin     string
	pipelines []*diffPipeline
	made      map[string]int // by kind of change
	// applied are the manifests as they were applied last.
	applied map[string]bool
	flips   int
	// findings counts those of lint that come or go.
	findings int
}

// diffAnswers has, by Project, Stage and Freight, whether it is available and listed; of a
// Stage alone, whether its auto-promotion is on.
type diffAnswers map[string]string

// diffDocument is the part of diff -o json that the test looks at.
type diffDocument struct {
	Projects []struct {
		Name string
		Rows []struct {
			Stage             string
			Freight           struct{ Name string }
			Available, Listed struct{ After *bool }
		}
		Effect struct {
			Now []struct {
				Stage         string
				AutoPromotion *struct{ After *bool }
			}
		}
		Lint struct{ New, Gone []diffFinding }
	}
}

// diffFinding is a finding of lint.
type diffFinding struct {
	Project, Code, Message, Fingerprint string
}

func (f diffFinding) key() string {
	return strings.Join([]string{f.Project, f.Code, f.Fingerprint}, " ")
}

// diffFindings are what lint finds.
type diffFindings map[string]bool

func (d *diffRun) lint(t *testing.T) diffFindings {
	t.Helper()
	out := d.alone(t, d.admin, "lint", "-p", d.names(), "-o", "json", "--fail-on", "none", aged)
	var report struct{ Findings []diffFinding }
	if err := json.Unmarshal([]byte(out.Stdout), &report); err != nil || out.Exit != 0 {
		t.Fatalf("lint exits with %d: %v\n%s", out.Exit, err, out.Stderr)
	}
	found := diffFindings{}
	for _, f := range report.Findings {
		found[f.key()] = true
	}
	return found
}

// foretold returns the findings with those that are new and without those that are gone.
func (before diffFindings) foretold(said diffDocument) diffFindings {
	foretold := maps.Clone(before)
	for _, p := range said.Projects {
		for _, f := range p.Lint.New {
			foretold[f.key()] = true
		}
		for _, f := range p.Lint.Gone {
			delete(foretold, f.key())
		}
	}
	return foretold
}

// changed returns the manifests that are not applied as they are, to spare the API server
// the others.
func (d *diffRun) changed(manifests string) string {
	var list []string
	applied := map[string]bool{}
	for manifest := range strings.SplitSeq(strings.TrimPrefix(manifests, "---\n"), "---\n") {
		if !d.applied[manifest] {
			list = append(list, manifest)
		}
		applied[manifest] = true
	}
	d.applied = applied
	return strings.Join(list, "---\n")
}

func (d *diffRun) diff(t *testing.T, file string) diffDocument {
	t.Helper()
	out := d.alone(t, d.admin, "diff", "-f", file, "--prune", "-o", "json", aged)
	var said diffDocument
	if err := json.Unmarshal([]byte(out.Stdout), &said); err != nil || out.Exit != 0 || len(said.Projects) != diffProjects {
		t.Fatalf("diff exits with %d: %v\n%s", out.Exit, err, out.Stderr)
	}
	for i := range said.Projects {
		d.flips += len(said.Projects[i].Rows)
		d.findings += len(said.Projects[i].Lint.New) + len(said.Projects[i].Lint.Gone)
	}
	return said
}

// names are those of all pipelines, as -p takes them.
func (d *diffRun) names() string {
	var names []string
	for _, p := range d.pipelines {
		names = append(names, p.name)
	}
	return strings.Join(names, ",")
}

func (d *diffRun) list(t *testing.T) diffAnswers {
	t.Helper()
	out := d.alone(t, d.admin, "list", "--all-stages", "-o", "json", "-p", d.names(), aged)
	var listed struct {
		Projects []struct {
			Name   string
			Stages []struct {
				Name          string
				ControlFlow   bool
				AutoPromotion struct{ Enabled *bool }
				Freight       []struct {
					Name              string
					Available, Listed struct{ Configured *bool }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(out.Stdout), &listed); err != nil || out.Exit != 0 || len(listed.Projects) != diffProjects {
		t.Fatalf("list exits with %d: %v\n%s", out.Exit, err, out.Stderr)
	}
	answers := diffAnswers{}
	for _, p := range listed.Projects {
		for _, s := range p.Stages {
			if !s.ControlFlow {
				answers[p.Name+" "+s.Name] = "auto " + sign(s.AutoPromotion.Enabled)
			}
			for _, f := range s.Freight {
				answers[p.Name+" "+s.Name+" "+f.Name] = sign(f.Available.Configured) + sign(f.Listed.Configured)
			}
		}
	}
	return answers
}

// foretold returns what the document says of the Stages and Freight that there are now: what
// flips has the answer that it flips to, the rest the one that it had; what was not there
// was not available.
func (before diffAnswers) foretold(said diffDocument, now diffAnswers) diffAnswers {
	flipped := diffAnswers{}
	for _, p := range said.Projects {
		for _, row := range p.Rows {
			flipped[p.Name+" "+row.Stage+" "+row.Freight.Name] = sign(row.Available.After) + sign(row.Listed.After)
		}
		for _, e := range p.Effect.Now {
			if e.AutoPromotion != nil {
				flipped[p.Name+" "+e.Stage] = "auto " + sign(e.AutoPromotion.After)
			}
		}
	}
	foretold := diffAnswers{}
	for key := range now {
		switch was, existed := before[key]; {
		case flipped[key] != "":
			foretold[key] = flipped[key]
		case existed:
			foretold[key] = was
		case strings.Count(key, " ") == 1:
			foretold[key] = "auto " + sign(new(bool))
		default:
			foretold[key] = sign(new(bool)) + sign(new(bool))
		}
	}
	return foretold
}

// prune deletes what the pipelines do not have any more, as a GitOps tool does, and then what
// Kargo's finalizer deletes of a Stage.
func (d *diffRun) prune(t *testing.T) {
	t.Helper()
	resource := func(plural string, p *diffPipeline) dynamic.ResourceInterface {
		return d.client.Resource(schema.GroupVersionResource{Group: "kargo.akuity.io", Version: "v1alpha1", Resource: plural}).Namespace(p.name)
	}
	for _, p := range d.pipelines {
		for _, name := range p.goneStages {
			if err := resource("stages", p).Delete(run.ctx, name, metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
			patch := fmt.Appendf(nil, `{"status": {"verifiedIn": {%q: null}, "approvedFor": {%q: null}}}`, name, name)
			for i := range diffFreight {
				if _, err := resource("freights", p).Patch(run.ctx, freightName(i), types.MergePatchType, patch, metav1.PatchOptions{}, "status"); err != nil {
					t.Fatal(err)
				}
			}
		}
		if p.goneWarehouse {
			if err := resource("warehouses", p).Delete(run.ctx, "app", metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		p.goneStages, p.goneWarehouse = nil, false
	}
}

// diffFreight is how many pieces of Freight a Project has.
const diffFreight = 5

func freightName(i int) string { return fmt.Sprintf("f%d", i) }

// diffPipeline is a Project whose manifests change.
type diffPipeline struct {
	name      string
	stages    map[string]*diffStage
	warehouse bool
	policies  []string
	// freight are the statuses at the beginning.
	freight []string
	// goneStages and goneWarehouse are what a change deletes.
	goneStages    []string
	goneWarehouse bool
	count         int
}

// diffStage is what a Stage asks for.
type diffStage struct {
	upstreams      []string
	direct, isGate bool
	strategy, soak string
}

// diffKinds are the kinds of changes.
func diffKinds() []string {
	return []string{
		"strategy", "upstream added", "upstream removed", "soak changed", "Stage added", "Stage removed", "Stage renamed",
		"policy changed", "Warehouse removed or added",
	}
}

func newDiffPipeline(name string, random *rand.Rand) *diffPipeline {
	p := &diffPipeline{name: name, warehouse: true, policies: []string{"prod"}, stages: map[string]*diffStage{
		"dev":  {direct: true},
		"qa":   {upstreams: []string{"dev"}},
		"uat":  {upstreams: []string{"dev"}, soak: "1h"},
		"gate": {upstreams: []string{"qa", "uat"}, isGate: true, strategy: "All"},
		"prod": {upstreams: []string{"qa", "uat"}},
		"last": {upstreams: []string{"gate", "prod"}, strategy: "All", soak: "0s"},
	}}
	for range diffFreight {
		var verified, current, approved []string
		for _, stage := range slices.Sorted(maps.Keys(p.stages)) {
			if random.IntN(2) == 0 {
				verified = append(verified, fmt.Sprintf(`%s: {verifiedAt: "2026-01-01T01:00:00Z", longestSoak: %dh}`, stage, random.IntN(3)))
			}
			if random.IntN(4) == 0 {
				current = append(current, stage+`: {since: "2026-01-01T00:30:00Z"}`)
			}
			if random.IntN(10) == 0 {
				approved = append(approved, stage+`: {approvedAt: "2026-01-01T00:30:00Z"}`)
			}
		}
		p.freight = append(p.freight, fmt.Sprintf("{verifiedIn: {%s}, currentlyIn: {%s}, approvedFor: {%s}}",
			strings.Join(verified, ", "), strings.Join(current, ", "), strings.Join(approved, ", ")))
	}
	return p
}

// change makes one change of a kind.
func (p *diffPipeline) change(kind string, random *rand.Rand) {
	names := slices.Sorted(maps.Keys(p.stages))
	name := names[random.IntN(len(names))]
	stage, other := p.stages[name], names[random.IntN(len(names))]
	p.count++
	switch kind {
	case "strategy":
		stage.strategy = map[string]string{"All": "", "": "All"}[stage.strategy]
	case "upstream added":
		stage.upstreams = append(stage.upstreams, other)
	case "upstream removed":
		if len(stage.upstreams) > 0 {
			stage.upstreams = stage.upstreams[1:]
		} else {
			stage.direct = !stage.direct
		}
	case "soak changed":
		stage.soak = []string{"", "0s", "1h", "2h"}[random.IntN(4)]
	case "Stage added":
		p.stages[fmt.Sprintf("new%d", p.count)] = &diffStage{upstreams: []string{name, other}, isGate: p.count%3 == 0}
	case "Stage removed", "Stage renamed":
		delete(p.stages, name)
		p.goneStages = append(p.goneStages, name)
		if kind == "Stage renamed" || len(p.stages) < 4 {
			p.stages[fmt.Sprintf("%s-%d", name[:min(3, len(name))], p.count)] = stage
		}
	case "policy changed":
		p.policies = [][]string{{"glob:*"}, {name, other}, {}}[random.IntN(3)]
	default:
		p.goneWarehouse, p.warehouse = p.warehouse, !p.warehouse
	}
}

// manifests writes the pipeline; live adds Freight, with its status, and a Promotion.
func (p *diffPipeline) manifests(live bool) string {
	var b strings.Builder
	object := func(kind, name, rest string) {
		fmt.Fprintf(&b, "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: %s\nmetadata: {name: %s, namespace: %s}\n%s", kind, name, p.name, rest)
	}
	for _, name := range slices.Sorted(maps.Keys(p.stages)) {
		s := p.stages[name]
		sources := "direct: " + fmt.Sprint(s.direct)
		for _, field := range [][2]string{{"requiredSoakTime", s.soak}, {"availabilityStrategy", s.strategy}} {
			if field[1] != "" {
				sources += ", " + field[0] + ": " + field[1]
			}
		}
		steps := "  promotionTemplate: {spec: {steps: [{uses: compose-output}]}}\n"
		if s.isGate {
			steps = ""
		}
		object("Stage", name, fmt.Sprintf("spec:\n%s  requestedFreight:\n  - origin: {kind: Warehouse, name: app}\n    sources: {%s, stages: [%s]}\n",
			steps, sources, strings.Join(s.upstreams, ", ")))
	}
	if p.warehouse {
		object("Warehouse", "app", "spec: {subscriptions: [{image: {repoURL: example.com/app}}]}\n")
	}
	policies := "spec:\n  promotionPolicies:\n"
	for _, name := range p.policies {
		policies += fmt.Sprintf("  - {stageSelector: {name: %q}, autoPromotionEnabled: true}\n", name)
	}
	if len(p.policies) == 0 {
		policies = "spec: {promotionPolicies: []}\n"
	}
	object("ProjectConfig", p.name, policies)
	for i, status := range p.freight {
		if live {
			object("Freight", freightName(i), fmt.Sprintf("origin: {kind: Warehouse, name: app}\ndiscoveredAt: \"2026-01-01T0%d:00:00Z\"\nstatus: %s\n", i, status))
		}
	}
	return b.String()
}
