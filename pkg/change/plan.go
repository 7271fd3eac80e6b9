package change

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Edit is what is asked for one Stage.
type Edit struct {
	Stage string
	// Warehouse limits it to the requests of one origin; "" means every request that
	// has an upstream.
	Warehouse string
	// Rule is nil when the strategy stays.
	Rule *Rule
	// Soak is nil when the soak time stays.
	Soak *Soak
}

// Soak is a soak time to be set; a nil Time removes it.
type Soak struct{ Time *kargo.Duration }

// Plan is what edits come to in one Project.
type Plan struct {
	// Requests has every request that an edit is about, in the order of the edits.
	Requests []Request
	project  *pipeline.Project
	// quorums has the rules that Kargo does not have.
	quorums map[place]Rule
}

// place is one request of a Stage, by its index.
type place struct {
	stage string
	index int
}

// Request is the plan for one request of a Stage.
type Request struct {
	Stage  string
	Index  int
	Origin kargo.Origin
	// From is the strategy as written, To what it is to say.
	From kargo.Strategy
	To   Rule
	// SoakFrom is the soak time as it is, nil when there is none; Soak is nil when it stays.
	SoakFrom *kargo.Duration
	Soak     *Soak
	// Differs says that the strategy's field is written with another meaning or removed,
	// SoakDiffers that the soak time becomes another one.
	Differs, SoakDiffers bool
	// NoEffect says why the other strategy changes no answer; "" when it may.
	NoEffect string
	// Hazards say what Kargo makes of the request then that nobody expects.
	Hazards []string
	// quorum is how many upstreams To wants where Kargo does not have the rule.
	quorum int
}

// Changes reports whether something becomes otherwise about the request.
func (r *Request) Changes() bool { return r.Differs || r.SoakDiffers }

// NewPlan works out which requests the edits are about. It is an error when a Stage
// does not exist, or has no request that is meant.
func NewPlan(project *pipeline.Project, edits []Edit) (*Plan, error) {
	plan := &Plan{project: project, quorums: map[place]Rule{}}
	for _, edit := range edits {
		stage := project.Stage(edit.Stage)
		if stage == nil {
			return nil, fmt.Errorf("stages.%s %q not found", kargo.Group, edit.Stage)
		}
		found, err := plan.requests(stage, edit)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if r.quorum > 0 {
				plan.quorums[place{r.Stage, r.Index}] = r.To
			}
		}
		plan.Requests = append(plan.Requests, found...)
	}
	return plan, nil
}

func (p *Plan) requests(stage *kargo.Stage, edit Edit) ([]Request, error) {
	var found []Request
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		meant := edit.Warehouse == request.Origin.Name || edit.Warehouse == "" && len(request.Sources.Stages) > 0
		if !meant {
			continue
		}
		r, err := p.request(stage, i, edit)
		if err != nil {
			return nil, fmt.Errorf("stage %q, %s: %w", edit.Stage, request.Origin, err)
		}
		found = append(found, r)
	}
	switch {
	case len(found) > 0:
		return found, nil
	case edit.Warehouse != "":
		return nil, fmt.Errorf("stage %q: it does not request Freight of Warehouse %q", edit.Stage, edit.Warehouse)
	default:
		return nil, fmt.Errorf("stage %q: none of its requests names an upstream Stage, so that a strategy means nothing to it", edit.Stage)
	}
}

func (p *Plan) request(stage *kargo.Stage, index int, edit Edit) (Request, error) {
	request := &stage.Spec.RequestedFreight[index]
	sources := &request.Sources
	written := sources.AvailabilityStrategy
	soak := sources.RequiredSoakTime
	r := Request{
		Stage: stage.Metadata.Name, Index: index, Origin: request.Origin,
		From: written, To: keep(written), SoakFrom: soak, Soak: edit.Soak,
	}
	if edit.Rule != nil {
		r.To = *edit.Rule
	}
	switch strategy, ofKargo := r.To.Strategy(); {
	case !ofKargo:
		quorum, err := r.To.needs(len(sources.Upstreams()))
		if err != nil {
			return r, err
		}
		r.quorum, r.Differs = quorum, true
	case r.To == Unset():
		r.Differs = written != ""
	default:
		r.Differs = written.Normal() != strategy.Normal()
	}
	if edit.Soak != nil {
		r.SoakDiffers = !same(soak, edit.Soak.Time)
		soak = edit.Soak.Time
	}
	if r.Differs && !r.SoakDiffers {
		r.NoEffect = noEffect(stage, request, r.To)
	}
	if r.Changes() && soak != nil && !sources.Direct && len(sources.Stages) > 0 {
		r.Hazards = p.hazards(stage, &r, sources, *soak)
	}
	return r, nil
}

// same reports whether two soak times are, each nil when it is not set.
func same(a, b *kargo.Duration) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// noEffect says why another strategy changes no answer of the request.
func noEffect(stage *kargo.Stage, request *kargo.Request, to Rule) string {
	sources := &request.Sources
	upstreams := sources.Upstreams()
	requested := 0
	for _, other := range stage.Spec.RequestedFreight {
		if other.Origin == request.Origin {
			requested++
		}
	}
	switch {
	case to == Unset() && sources.AvailabilityStrategy.Normal() == kargo.OneOf:
		return "an absent field means OneOf"
	case sources.Direct:
		return "it takes its Freight straight from the Warehouse, whatever the strategy"
	case requested > 1 || !sources.AvailabilityStrategy.Known():
		return "" // what another request says may hang on it, or whether the listing fails
	case len(upstreams) == 1 && sources.RequiredSoakTime == nil:
		return fmt.Sprintf("%s is its only upstream", upstreams[0])
	default:
		return ""
	}
}

// hazards say what a soak time then does that nobody expects.
func (p *Plan) hazards(stage *kargo.Stage, r *Request, sources *kargo.Sources, soak kargo.Duration) []string {
	var list []string
	strategy, _ := r.To.Strategy()
	if strategy == kargo.All {
		what := "never auto-promoted"
		if stage.IsControlFlow() {
			what = "not passed on"
		}
		list = append(list, fmt.Sprintf(
			"All together with a soak time: Freight that also soaked in a Stage that is no upstream, such as one before them, is %s (kargo#4586)", what))
	}
	for _, name := range sources.Upstreams() {
		upstream := p.project.Stage(name)
		if upstream != nil && upstream.IsControlFlow() && soak > 0 && (r.SoakDiffers || strategy == kargo.All) {
			list = append(list, fmt.Sprintf("nothing ever soaks in the control-flow Stage %s, so that it never satisfies a request with a soak time (kargo#6360)", name))
		}
	}
	return list
}

// After returns the Project as it is once the plan is carried out, and how many
// upstreams have to be satisfied for those of its requests whose rule Kargo does not
// have. The Project itself stays as it is.
func (p *Plan) After() (*pipeline.Project, map[*kargo.Request]int) {
	changed := map[string]*kargo.Stage{}
	quorums := map[*kargo.Request]int{}
	for i := range p.Requests {
		planned := &p.Requests[i]
		stage, known := changed[planned.Stage]
		if !known {
			own := *p.project.Stage(planned.Stage)
			own.Spec.RequestedFreight = slices.Clone(own.Spec.RequestedFreight)
			stage = &own
			changed[planned.Stage] = stage
		}
		request := &stage.Spec.RequestedFreight[planned.Index]
		if planned.SoakDiffers {
			request.Sources.RequiredSoakTime = planned.Soak.Time
		}
		strategy, ofKargo := planned.To.Strategy()
		if !ofKargo {
			quorums[request] = planned.quorum
		}
		if planned.Differs && (ofKargo || !planned.From.Known()) { // over one that it does not know, the listing fails
			request.Sources.AvailabilityStrategy = strategy
		}
	}
	return p.project.WithStages(changed), quorums
}

// Stages returns the names of the Stages that the plan changes, in its order.
func (p *Plan) Stages() []string {
	var names []string
	known := map[string]bool{}
	for i := range p.Requests {
		if r := &p.Requests[i]; r.Changes() && !known[r.Stage] {
			known[r.Stage] = true
			names = append(names, r.Stage)
		}
	}
	return names
}

// Reached returns the names of the Stages that the plan is about, in the order of the
// Project, and of those at which it may change an answer: the control-flow Stages behind
// them, those that take from these, and those with a soak time, whose listing looks at
// every Stage that verified the Freight.
func (p *Plan) Reached() []string {
	gates, asked := gatesBehind(p.project, p.Stages()), map[string]bool{}
	for i := range p.Requests {
		asked[p.Requests[i].Stage] = true
	}
	var names []string
	for _, stage := range p.project.Stages {
		name := stage.Metadata.Name
		if asked[name] || gates[name] || takesFrom(stage, gates) || len(gates) > 0 && soaks(stage) {
			names = append(names, name)
		}
	}
	return names
}

func soaks(stage *kargo.Stage) bool {
	return slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool { return r.Sources.RequiredSoakTime != nil })
}

// RuleFor writes the rule that a Stage of the Project after the plan has for an origin:
// the one of the plan, else its strategy, or that it takes the Freight directly; ""
// where it requests none of the origin.
func (p *Plan) RuleFor(stage *kargo.Stage, origin kargo.Origin) string {
	for i, request := range stage.Spec.RequestedFreight {
		if request.Origin != origin {
			continue
		}
		if rule, planned := p.quorums[place{stage.Metadata.Name, i}]; planned {
			return rule.String()
		}
		if request.Sources.Direct {
			return "direct"
		}
		return string(request.Sources.AvailabilityStrategy.Normal())
	}
	return ""
}
