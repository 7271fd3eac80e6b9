package report

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
)

// Builder computes a Report Stage by Stage, so that a large one is never held
// whole.
type Builder struct {
	// Projects are ordered by name.
	Projects []*avail.Evaluator
	// Selection says what is shown.
	Selection Selection
	// Brief leaves out what tables do not show and takes long to find: the candidates of
	// auto-promotion, which are unknown then.
	Brief bool
	// Explained is of how many pieces of Freight per Stage the blockers are found, newest
	// first; 0 is all. The others have none.
	Explained int
	// Problems adds what is wrong at each Stage; Commands write what frees it.
	Problems bool
	Commands remedy.Commands
}

// parallelThreshold is from how many Stages on they are judged at the same time.
const parallelThreshold = 50

// ProjectStages is a Project whose Stages are computed as they are asked for.
type ProjectStages struct {
	Name   string
	Stages iter.Seq[Stage]
}

// Each returns the Projects that have a Stage to show, each at its turn.
func (b *Builder) Each() iter.Seq[ProjectStages] {
	return func(yield func(ProjectStages) bool) {
		for _, e := range b.Projects {
			next, stop := iter.Pull(b.stages(e))
			first, ok := next()
			more := !ok || yield(ProjectStages{e.Project().Name, rest(first, next)})
			stop()
			if !more {
				return
			}
		}
	}
}

// rest returns first and then what next still has.
func rest(first Stage, next func() (Stage, bool)) iter.Seq[Stage] {
	return func(yield func(Stage) bool) {
		for stage, ok := first, true; ok; stage, ok = next() {
			if !yield(stage) {
				return
			}
		}
	}
}

// Collect computes the whole Report under the header.
func (b *Builder) Collect(header Header) *Report {
	report := &Report{Header: header, Projects: []Project{}}
	for project := range b.Each() {
		report.Projects = append(report.Projects, Project{project.Name, slices.Collect(project.Stages)})
	}
	return report
}

// EachOf returns Projects that are computed already as Each returns them.
func EachOf(projects []Project) iter.Seq[ProjectStages] {
	return func(yield func(ProjectStages) bool) {
		for _, project := range projects {
			if !yield(ProjectStages{project.Name, slices.Values(project.Stages)}) {
				return
			}
		}
	}
}

// NewHeader returns the header of a Report.
func NewHeader(at time.Time, releases kargo.Releases, warnings []string) Header {
	return Header{APIVersion: APIVersion, Kind: Kind, At: at.UTC(), KargoVersion: releases.String(), Warnings: orEmpty(warnings)}
}

// Warnings says, for a person, what in the Projects keeps the answers from being
// plain: strategies that Kargo does not know, policies that cannot be understood or do
// not count, Freight without the time that it is sorted by.
func Warnings(projects []*avail.Evaluator) []string {
	var warnings []string
	for _, e := range projects {
		warnings = append(warnings, doubts(e)...)
		for _, stage := range e.Project().Stages {
			warnings = append(warnings, unknownStrategies(e.Project().Name, stage)...)
			_, err := autopromote.SwitchOf(e.Project(), stage, e.Rules())
			if text := fmt.Sprintf("auto-promotion is unknown: %v", err); err != nil && !slices.Contains(warnings, text) {
				warnings = append(warnings, text)
			}
		}
	}
	return warnings
}

func unknownStrategies(project string, stage *kargo.Stage) []string {
	var warnings []string
	for i, request := range stage.Spec.RequestedFreight {
		if strategy := request.Sources.AvailabilityStrategy; !strategy.Known() {
			warnings = append(warnings, fmt.Sprintf(
				"Stage %q of Project %q: spec.requestedFreight[%d] has the unknown availabilityStrategy %q: Kargo's promotion check takes it for OneOf, its listing fails",
				stage.Metadata.Name, project, i, strategy))
		}
	}
	return warnings
}

func (b *Builder) stages(e *avail.Evaluator) iter.Seq[Stage] {
	return func(yield func(Stage) bool) {
		for stage := range b.judged(e) {
			if b.Selection.Sort != nil {
				b.Selection.Sort(stage.Freight)
			}
			if b.Selection.narrows() && len(b.Selection.Stages) == 0 && stage.Freight != nil && len(stage.Freight) == 0 {
				continue
			}
			if b.Selection.Stuck && !stuck(&stage) {
				continue
			}
			if !yield(stage) {
				return
			}
		}
	}
}

// stuck reports whether something is wrong at the Stage that does not go away by itself.
func stuck(stage *Stage) bool {
	return slices.ContainsFunc(stage.Problems, func(p Problem) bool { return !p.Waits })
}

// judged judges the Stages that are selected: several at once where a limit keeps each of
// them small, and with an Evaluator for each that does so, as it is not to be shared.
func (b *Builder) judged(e *avail.Evaluator) iter.Seq[Stage] {
	selected := slices.DeleteFunc(slices.Clone(e.Project().Stages), func(s *kargo.Stage) bool { return !b.Selection.stage(s) })
	judge := func(e *avail.Evaluator) func(int) Stage {
		return func(i int) Stage { return b.stage(e, e.Stage(selected[i].Metadata.Name)) }
	}
	if b.Selection.Limit > 0 && len(selected) >= parallelThreshold {
		return inOrder(len(selected), func() func(int) Stage { return judge(avail.New(e.Project(), e.Rules(), e.Now())) })
	}
	return func(yield func(Stage) bool) {
		one := judge(e)
		for i := range selected {
			if !yield(one(i)) {
				return
			}
		}
	}
}

func (b *Builder) stage(e *avail.Evaluator, s *avail.Stage) Stage {
	stage := view(e, s)
	if !b.Brief {
		stage.AutoPromotion.Candidates = candidates(s)
	}
	if b.Problems || b.Selection.Stuck {
		stage.Problems = problems(s, b.Commands)
	}
	if !e.Project().Unread(pipeline.Freight) {
		stage.Freight, stage.More = b.freight(e, s)
	}
	return stage
}

// view is a Stage without its Freight and candidates.
func view(e *avail.Evaluator, s *avail.Stage) Stage {
	return Stage{
		Name:          s.Metadata.Name,
		ControlFlow:   s.IsControlFlow(),
		Current:       current(s.Project(), s.Stage),
		Requests:      requests(s.Stage),
		AutoPromotion: autoPromotion(e, s),
		ListError:     s.ListError(avail.Configured),
		Freeze:        freeze(s),
		Gone:          gone(s),
	}
}

// freeze returns the closed promotion window of a Stage, nil when none is known.
func freeze(s *avail.Stage) *Freeze {
	window := s.Status.PromotionWindowStatus
	if window == nil || !window.Closed {
		return nil
	}
	return &Freeze{Reason: window.Reason, Until: utcOf(window.NextOpen), StatusChangedAt: utc(s.StatusChangedAt())}
}

// gone lists what the Stage runs and does not exist any more; nothing where not all
// Freight is known.
func gone(s *avail.Stage) []Current {
	if s.Project().Unread(pipeline.Freight) || s.Project().Partial {
		return nil
	}
	var gone []Current
	for _, c := range current(s.Project(), s.Stage) {
		if s.Project().FreightNamed(c.Freight) == nil {
			gone = append(gone, c)
		}
	}
	return gone
}

// freight judges the Freight of a Stage that is selected, and counts what the
// limit leaves out.
func (b *Builder) freight(e *avail.Evaluator, s *avail.Stage) (shown Nullable[Freight], more int) {
	shown = Nullable[Freight]{}
	for f, row := range b.selected(e, s, &more) {
		if b.Explained == 0 || len(shown) < b.Explained {
			row.Blockers = blockers(s.Blockers(f))
		}
		shown = append(shown, row)
	}
	return shown, more
}

// selected judges the Freight of a Stage that is selected, all but its blockers,
// newest first, and counts what the limit leaves out. Without Where nothing beyond
// the limit is judged.
func (b *Builder) selected(e *avail.Evaluator, s *avail.Stage, more *int) iter.Seq2[*kargo.Freight, Freight] {
	return func(yield func(*kargo.Freight, Freight) bool) {
		shown, limit := map[kargo.Origin]int{}, b.Selection.Limit
		for _, f := range e.Project().FreightFor(s.Stage) {
			counted := kargo.Origin{}
			if b.Selection.PerOrigin {
				counted = f.Origin
			}
			full := limit > 0 && shown[counted] >= limit
			if !b.Selection.freight(e.Project().Name, f) {
				continue
			}
			if full && len(b.Selection.Where) == 0 {
				*more++
				continue
			}
			row := freight(e.Project(), s, f)
			if !b.Selection.keeps(&row) {
				continue
			}
			if full {
				*more++
				continue
			}
			shown[counted]++
			if !yield(f, row) {
				return
			}
		}
	}
}

// freight judges one piece of Freight, all but its blockers.
func freight(project *pipeline.Project, s *avail.Stage, f *kargo.Freight) Freight {
	j := s.Judge(f)
	return Freight{
		Name:         f.Metadata.Name,
		Alias:        f.Alias,
		Origin:       f.Origin.String(),
		DiscoveredAt: utc(project.DiscoveredAt(f)),
		Artifacts:    orEmpty(f.Artifacts),
		Available:    Available{j.Available[avail.Configured], j.Available[avail.Any], j.Available[avail.All]},
		Listed:       Listed{maybe(j.Listed[avail.Configured]), maybe(j.Listed[avail.Any]), maybe(j.Listed[avail.All])},
		Verdict:      string(j.Verdict),
		Divergence:   divergences(j.Divergences),
		Here:         here(s, f),
	}
}

func here(s *avail.Stage, f *kargo.Freight) Here {
	verified := f.Status.VerifiedIn.Has(s.Metadata.Name)
	here := Here{Current: s.RunsNow(f), Verified: verified}
	if last := s.LastPromotion(f); last != nil {
		here.Promotion = &Promotion{last.Name, string(last.Phase), last.Message}
	}
	if here.Current && verified {
		here.Reverified = reverified(s.Status.Current())
	}
	return here
}

// reverified returns the newest verification of what a Stage runs if it ended without
// success, else nil.
func reverified(current *kargo.FreightCollection) *Reverification {
	if len(current.VerificationHistory) == 0 {
		return nil
	}
	newest := &current.VerificationHistory[0]
	if newest.Phase.Open() || newest.Phase == kargo.VerificationSuccessful {
		return nil
	}
	return &Reverification{string(newest.Phase), newest.Message}
}

func blockers(list []avail.Blocker) []Blocker {
	blocked := make([]Blocker, 0, len(list))
	for _, b := range list {
		blocked = append(blocked, Blocker{
			Stage:     b.Stage,
			Request:   b.Request,
			Reason:    string(b.Reason),
			Message:   b.Message,
			Blocks:    words(b.Blocks),
			Remaining: kargo.Duration(b.Remaining),
			Until:     utc(b.Until),
			Roots:     roots(b.Roots),
			MoreRoots: b.MoreRoots, RootsNeeded: b.RootsNeeded.String(),
		})
	}
	return blocked
}

func roots(list []avail.Root) []Root {
	var roots []Root
	for _, root := range list {
		roots = append(roots, Root{root.Stage, string(root.Reason)})
	}
	return roots
}

func divergences(list []avail.Divergence) []Divergence {
	diverging := make([]Divergence, 0, len(list))
	for _, d := range list {
		diverging = append(diverging, Divergence{string(d.Cause), d.Cause.Issue(), words(d.In), d.Detail})
	}
	return diverging
}

func words(list []avail.Semantics) []string {
	words := make([]string, 0, len(list))
	for _, semantics := range list {
		words = append(words, semantics.String())
	}
	return words
}

// current lists what a Stage runs now, by origin.
func current(project *pipeline.Project, s *kargo.Stage) []Current {
	list := []Current{}
	if collection := s.Status.Current(); collection != nil {
		for _, origin := range slices.Sorted(maps.Keys(collection.Items)) {
			name := collection.Items[origin].Name
			list = append(list, Current{origin, name, aliasOf(project, name)})
		}
	}
	return list
}

// aliasOf returns the alias of the Freight of this name, "" when it is not known.
func aliasOf(project *pipeline.Project, name string) string {
	if f := project.FreightNamed(name); f != nil {
		return f.Alias
	}
	return ""
}

func requests(s *kargo.Stage) []Request {
	requests := make([]Request, 0, len(s.Spec.RequestedFreight))
	for _, r := range s.Spec.RequestedFreight {
		policy := kargo.NewestFreight
		if r.Sources.MatchesUpstream() {
			policy = kargo.MatchUpstream
		}
		requests = append(requests, Request{
			Origin:           r.Origin.String(),
			Direct:           r.Sources.Direct,
			Upstreams:        orEmpty(r.Sources.Upstreams()),
			Strategy:         string(r.Sources.AvailabilityStrategy.Normal()),
			RequiredSoakTime: r.Sources.RequiredSoakTime,
			SelectionPolicy:  string(policy),
		})
	}
	return requests
}

func autoPromotion(e *avail.Evaluator, s *avail.Stage) AutoPromotion {
	// A policy that cannot be understood is among the Warnings; the answer is unknown.
	policy, _ := autopromote.SwitchOf(e.Project(), s.Stage, e.Rules())
	return AutoPromotion{
		Enabled: maybe(policy.Enabled),
		Held:    orEmpty(autopromote.HeldOrigins(s.Stage, e.Rules())),
		Next:    next(s),
	}
}

// next is what auto-promotion does next, by origin.
func next(s *avail.Stage) map[string]Next {
	byOrigin := map[string]Next{}
	for _, n := range autopromote.NextOf(s) {
		own := Next{Outcome: string(n.Outcome), Reason: n.Reason(), Until: utc(n.Until)}
		if n.Freight != nil {
			own.Freight, own.Alias = n.Freight.Metadata.Name, n.Freight.Alias
		}
		byOrigin[n.Origin.String()] = own
	}
	return byOrigin
}

func candidates(s *avail.Stage) Candidates {
	return Candidates{
		Configured: byOrigin(autopromote.Candidates(s, avail.Configured)),
		Any:        byOrigin(autopromote.Candidates(s, avail.Any)),
		All:        byOrigin(autopromote.Candidates(s, avail.All)),
	}
}

func byOrigin(candidates map[kargo.Origin]*kargo.Freight) ByOrigin {
	if candidates == nil {
		return nil
	}
	names := make(ByOrigin, len(candidates))
	for origin, f := range candidates {
		names[origin.String()] = f.Metadata.Name
	}
	return names
}

// orEmpty returns a list that is never nil: in Go as in JSON, empty is [].
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func maybe(t avail.Truth) *bool {
	if t == avail.Unknown {
		return nil
	}
	yes := t == avail.Yes
	return &yes
}

// utc returns the instant in UTC, nil for the zero one.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
