package lint

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Project is one Project as rules look at it.
type Project struct {
	*pipeline.Project
	input *Input
	// live judges the Project as it is. trial judges its Stages alone, with every
	// Warehouse in place and no Freight but what is made up.
	live, trial *avail.Evaluator
	// hasFreight says that Freight was given, so that effects can be told.
	hasFreight bool

	objects  map[string]map[string]*Object // by kind and name
	ordered  map[string][]*Object          // by kind, as they were read
	patches  []*Object
	requests []request
	feeds    map[string][]request
	flows    map[kargo.Origin]*flow
	switches map[string]autopromote.Switch
}

// request is one entry of a Stage's spec.requestedFreight.
type request struct {
	*kargo.Request
	stage  *kargo.Stage
	index  int
	object *Object
}

func (r request) path(parts ...any) jsontext.Pointer {
	return extend(pathTo("spec", "requestedFreight", r.index), parts...)
}

// at returns the place of a field below the request.
func (r request) at(parts ...any) Place { return r.object.at(r.path(parts...)) }

// valueAt returns the place of a field's value.
func (r request) valueAt(parts ...any) Place { return r.object.valueAt(r.path(parts...)) }

// has reports whether a field below the request is written.
func (r request) has(parts ...any) bool {
	return r.object.has(append([]any{"spec", "requestedFreight", r.index}, parts...)...)
}

// name is the name of the request's Stage.
func (r request) name() string { return r.stage.Metadata.Name }

// isAll reports whether every upstream has to verify Freight.
func (r request) isAll() bool { return r.Sources.AvailabilityStrategy == kargo.All }

// entry returns the place at which an upstream is listed.
func (r request) entry(upstream string) Place {
	return r.valueAt("sources", "stages", slices.Index(r.Sources.Stages, upstream))
}

// subject tells the request apart from the others of its Stage.
func (r request) subject(named string) string { return r.Origin.String() + " " + named }

func newProject(in *Input, project *pipeline.Project, written []*Object) *Project {
	rules := avail.RulesFor(in.Releases)
	p := &Project{
		Project: project,
		input:   in, objects: map[string]map[string]*Object{}, ordered: map[string][]*Object{},
		feeds: map[string][]request{}, flows: map[kargo.Origin]*flow{}, switches: map[string]autopromote.Switch{},
	}
	for _, o := range written {
		p.file(o)
	}
	p.live = avail.New(p.Project, rules, in.Now)
	for _, stage := range p.Stages {
		for i := range stage.Spec.RequestedFreight {
			r := request{&stage.Spec.RequestedFreight[i], stage, i, p.object("Stage", stage.Metadata.Name)}
			p.requests = append(p.requests, r)
			for _, upstream := range r.Sources.Upstreams() {
				p.feeds[upstream] = append(p.feeds[upstream], r)
			}
		}
	}
	p.trial = avail.New(pipeline.New(p.bare(), rules.ByDiscovery()), rules, in.Now)
	return p
}

// bare returns the Stages alone, with all Warehouses that they ask for.
func (p *Project) bare() pipeline.Objects {
	objects := pipeline.Objects{Project: p.Name}
	for _, stage := range p.Stages {
		objects.Stages = append(objects.Stages, *stage)
	}
	for _, r := range p.requests {
		objects.Warehouses = append(objects.Warehouses, r.Origin.Name)
	}
	return objects
}

func (p *Project) file(o *Object) {
	if p.objects[o.Kind] == nil {
		p.objects[o.Kind] = map[string]*Object{}
	}
	p.objects[o.Kind][o.Name] = o
	p.ordered[o.Kind] = append(p.ordered[o.Kind], o)
}

// object returns the object of a kind and name as it is written. For one that is known
// but was not found, it has a name and nothing else.
func (p *Project) object(kind, name string) *Object {
	if o := p.objects[kind][name]; o != nil {
		return o
	}
	return &Object{APIVersion: kargo.APIVersion, Kind: kind, Project: p.Name, Name: name, node: nullNode()}
}

// stage returns a Stage as it is written.
func (p *Project) stageObject(name string) *Object { return p.object("Stage", name) }

// auto returns the policies' answer for a Stage.
func (p *Project) auto(stage *kargo.Stage) autopromote.Switch {
	name := stage.Metadata.Name
	if answer, ok := p.switches[name]; ok {
		return answer
	}
	answer, err := autopromote.SwitchOf(p.Project, stage, p.live.Rules())
	if err != nil {
		answer.Enabled = avail.Unknown
	}
	p.switches[name] = answer
	return answer
}

// isAuto reports whether auto-promotion to a Stage is surely on: it has steps, and the
// first policy that selects it says so.
func (p *Project) isAuto(stage *kargo.Stage) bool {
	return !stage.IsControlFlow() && p.auto(stage).Enabled == avail.Yes
}

// isLast reports whether no other Stage takes Freight from the Stage.
func (p *Project) isLast(name string) bool {
	return !slices.ContainsFunc(p.feeds[name], func(r request) bool { return r.name() != name })
}

// config returns the object that holds the Project's policies, nil when there is none.
func (p *Project) config() *Object {
	rules := p.live.Rules()
	if p.Config != nil && rules.PoliciesInConfig() {
		for _, o := range p.ordered["ProjectConfig"] {
			if o.Name == p.Name || o.Name == "" {
				return o
			}
		}
	}
	if p.Spec != nil && rules.PoliciesInProject() && p.Config == nil {
		return p.objects["Project"][p.Name]
	}
	return nil
}

// policies returns the policies in force.
func (p *Project) policies() []kargo.PromotionPolicy {
	config := p.config()
	switch {
	case config == nil:
		return nil
	case config.Kind == "Project":
		return p.Spec.PromotionPolicies
	default:
		return p.Config.PromotionPolicies
	}
}

// policyPlace is where the policy is written that decides about a Stage; ok is false
// when none does, or it is not known which.
func (p *Project) policyPlace(stage *kargo.Stage) (place Place, ok bool) {
	config := p.config()
	decides := p.auto(stage).Policy
	if config == nil || decides < 0 {
		return Place{}, false
	}
	return config.at(policyPath(config, decides)), true
}

// policyPath is the path of what says which Stages a policy is for.
func policyPath(config *Object, index int) jsontext.Pointer {
	path := []any{"spec", "promotionPolicies", index}
	for _, field := range [][]any{{"stageSelector", "name"}, {"stage"}, {"stageSelector"}} {
		if config.has(append(path, field...)...) {
			return pathTo(append(path, field...)...)
		}
	}
	return pathTo(path...)
}

// label says in words what a Stage is, for a place that names it.
func (p *Project) stepsPlace(name string) Place {
	return p.stageObject(name).at("")
}
