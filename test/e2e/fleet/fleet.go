// Package fleet makes up large Projects: what a platform team's control plane holds
// after some months. The same Fleet gives the same bytes, always.
//
// A Project consists of pipelines, each with a Warehouse and twenty Stages of its own:
//
//	dev -> test-1..4 -> gate (all four) -> stage-1..6 -> uat (any) -> prod-1..6 -> world (all six)
//
// dev takes Freight directly, gate is a control-flow Stage, and prod-1..6 want Freight to
// have soaked in uat. Freight enters at dev and wanders downstream, some of it failing on
// the way; the newest has not come far yet.
package fleet

import (
	"encoding/json"
	"fmt"
	"iter"
	"time"
)

// StagesPerPipeline is how many Stages each pipeline has.
const StagesPerPipeline = 20

// Fleet is a Project to be made up.
type Fleet struct {
	Project string
	// Pipelines have StagesPerPipeline Stages each.
	Pipelines int
	// Freight is the number of pieces in all pipelines together.
	Freight int
	// Now is the instant at which the Project is seen.
	Now time.Time
}

// Stages is the number of Stages in all pipelines together.
func (f Fleet) Stages() int { return f.Pipelines * StagesPerPipeline }

// Newest is the name of the newest Freight of the first pipeline, which awaits its first
// Promotion. Its Stage dev has it on offer.
func (f Fleet) Newest() string { return newPipeline(f, 0).freightName(f.Freight/f.Pipelines - 1) }

// FirstStage is the name of the Stage dev of the first pipeline.
func (f Fleet) FirstStage() string { return newPipeline(f, 0).stages[0].name }

// Last names the Stage world of the last pipeline, which is below all others of it, and
// the newest Freight there.
func (f Fleet) Last() (stage, freight string) {
	p := newPipeline(f, f.Pipelines-1)
	return p.stages[len(p.stages)-1].name, p.freightName(p.freight - 1)
}

// Object is an object as the API server stores it.
type Object struct {
	// Resource is the plural name of its kind.
	Resource string
	// Name is its name in the Project.
	Name string
	JSON []byte
}

// Objects returns all objects of the Project but its namespace.
func (f Fleet) Objects() iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		if !emit(yield, f.object("projectconfigs", "ProjectConfig", f.Project, f.Now, object{"spec": object{"promotionPolicies": []any{}}})) {
			return
		}
		for i := range f.Pipelines {
			for entry := range newPipeline(f, i).objects() {
				if !emit(yield, entry) {
					return
				}
			}
		}
	}
}

// object is a JSON object.
type object = map[string]any

// entry is an object that is not encoded yet.
type entry struct {
	resource, name string
	content        object
}

func emit(yield func(Object, error) bool, e entry) bool {
	text, err := json.Marshal(e.content)
	if err != nil {
		err = fmt.Errorf("encode %s %q: %w", e.resource, e.name, err)
	}
	return yield(Object{Resource: e.resource, Name: e.name, JSON: text}, err)
}

// object completes an object with what the API server would have given it.
func (f Fleet) object(resource, kind, name string, created time.Time, content object, labels ...string) entry {
	metadata := object{
		"name": name, "namespace": f.Project, "generation": 1,
		"creationTimestamp": stamp(created),
		"uid":               identifier(resource, name),
		"managedFields": []any{object{
			"manager": "kargo", "operation": "Update", "apiVersion": "kargo.akuity.io/v1alpha1", "time": stamp(created),
			"fieldsType": "FieldsV1", "fieldsV1": object{"f:metadata": object{"f:labels": object{}}, "f:spec": object{}, "f:status": object{}},
		}},
	}
	if len(labels) > 0 {
		set := object{}
		for i := 0; i+1 < len(labels); i += 2 {
			set[labels[i]] = labels[i+1]
		}
		metadata["labels"] = set
	}
	content["apiVersion"], content["kind"], content["metadata"] = "kargo.akuity.io/v1alpha1", kind, metadata
	return entry{resource, name, content}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
