package edit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Plan is what an edit does to one Stage.
type Plan struct {
	// Object is the Stage as it was read.
	Object *unstructured.Unstructured
	// Typed is the same Stage, decoded.
	Typed kargo.Stage
	// Fields has every request that the edit is about, in the order of the Stage.
	Fields []Field
}

// Field is the plan for the strategy of one request.
type Field struct {
	change.Request
	// was is the field as written, nil where it is absent.
	was *kargo.Strategy
	// Writes says that the field is to be written.
	Writes bool
}

// Plan plans the edit of a Stage. It fails when the Stage cannot be decoded, or has no
// request that the edit is about.
func (r *Request) Plan(object *unstructured.Unstructured) (*Plan, error) {
	p := &Plan{Object: object}
	text, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &p.Typed); err != nil {
		return nil, fmt.Errorf("stage %q: %s", object.GetName(), decodeError(err))
	}
	project := pipeline.New(pipeline.Objects{Project: object.GetNamespace(), Stages: []kargo.Stage{p.Typed}}, true)
	planned, err := change.NewPlan(project, []change.Edit{r.change(object.GetName())})
	if err != nil {
		return nil, err
	}
	for i := range planned.Requests {
		p.Fields = append(p.Fields, r.field(object, planned.Requests[i]))
	}
	return p, nil
}

// decodeError says which field could not be decoded, in the words of people who write
// manifests.
func decodeError(err error) string {
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err.Error()
	}
	words := strings.Join(slices.Collect(semantic.JSONPointer.Tokens()), ".") + " cannot be read"
	if semantic.Err != nil {
		return words + ": " + semantic.Err.Error()
	}
	return fmt.Sprintf("%s: it is %s, which is not the type of this field", words, jsonKindName(semantic.JSONKind))
}

// jsonKindName names a kind of JSON value.
func jsonKindName(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "a list"
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	default:
		return kind.String()
	}
}

func (r *Request) field(object *unstructured.Unstructured, request change.Request) Field {
	f := Field{Request: request, was: strategyAt(object, request.Index)}
	differs := request.Differs || r.Unsets() && f.was != nil
	// Removing a field that means nothing is a cleanup, whether or not it has an effect.
	f.Writes = differs && (request.NoEffect == "" || r.Force || f.keepsMeaning())
	return f
}

// NewValue is what the field is to say, nil when it is to be removed.
func (f *Field) NewValue() *kargo.Strategy {
	strategy, _ := f.To.Strategy()
	if strategy == "" {
		return nil
	}
	return &strategy
}

// keepsMeaning reports whether the strategy in force stays the same.
func (f *Field) keepsMeaning() bool {
	strategy, _ := f.To.Strategy()
	return f.From.Normal() == strategy.Normal()
}

// withheld says why another strategy is not written; "" when it is, or is no other.
func (f *Field) withheld() string {
	if f.Writes || f.keepsMeaning() {
		return ""
	}
	return f.NoEffect
}

// pointers returns the fields by reference.
func (p *Plan) pointers() []*Field {
	list := make([]*Field, len(p.Fields))
	for i := range p.Fields {
		list[i] = &p.Fields[i]
	}
	return list
}

// Name is the Stage's.
func (p *Plan) Name() string { return p.Object.GetName() }

// Changes reports whether any field of the Stage is to be written.
func (p *Plan) Changes() bool {
	return slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Writes })
}

// Writes reports whether the request with this index is to be written.
func (p *Plan) Writes(index int) bool {
	return slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Writes && f.Index == index })
}

// Applied returns a copy of the object with the plan carried out.
func (p *Plan) Applied() *unstructured.Unstructured {
	object := p.Object.DeepCopy()
	for i := range p.Fields {
		f := &p.Fields[i]
		if !f.Writes {
			continue
		}
		sources := sourcesAt(object, f.Index)
		if value := f.NewValue(); value == nil {
			delete(sources, strategyField)
		} else {
			sources[strategyField] = string(*value)
		}
	}
	return object
}

// HoldsIn reports whether an object says what the plan wanted to write.
func (p *Plan) HoldsIn(object *unstructured.Unstructured) bool {
	for i := range p.Fields {
		f := &p.Fields[i]
		if !f.Writes {
			continue
		}
		is, want := strategyAt(object, f.Index), f.NewValue()
		if (is == nil) != (want == nil) || is != nil && *is != *want {
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

// strategyAt returns the strategy of a request as written, nil where it is absent.
func strategyAt(object *unstructured.Unstructured, index int) *kargo.Strategy {
	text, ok := sourcesAt(object, index)[strategyField].(string)
	if !ok {
		return nil
	}
	strategy := kargo.Strategy(text)
	return &strategy
}
