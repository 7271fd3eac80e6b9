// Package pipeline holds one Project at rest: its objects with the indexes, edges
// and orders that questions about them need. It judges nothing.
package pipeline

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Project is one Project's pipeline. It is immutable after New and safe for
// concurrent use; what it returns belongs to it and must not be modified.
type Project struct {
	// Name is the Project's name, which is its namespace's.
	Name string
	// Stages are ordered by depth, then by name.
	Stages []*kargo.Stage
	// Config, Spec, PoliciesFromStatus, Partial and Oddities: see Objects.
	Config, Spec       *kargo.ProjectSpec
	PoliciesFromStatus bool
	Partial            bool
	Oddities           []string

	unread Kinds
	// position is where each Stage is in Stages; depth is its depth, by position.
	position   map[string]int
	depth      []int
	freight    []*kargo.Freight
	byName     map[string]*kargo.Freight
	byOrigin   map[kargo.Origin][]*kargo.Freight
	byApproval map[string][]*kargo.Freight
	warehouses map[string]bool
	promotions map[move][]*kargo.Promotion
	// promotionsTo are by Stage.
	promotionsTo map[string][]*kargo.Promotion
	requests     map[string][]*kargo.PromotionRequest
	discovered   bool
	// aliases counts the pieces of Freight of each alias, once that is asked for.
	aliases func() map[string]int
}

// move is a piece of Freight going into a Stage.
type move struct{ stage, freight string }

// New indexes the objects of one Project and keeps references to them.
//
// byDiscovery orders Freight by discoveredAt, else creationTimestamp, as Kargo
// does from v1.11.0 on; otherwise by creationTimestamp alone.
func New(objects Objects, byDiscovery bool) *Project {
	p := &Project{
		Name:               objects.Project,
		Config:             objects.Config,
		Spec:               objects.Spec,
		PoliciesFromStatus: objects.PoliciesFromStatus,
		Partial:            objects.Partial,
		Oddities:           objects.Oddities,

		unread:     objects.Unread,
		warehouses: make(map[string]bool, len(objects.Warehouses)),
		promotions: map[move][]*kargo.Promotion{}, promotionsTo: map[string][]*kargo.Promotion{},
		discovered: byDiscovery,
	}
	stages := make([]*kargo.Stage, 0, len(objects.Stages))
	for i := range objects.Stages {
		stages = append(stages, &objects.Stages[i])
	}
	p.indexStages(stages)
	p.indexFreight(objects.Freight)
	p.aliases = sync.OnceValue(func() map[string]int { return countAliases(p.freight) })
	for _, name := range objects.Warehouses {
		p.warehouses[name] = true
	}
	p.indexPromotions(objects.Promotions)
	p.indexRequests(objects.PromotionRequests)
	return p
}

func (p *Project) indexStages(stages []*kargo.Stage) {
	byName := make(map[string]*kargo.Stage, len(stages))
	for _, s := range stages {
		byName[s.Metadata.Name] = s
	}
	p.Stages, p.position, p.depth = stages, make(map[string]int, len(stages)), make([]int, 0, len(stages))
	depths := depths(byName)
	slices.SortFunc(p.Stages, func(a, b *kargo.Stage) int {
		return cmp.Or(
			cmp.Compare(depths[a.Metadata.Name], depths[b.Metadata.Name]),
			cmp.Compare(a.Metadata.Name, b.Metadata.Name),
		)
	})
	for i, s := range p.Stages {
		p.position[s.Metadata.Name] = i
		p.depth = append(p.depth, depths[s.Metadata.Name])
	}
}

func (p *Project) indexFreight(freight []kargo.Freight) {
	p.freight = make([]*kargo.Freight, 0, len(freight))
	for i := range freight {
		p.freight = append(p.freight, &freight[i])
	}
	slices.SortFunc(p.freight, p.newestFirst)
	p.fileFreight()
}

func countAliases(freight []*kargo.Freight) map[string]int {
	count := make(map[string]int, len(freight))
	for _, f := range freight {
		count[f.Alias]++
	}
	return count
}

// IsAliasOf reports whether the alias of a piece of Freight names it alone. That is not
// known, and false, where not all Freight was read.
func (p *Project) IsAliasOf(f *kargo.Freight) bool {
	return f.Alias != "" && !p.Partial && p.aliases()[f.Alias] == 1
}

// fileFreight files the Freight, which is in order, by name, origin and approval.
func (p *Project) fileFreight() {
	p.byName = make(map[string]*kargo.Freight, len(p.freight))
	p.byOrigin, p.byApproval = map[kargo.Origin][]*kargo.Freight{}, map[string][]*kargo.Freight{}
	for _, f := range p.freight {
		p.byName[f.Metadata.Name] = f
		p.byOrigin[f.Origin] = append(p.byOrigin[f.Origin], f)
		for stage := range f.Status.ApprovedFor.All() {
			p.byApproval[stage] = append(p.byApproval[stage], f)
		}
	}
}

// newestFirst is Kargo's order: by time, Freight without one last, ties by name
// descending.
func (p *Project) newestFirst(a, b *kargo.Freight) int {
	return cmp.Or(
		p.DiscoveredAt(b).Compare(p.DiscoveredAt(a)),
		cmp.Compare(b.Metadata.Name, a.Metadata.Name),
	)
}

// Newer reports whether a comes before b in the order in which Kargo picks Freight.
func (p *Project) Newer(a, b *kargo.Freight) bool { return p.newestFirst(a, b) < 0 }

func (p *Project) indexPromotions(promotions []kargo.Promotion) {
	for i := range promotions {
		promotion := &promotions[i]
		key := move{promotion.Spec.Stage, promotion.FreightName()}
		p.promotions[key] = append(p.promotions[key], promotion)
		p.promotionsTo[promotion.Spec.Stage] = append(p.promotionsTo[promotion.Spec.Stage], promotion)
	}
	for _, list := range p.promotions {
		slices.SortFunc(list, func(a, b *kargo.Promotion) int {
			return cmp.Or(
				b.Metadata.CreationTimestamp.Compare(a.Metadata.CreationTimestamp),
				cmp.Compare(b.Metadata.Name, a.Metadata.Name),
			)
		})
	}
}

// Unread reports whether the objects of this kind could not be read.
func (p *Project) Unread(kind Kind) bool { return p.unread.Has(kind) }

// Stage returns the Stage of this name, or nil.
func (p *Project) Stage(name string) *kargo.Stage {
	if i, exists := p.position[name]; exists {
		return p.Stages[i]
	}
	return nil
}

// Position returns where the Stage of this name is in Stages, -1 when there is none.
func (p *Project) Position(name string) int {
	if i, exists := p.position[name]; exists {
		return i
	}
	return -1
}

// Depth returns how far the Stage at a position is from the sources: the longest path
// over its upstreams, 0 where it names none that exist. Stages on a cycle share one
// depth, and every other upstream of a Stage has a lower depth than the Stage.
func (p *Project) Depth(position int) int { return p.depth[position] }

// HasWarehouse reports whether a Warehouse of this name was read.
func (p *Project) HasWarehouse(name string) bool { return p.warehouses[name] }

// Freight returns all Freight, newest first.
func (p *Project) Freight() []*kargo.Freight { return p.freight }

// FreightNamed returns the Freight of this name, or nil.
func (p *Project) FreightNamed(name string) *kargo.Freight { return p.byName[name] }

// FreightFrom returns the Freight of one origin, newest first.
func (p *Project) FreightFrom(origin kargo.Origin) []*kargo.Freight { return p.byOrigin[origin] }

// FreightFor returns, newest first, the Freight that concerns a Stage: all of a
// requested origin and all that is approved for the Stage.
func (p *Project) FreightFor(stage *kargo.Stage) []*kargo.Freight {
	var lists [][]*kargo.Freight
	for _, origin := range Origins(stage) {
		lists = append(lists, p.byOrigin[origin])
	}
	if foreign := p.foreignApprovals(stage); len(foreign) > 0 {
		lists = append(lists, foreign)
	}
	if len(lists) == 1 {
		return lists[0]
	}
	merged := slices.Concat(lists...)
	slices.SortFunc(merged, p.newestFirst)
	return merged
}

func (p *Project) foreignApprovals(stage *kargo.Stage) []*kargo.Freight {
	var foreign []*kargo.Freight
	for _, f := range p.byApproval[stage.Metadata.Name] {
		if !stage.Requests(f.Origin) {
			foreign = append(foreign, f)
		}
	}
	return foreign
}

// DiscoveredAt returns the instant by which Freight is ordered, zero when it has none.
func (p *Project) DiscoveredAt(f *kargo.Freight) time.Time {
	if p.discovered && f.DiscoveredAt != nil {
		return *f.DiscoveredAt
	}
	return f.Metadata.CreationTimestamp
}

// Promotions returns the Promotions of one piece of Freight to one Stage, newest
// first; empty when none was read.
func (p *Project) Promotions(stage, freight string) []*kargo.Promotion {
	return p.promotions[move{stage, freight}]
}

// PromotionsTo returns the Promotions of any Freight to one Stage, in the order in which
// they were read; empty when none was.
func (p *Project) PromotionsTo(stage string) []*kargo.Promotion { return p.promotionsTo[stage] }

// Origins returns the distinct origins that a Stage requests, in the order of
// their first request.
func Origins(stage *kargo.Stage) []kargo.Origin {
	var origins []kargo.Origin
	for _, r := range stage.Spec.RequestedFreight {
		if !slices.Contains(origins, r.Origin) {
			origins = append(origins, r.Origin)
		}
	}
	return origins
}

// WithStages returns the Project with other Stages in place of those of their names.
// They may differ in all but their names and upstreams.
func (p *Project) WithStages(changed map[string]*kargo.Stage) *Project {
	other := *p
	other.Stages = slices.Clone(p.Stages)
	for i, stage := range other.Stages {
		if replacement, ok := changed[stage.Metadata.Name]; ok {
			other.Stages[i] = replacement
		}
	}
	return &other
}

// Redrawn returns the Project with further Stages, other Stages in place of those of their
// names, and further Warehouses. Stages may differ in everything but their names.
func (p *Project) Redrawn(stages map[string]*kargo.Stage, warehouses []string) *Project {
	other := *p
	list := make([]*kargo.Stage, 0, len(p.Stages)+len(stages))
	for _, stage := range p.Stages {
		if _, changed := stages[stage.Metadata.Name]; !changed {
			list = append(list, stage)
		}
	}
	for _, stage := range stages {
		list = append(list, stage)
	}
	other.indexStages(list)
	if len(warehouses) > 0 {
		other.warehouses = maps.Clone(p.warehouses)
		for _, name := range warehouses {
			other.warehouses[name] = true
		}
	}
	return &other
}

// WithFreight returns the Project with other pieces of Freight in place of those of
// their names. They may differ in their status alone.
func (p *Project) WithFreight(changed map[string]*kargo.Freight) *Project {
	other := *p
	other.freight = replaced(p.freight, changed)
	other.fileFreight()
	return &other
}

func replaced(freight []*kargo.Freight, changed map[string]*kargo.Freight) []*kargo.Freight {
	list := slices.Clone(freight)
	for i, f := range list {
		if replacement, ok := changed[f.Metadata.Name]; ok {
			list[i] = replacement
		}
	}
	return list
}
