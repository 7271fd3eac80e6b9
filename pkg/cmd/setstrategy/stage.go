package setstrategy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// stage is a Stage as it was read, and what is to become of it.
type stage struct {
	object *unstructured.Unstructured
	typed  kargo.Stage
	fields []field
}

// field is the strategy of one request.
type field struct {
	change.Request
	// was is what it says, nil where it is absent.
	was *kargo.Strategy
	// writes says that it is to be written.
	writes bool
}

// read plans what is to become of a Stage. It is an error when nothing of it is meant.
func (o *options) read(object *unstructured.Unstructured) (*stage, error) {
	s := &stage{object: object}
	text, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &s.typed); err != nil {
		return nil, fmt.Errorf("stage %q: %s", object.GetName(), malformed(err))
	}
	project := pipeline.New(pipeline.Objects{Project: object.GetNamespace(), Stages: []kargo.Stage{s.typed}}, true)
	plan, err := change.NewPlan(project, []change.Edit{o.edit(object.GetName())})
	if err != nil {
		return nil, err
	}
	for i := range plan.Requests {
		s.fields = append(s.fields, o.field(object, plan.Requests[i]))
	}
	return s, nil
}

// malformed says which field cannot be read, in the words of people who write manifests.
func malformed(err error) string {
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err.Error()
	}
	words := strings.Join(slices.Collect(semantic.JSONPointer.Tokens()), ".") + " cannot be read"
	if semantic.Err != nil {
		return words + ": " + semantic.Err.Error()
	}
	return fmt.Sprintf("%s: it is %s, where something else belongs", words, kindWord(semantic.JSONKind))
}

// kindWord names a kind of JSON.
func kindWord(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "a list"
	case jsontext.KindString:
		return "a text"
	case jsontext.KindNumber:
		return "a number"
	default:
		return kind.String()
	}
}

func (o *options) field(object *unstructured.Unstructured, request change.Request) field {
	f := field{Request: request, was: strategyAt(object, request.Index)}
	differs := request.Differs || o.unsets() && f.was != nil
	// To remove what means nothing is to tidy up, whatever it is about.
	f.writes = differs && (request.NoEffect == "" || o.force || f.keepsMeaning())
	return f
}

// to is what the field is to say, nil where it is to be absent.
func (f *field) to() *kargo.Strategy {
	strategy, _ := f.To.Strategy()
	if strategy == "" {
		return nil
	}
	return &strategy
}

// word is what the strategy in force is to be.
func (f *field) word() string {
	strategy, _ := f.To.Strategy()
	return strategyWord(strategy)
}

// keepsMeaning reports whether the strategy in force stays the same.
func (f *field) keepsMeaning() bool {
	strategy, _ := f.To.Strategy()
	return f.From.Normal() == strategy.Normal()
}

// withheld says why the strategy is not set although it would be another one.
func (f *field) withheld() string {
	if f.writes || f.keepsMeaning() {
		return ""
	}
	return f.NoEffect
}

// all are the requests that are meant.
func (s *stage) all() []*field {
	var list []*field
	for i := range s.fields {
		list = append(list, &s.fields[i])
	}
	return list
}

// changes reports whether something of the Stage is to be written.
func (s *stage) changes() bool {
	return slices.ContainsFunc(s.fields, func(f field) bool { return f.writes })
}

// writes reports whether the request of this index is to be written.
func (s *stage) writes(index int) bool {
	return slices.ContainsFunc(s.fields, func(f field) bool { return f.writes && f.Index == index })
}

// name is the Stage's.
func (s *stage) name() string { return s.object.GetName() }

// edits are what is to be written.
func (s *stage) edits() []kube.StrategyEdit {
	var edits []kube.StrategyEdit
	for i := range s.fields {
		if f := &s.fields[i]; f.writes {
			edits = append(edits, kube.StrategyEdit{Index: f.Index, Is: f.to()})
		}
	}
	return edits
}

// applied returns the object as the edits leave it.
func (s *stage) applied() *unstructured.Unstructured {
	object := s.object.DeepCopy()
	for _, edit := range s.edits() {
		sources := sourcesAt(object, edit.Index)
		if edit.Is == nil {
			delete(sources, strategyField)
		} else {
			sources[strategyField] = string(*edit.Is)
		}
	}
	return object
}

// took reports whether an object says what the edits have made of it.
func (s *stage) took(object *unstructured.Unstructured) bool {
	for _, edit := range s.edits() {
		is := strategyAt(object, edit.Index)
		if edit.Is == nil && is == nil {
			continue
		}
		if edit.Is == nil || is == nil || *is != *edit.Is {
			return false
		}
	}
	return true
}

// differsFrom says in what the requests that are meant are others than those of the
// Stage as it was shown, but for their strategies; "" when they are the same.
func (s *stage) differsFrom(shown *stage) string {
	is, was := origins(s.fields), origins(shown.fields)
	if is != was {
		return fmt.Sprintf("what is meant are its requests for %s now, not %s", is, was)
	}
	for i := range s.fields {
		now, then := &s.fields[i], &shown.fields[i]
		is, was := sourcesWithout(s.object, now.Index), sourcesWithout(shown.object, then.Index)
		switch {
		case is != was:
			return fmt.Sprintf("the sources of its request for %s are %s now, and were %s", now.Origin, is, was)
		case now.writes && then.withheld() != "":
			return fmt.Sprintf("%s has an effect on its request for %s now, and had none", now.word(), now.Origin)
		}
	}
	return ""
}

// movedFrom says which strategy in force is another one than in the Stage as it was
// shown, which has the same requests; "" when none is.
func (s *stage) movedFrom(shown *stage) string {
	for i := range s.fields {
		if is, was := s.fields[i].From, shown.fields[i].From; is.Normal() != was.Normal() {
			return fmt.Sprintf("the strategy of its request for %s is %s now, and was %s", s.fields[i].Origin, strategyWord(is), strategyWord(was))
		}
	}
	return ""
}

func origins(fields []field) string {
	var list []string
	for i := range fields {
		list = append(list, fields[i].Origin.String())
	}
	return strings.Join(list, ", ")
}

// sourcesWithout writes the sources of a request without their strategy.
func sourcesWithout(object *unstructured.Unstructured, index int) string {
	sources := maps.Clone(sourcesAt(object, index))
	delete(sources, strategyField)
	text, err := json.Marshal(sources, json.Deterministic(true))
	if err != nil { // they were read from JSON
		return err.Error()
	}
	return string(text)
}

const strategyField = "availabilityStrategy"

// sourcesAt returns the sources of a request, nil where there are none.
func sourcesAt(object *unstructured.Unstructured, index int) map[string]any {
	spec, _ := object.Object["spec"].(map[string]any)
	requests, _ := spec["requestedFreight"].([]any)
	if index >= len(requests) {
		return nil
	}
	request, _ := requests[index].(map[string]any)
	sources, _ := request["sources"].(map[string]any)
	return sources
}

// strategyAt returns what the strategy of a request says, nil where it is absent.
func strategyAt(object *unstructured.Unstructured, index int) *kargo.Strategy {
	text, ok := sourcesAt(object, index)[strategyField].(string)
	if !ok {
		return nil
	}
	strategy := kargo.Strategy(text)
	return &strategy
}

// summary says what became, or is to become, of the Stage, in kubectl's words.
func (s *stage) summary() string {
	var written, kept []*field
	for i := range s.fields {
		if f := &s.fields[i]; f.writes {
			written = append(written, f)
		} else {
			kept = append(kept, f)
		}
	}
	if len(written) == 0 {
		verb := "unchanged"
		if slices.ContainsFunc(kept, func(f *field) bool { return f.withheld() != "" }) {
			verb = "not changed"
		}
		return fmt.Sprintf("%s (%s)", verb, by(kept, (*field).kept))
	}
	verb := "strategy set to " + written[0].To.String()
	if written[0].to() == nil {
		verb = "strategy unset"
	}
	was := by(written, func(f *field) string { return "was " + strategyWord(f.From) })
	if len(kept) > 0 {
		var parts []string
		for _, f := range slices.Concat(written, kept) {
			words := "stays"
			if f.writes {
				words = "was"
			}
			parts = append(parts, fmt.Sprintf("%s %s %s", visible(f.Origin.String()), words, strategyWord(f.From)))
		}
		was = strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s (%s)", verb, was)
}

// kept says which strategy a request that is not written has, and would have in vain.
func (f *field) kept() string {
	text := strategyWord(f.From)
	if f.withheld() != "" {
		text += "; " + f.word() + " would have no effect"
	}
	return text
}

// by says the same words of all fields once, else each with its origin.
func by(fields []*field, say func(*field) string) string {
	words := say(fields[0])
	var each []string
	same := true
	for _, f := range fields {
		same = same && say(f) == words
		each = append(each, visible(f.Origin.String())+" "+say(f))
	}
	if same {
		return words
	}
	return strings.Join(each, ", ")
}

// strategyWord is the strategy in force where a field says this.
func strategyWord(written kargo.Strategy) string { return visible(string(written.Normal())) }

// path names the field as people write it.
func (f *field) path() string {
	return "spec.requestedFreight[" + strconv.Itoa(f.Index) + "].sources." + strategyField
}
