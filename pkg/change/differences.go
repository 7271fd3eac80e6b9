package change

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// ObjectChange is an object that one state of a Project has and the other has not, or has
// in another way.
type ObjectChange struct {
	Kind, Name string
	Change     Kind
	// RenamedFrom is the name of a deleted Stage that was written like this added one; ""
	// for none.
	RenamedFrom string
	// Fields are those that differ; none for a Stage or a Warehouse that is added or removed.
	Fields []FieldChange
}

// Kind says in which way an object is changed.
type Kind string

// The kinds of changes.
const (
	Added    Kind = "added"
	Removed  Kind = "removed"
	Modified Kind = "changed"
)

// FieldChange is a field that differs. Of lists, each entry that is added or removed is
// one.
type FieldChange struct {
	// Path is a JSON pointer from the object: as it is after the change, or before it for
	// what is removed.
	Path string
	// From and To are nil where the field is not set.
	From, To *string
}

// The kinds of objects that a change can be about.
const (
	kindStage     = "Stage"
	kindWarehouse = "Warehouse"
	kindConfig    = "ProjectConfig"
	kindProject   = "Project"
)

// Differences returns which Stages, Warehouses and policies differ, in fields on which
// availability and auto-promotion depend: first Stages, by name. Other fields are not
// compared.
func Differences(before, after pipeline.Objects) []ObjectChange {
	changes := stageDifferences(before.Stages, after.Stages)
	changes = append(changes, warehouseDifferences(before.Warehouses, after.Warehouses)...)
	changes = append(changes, policyDifferences(kindConfig, after.Project, before.Config, after.Config)...)
	return append(changes, policyDifferences(kindProject, after.Project, before.Spec, after.Spec)...)
}

func stageDifferences(before, after []kargo.Stage) []ObjectChange {
	was, is := stagesByName(before), stagesByName(after)
	var changes []ObjectChange
	var gone []*kargo.Stage
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if is[name] == nil {
			gone = append(gone, was[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		old := was[name]
		if old == nil {
			change := ObjectChange{Kind: kindStage, Name: name, Change: Added}
			if i := slices.IndexFunc(gone, func(s *kargo.Stage) bool { return reflect.DeepEqual(s.Spec, is[name].Spec) }); i >= 0 {
				change.RenamedFrom = gone[i].Metadata.Name
			}
			changes = append(changes, change)
			continue
		}
		if fields := stageFields(old, is[name]); len(fields) > 0 {
			changes = append(changes, ObjectChange{Kind: kindStage, Name: name, Change: Modified, Fields: fields})
		}
	}
	for _, stage := range gone {
		changes = append(changes, ObjectChange{Kind: kindStage, Name: stage.Metadata.Name, Change: Removed})
	}
	slices.SortStableFunc(changes, func(a, b ObjectChange) int { return cmp.Compare(a.Name, b.Name) })
	return changes
}

func stagesByName(stages []kargo.Stage) map[string]*kargo.Stage {
	byName := make(map[string]*kargo.Stage, len(stages))
	for i := range stages {
		byName[stages[i].Metadata.Name] = &stages[i]
	}
	return byName
}

// fieldList gathers the fields that differ.
type fieldList []FieldChange

// add notes a field if its texts differ; "" is a field that is not set.
func (l *fieldList) add(from, to string, path ...string) {
	if from == to {
		return
	}
	*l = append(*l, FieldChange{pointer(path), orNil(from), orNil(to)})
}

func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// pointer writes a JSON pointer.
func pointer(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return b.String()
}

// stageFields returns the fields of a Stage that differ.
func stageFields(before, after *kargo.Stage) []FieldChange {
	if reflect.DeepEqual(before.Spec, after.Spec) && sameLabels(before.Metadata.Labels, after.Metadata.Labels) {
		return nil
	}
	var l fieldList
	l.labels(before.Metadata.Labels, after.Metadata.Labels)
	l.requests(before.Spec.RequestedFreight, after.Spec.RequestedFreight)
	l.add(steps(before), steps(after), "spec", "promotionTemplate", "spec", "steps")
	l.add(verification(before), verification(after), "spec", "verification")
	l.add(targets(before.Spec.Targets), targets(after.Spec.Targets), "spec", "targets")
	return l
}

func (l *fieldList) labels(before, after map[string]string) {
	names := map[string]bool{}
	for _, labels := range []map[string]string{before, after} {
		for name := range labels {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		from, had := before[name]
		to, has := after[name]
		if had != has || from != to {
			change := FieldChange{Path: pointer([]string{"metadata", "labels", name})}
			if had {
				change.From = &from
			}
			if has {
				change.To = &to
			}
			*l = append(*l, change)
		}
	}
}

// requests compares the requests for Freight of the same origin: the first with the first,
// where an origin is requested more than once.
func (l *fieldList) requests(before, after []kargo.Request) {
	matched := make([]bool, len(before))
	for i := range after {
		index := strconv.Itoa(i)
		j := -1
		for k := range before {
			if !matched[k] && before[k].Origin == after[i].Origin {
				j = k
				break
			}
		}
		if j < 0 {
			l.add("", after[i].Origin.String(), "spec", "requestedFreight", index, "origin")
			l.sources(&kargo.Sources{}, &after[i].Sources, index, index)
			continue
		}
		matched[j] = true
		l.sources(&before[j].Sources, &after[i].Sources, strconv.Itoa(j), index)
	}
	for j := range before {
		if !matched[j] {
			l.add(before[j].Origin.String(), "", "spec", "requestedFreight", strconv.Itoa(j), "origin")
		}
	}
}

// sources compares the sources of a request at these indexes.
func (l *fieldList) sources(before, after *kargo.Sources, was, is string) {
	at := func(index string, rest ...string) []string {
		return append([]string{"spec", "requestedFreight", index, "sources"}, rest...)
	}
	l.add(truth(before.Direct), truth(after.Direct), at(is, "direct")...)
	for i, upstream := range before.Upstreams() {
		if !after.Lists(upstream) {
			l.add(upstream, "", at(was, "stages", strconv.Itoa(i))...)
		}
	}
	for i, upstream := range after.Upstreams() {
		if !before.Lists(upstream) {
			l.add("", upstream, at(is, "stages", strconv.Itoa(i))...)
		}
	}
	if from, to := soakText(before), soakText(after); before.RequiredSoakTime == nil || after.RequiredSoakTime == nil || *before.RequiredSoakTime != *after.RequiredSoakTime {
		l.add(from, to, at(is, "requiredSoakTime")...)
	}
	l.add(string(before.AvailabilityStrategy), string(after.AvailabilityStrategy), at(is, "availabilityStrategy")...)
	l.add(selection(before), selection(after), at(is, "autoPromotionOptions", "selectionPolicy")...)
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return ""
}

func soakText(s *kargo.Sources) string {
	if s.RequiredSoakTime == nil {
		return ""
	}
	return s.RequiredSoakTime.String()
}

func selection(s *kargo.Sources) string {
	if s.AutoPromotionOptions == nil {
		return ""
	}
	return string(s.AutoPromotionOptions.SelectionPolicy)
}

// steps says whether a Stage has any: how many they are makes no difference.
func steps(s *kargo.Stage) string {
	if s.IsControlFlow() {
		return ""
	}
	return "present"
}

// verification names the AnalysisTemplates by which a Stage verifies.
func verification(s *kargo.Stage) string {
	v := s.Spec.Verification
	switch {
	case v == nil:
		return ""
	case len(v.AnalysisTemplates) == 0:
		return "without an AnalysisTemplate"
	}
	var names []string
	for _, template := range v.AnalysisTemplates {
		names = append(names, template.Name)
	}
	return strings.Join(names, ", ")
}

func targets(t *kargo.StageTargets) string {
	if t == nil {
		return ""
	}
	var words []string
	for i := range t.Selectors {
		words = append(words, metav1.FormatLabelSelector(&t.Selectors[i]))
	}
	return fmt.Sprintf("[%s]", strings.Join(words, "; "))
}

func warehouseDifferences(before, after []string) []ObjectChange {
	var changes []ObjectChange
	for _, name := range slices.Sorted(slices.Values(after)) {
		if !slices.Contains(before, name) {
			changes = append(changes, ObjectChange{Kind: kindWarehouse, Name: name, Change: Added})
		}
	}
	for _, name := range slices.Sorted(slices.Values(before)) {
		if !slices.Contains(after, name) {
			changes = append(changes, ObjectChange{Kind: kindWarehouse, Name: name, Change: Removed})
		}
	}
	return changes
}

// policyDifferences compares the promotion policies of an object, of which there is one at
// most.
func policyDifferences(kind, name string, before, after *kargo.ProjectSpec) []ObjectChange {
	was, is := policyTexts(before), policyTexts(after)
	start := 0
	for start < min(len(was), len(is)) && was[start] == is[start] {
		start++
	}
	end := 0
	for end < min(len(was), len(is))-start && was[len(was)-1-end] == is[len(is)-1-end] {
		end++
	}
	var l fieldList
	for i := start; i < len(was)-end; i++ {
		l.add(was[i], "", "spec", "promotionPolicies", strconv.Itoa(i))
	}
	for i := start; i < len(is)-end; i++ {
		l.add("", is[i], "spec", "promotionPolicies", strconv.Itoa(i))
	}
	change := ObjectChange{Kind: kind, Name: name, Change: Modified, Fields: l}
	switch {
	case len(l) == 0:
		return nil
	case before == nil:
		change.Change = Added
	case after == nil:
		change.Change = Removed
	}
	return []ObjectChange{change}
}

// policyTexts has a text per policy; none for nil.
func policyTexts(spec *kargo.ProjectSpec) []string {
	if spec == nil {
		return nil
	}
	texts := make([]string, 0, len(spec.PromotionPolicies))
	for i := range spec.PromotionPolicies {
		texts = append(texts, autopromote.PolicyWords(&spec.PromotionPolicies[i]))
	}
	return texts
}
