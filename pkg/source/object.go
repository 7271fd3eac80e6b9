package source

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// typeMeta says what an object is.
type typeMeta struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// complete reports whether nothing is missing.
func (t typeMeta) complete() bool { return t.APIVersion != "" && t.Kind != "" }

// namedList reports whether the kind is named like one of lists: Kubernetes' general
// List, or a typed one such as StageList.
func (t typeMeta) namedList() bool { return strings.HasSuffix(t.Kind, "List") }

// isList reports whether the type is surely one of lists. In other groups a kind
// that is named like one may be anything.
func (t typeMeta) isList() bool {
	return t == typeMeta{"v1", "List"} || t.namedList() && strings.HasPrefix(t.APIVersion, kargo.Group+"/")
}

// itemOf returns the type of the items of a typed list; empty when t is none.
func (t typeMeta) itemOf() typeMeta {
	if kind := strings.TrimSuffix(t.Kind, "List"); kind != "" && kind != t.Kind {
		return typeMeta{t.APIVersion, kind}
	}
	return typeMeta{}
}

// object is one object as it was found.
type object struct {
	typeMeta
	text  jsontext.Value
	place place
	// at is where in the document the object is, and root the document's YAML, nil
	// when it is JSON.
	at   jsontext.Pointer
	root *yaml.Node
}

// fault names the place of an error that decoding the object met.
func (o *object) fault(err error) error {
	offset, at, words := explain(err)
	line := o.place.line + linesBefore(o.text, offset)
	if o.root != nil {
		line = lineOf(o.root, o.at+at)
	}
	return o.place.at(line).errorf("%s%s%s", o.title(), field(at), words)
}

// title names the object for the start of a sentence, as far as it says what it is.
func (o *object) title() string {
	var named struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(o.text, &named); err != nil || named.Metadata.Name == "" {
		return ""
	}
	return fmt.Sprintf("%s %q: ", o.Kind, named.Metadata.Name)
}
