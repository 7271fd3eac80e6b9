package setstrategy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
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
		return nil, fmt.Errorf("stage %q: %w", object.GetName(), err)
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
			edits = append(edits, kube.StrategyEdit{Index: f.Index, Origin: f.Origin, Was: f.was, Is: f.to()})
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
		return fmt.Sprintf("unchanged (%s)", by(kept, func(f *field) string { return strategyWord(f.From) }))
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
