package kube

import (
	"bytes"
	"context"
	"encoding/json" // escapes as the API server does, which compares what is tested text by text
	"errors"
	"fmt"
	"net/http"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// StrategyEdit is what becomes of the availabilityStrategy of one request of a Stage.
type StrategyEdit struct {
	// Index is that of the request.
	Index int
	// Is is what the field is to say, nil where it is to be absent.
	Is *kargo.Strategy
}

// PatchOptions say in whose name a patch is made, and on which conditions it is stored.
type PatchOptions struct {
	FieldManager string
	// DryRun has the API server check the patch without storing it.
	DryRun bool
	// SameSpec makes the patch fail if anything in the spec was written since the Stage
	// was read, rather than only its requests.
	SameSpec bool
}

// Stage reads a Stage whole.
func (c *Client) Stage(ctx context.Context, project, name string) (*unstructured.Unstructured, error) {
	stage, err := decodeStage(c.stages(c.rest.Get(), project).Name(name).Do(ctx), project, name)
	if err != nil {
		return nil, fmt.Errorf("reading Stage %q: %w", name, err)
	}
	return stage, nil
}

// Stages reads the Stages of a Project that the selector selects. A Project has so few
// that they are asked for at once: a single page cannot expire.
func (c *Client) Stages(ctx context.Context, project string, selector labels.Selector) ([]unstructured.Unstructured, error) {
	request := c.stages(c.rest.Get(), project)
	if !selector.Empty() {
		request.Param("labelSelector", selector.String())
	}
	list := &stageList{project: project}
	if err := decode(request.Do(ctx), list); err != nil {
		return nil, fmt.Errorf("listing stages.%s in namespace %q: %w", kargo.Group, project, err)
	}
	return list.stages, nil
}

// stageList decodes a list of the Stages of a Project, and fails on anything else.
type stageList struct {
	project string
	stages  []unstructured.Unstructured
	names   map[string]bool
}

// UnmarshalJSON is part of json.Unmarshaler.
func (l *stageList) UnmarshalJSON(text []byte) error {
	l.names = map[string]bool{}
	decoder := kargo.NewListDecoder(bytes.NewReader(text))
	list, err := kargo.DecodeList(decoder, l.add)
	if err == nil {
		err = decoder.End()
	}
	switch {
	case err != nil:
		return fmt.Errorf("the answer is not a list of Stages: %w", err)
	case list.APIVersion != kargo.APIVersion || list.Kind != "StageList":
		return fmt.Errorf("the answer is not a StageList of %s but a %q of %q", kargo.APIVersion, list.Kind, list.APIVersion)
	case list.Continue != "" || list.RemainingItemCount != nil && *list.RemainingItemCount > 0:
		return errors.New("the answer is only a part of the list")
	default:
		return nil
	}
}

func (l *stageList) add(item listItem) error {
	stage := unstructured.Unstructured{Object: item}
	switch name := stage.GetName(); {
	case name == "" || stage.GetNamespace() != l.project:
		return fmt.Errorf("one of its items is %q in namespace %q", name, stage.GetNamespace())
	case l.names[name]:
		return fmt.Errorf("it has two Stages named %q", name)
	default:
		l.names[name] = true
	}
	stage.SetAPIVersion(kargo.APIVersion) // items of lists may leave both out
	stage.SetKind("Stage")
	l.stages = append(l.stages, stage)
	return nil
}

// listItem is an item of a list. It keeps whole numbers apart from others, as
// unstructured objects do.
type listItem map[string]any

// UnmarshalJSON is part of json.Unmarshaler.
func (i *listItem) UnmarshalJSON(text []byte) error {
	return utiljson.Unmarshal(text, (*map[string]any)(i))
}

// SetStrategies makes the edits of a Stage as it was read, all or none, and nothing
// else, and returns it as it then is. It fails, and IsOutdated says so, when anything
// about its requests is otherwise by now.
func (c *Client) SetStrategies(ctx context.Context, read *unstructured.Unstructured, edits []StrategyEdit, options PatchOptions) (*unstructured.Unstructured, error) {
	project, name := read.GetNamespace(), read.GetName()
	requests, _, err := unstructured.NestedFieldNoCopy(read.Object, "spec", "requestedFreight")
	if err != nil {
		return nil, fmt.Errorf("stage %q: %w", name, err)
	}
	tests := []operation{{"test", requestsPath, requests}}
	if options.SameSpec {
		tests = append(tests, testSpec(read))
	}
	patch, err := json.Marshal(append(tests, operations(edits)...))
	if err != nil {
		return nil, err
	}
	request := c.stages(c.rest.Patch(types.JSONPatchType), project).Name(name).
		Param("fieldManager", options.FieldManager).
		Param("fieldValidation", metav1.FieldValidationStrict).
		Body(patch)
	if options.DryRun {
		request.Param("dryRun", metav1.DryRunAll)
	}
	stage, err := decodeStage(request.Do(ctx), project, name)
	if err != nil {
		return nil, fmt.Errorf("patching Stage %q: %w", name, err)
	}
	return stage, nil
}

// Unanswered reports whether an error leaves open what became of the request: there was
// no answer, or none of the API server's own, or one that says that it failed midway.
func Unanswered(err error) bool {
	if err == nil || errors.Is(err, syscall.ECONNREFUSED) {
		return false
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return true
	}
	code := status.Status().Code
	return code >= http.StatusInternalServerError || code == http.StatusRequestTimeout || code < http.StatusBadRequest ||
		apierrors.IsUnexpectedServerError(err)
}

// IsOutdated reports whether an error of SetStrategies may say that the Stage has
// changed since it was read. The API server answers a test that fails with 422 and no
// causes; so may an admission webhook answer anything: read the Stage again.
func IsOutdated(err error) bool {
	if apierrors.IsConflict(err) {
		return true
	}
	var status apierrors.APIStatus
	if !apierrors.IsInvalid(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details == nil || len(details.Causes) == 0
}

// operation is one of JSON Patch, RFC 6902.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// requestsPath is where a Stage has its requests.
const requestsPath = "/spec/requestedFreight"

// operations are the edits. The patch tests everything before it changes anything: the
// list of requests as a whole, as the edits were planned for it, and shown.
func operations(edits []StrategyEdit) []operation {
	var list []operation
	for _, edit := range edits {
		field := fmt.Sprintf("%s/%d/sources/availabilityStrategy", requestsPath, edit.Index)
		if edit.Is == nil {
			list = append(list, operation{Op: "remove", Path: field})
		} else {
			list = append(list, operation{"add", field, edit.Is}) // which also replaces
		}
	}
	return list
}

// testSpec tests that nobody has written the spec since the Stage was read: its
// generation counts the writes. Without one, the resourceVersion tells.
func testSpec(read *unstructured.Unstructured) operation {
	if generation := read.GetGeneration(); generation != 0 {
		return operation{"test", "/metadata/generation", generation}
	}
	return operation{"test", "/metadata/resourceVersion", read.GetResourceVersion()}
}

// stages makes a request one for the Stages of a Project.
func (c *Client) stages(request *rest.Request, project string) *rest.Request {
	return request.AbsPath("/apis/" + kargo.APIVersion).Namespace(project).Resource("stages")
}

// decode reads the answer to a request into an object or a list.
func decode(result rest.Result, into interface{ UnmarshalJSON([]byte) error }) error {
	if err := result.Error(); err != nil {
		return err
	}
	answer, err := result.Raw()
	if err != nil {
		return err
	}
	return into.UnmarshalJSON(answer)
}

// decodeStage reads the answer to a request about one Stage, and fails when it is about
// anything else.
func decodeStage(result rest.Result, project, name string) (*unstructured.Unstructured, error) {
	stage := &unstructured.Unstructured{}
	if err := decode(result, stage); err != nil {
		return nil, err
	}
	if stage.GetKind() != "Stage" || stage.GroupVersionKind().Group != kargo.Group || stage.GetNamespace() != project || stage.GetName() != name {
		return nil, fmt.Errorf("the answer is not this Stage but %s %q in namespace %q", stage.GetKind(), stage.GetName(), stage.GetNamespace())
	}
	return stage, nil
}
