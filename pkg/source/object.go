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
	return t == typeMeta{"v1", "List"} || t.namedList() && t.isKargo()
}

// itemOf returns the type of the items of a typed list; empty when t is none.
func (t typeMeta) itemOf() typeMeta {
	if kind := strings.TrimSuffix(t.Kind, "List"); kind != "" && kind != t.Kind {
		return typeMeta{t.APIVersion, kind}
	}
	return typeMeta{}
}

// isKargo reports whether the type is of Kargo's API group.
func (t typeMeta) isKargo() bool { return strings.HasPrefix(t.APIVersion, kargo.Group+"/") }

// seemsKargo reports whether an apiVersion is missing that is likely to be Kargo's.
func (t typeMeta) seemsKargo() bool {
	switch t.Kind {
	case "Stage", "Freight", "Promotion", "Warehouse", "ProjectConfig":
		return t.APIVersion == ""
	default:
		return false
	}
}

// object is one object as it was found.
type object struct {
	typeMeta
	text  jsontext.Value
	place place
	// isNone says that it is no object at all.
	isNone bool
	// root is the object's YAML, nil when it is JSON, and above is how many lines of the
	// file are above the text that it was parsed from.
	root  *yaml.Node
	above int
}

// fault names the place of an error that decoding the object met.
func (o *object) fault(err error) error {
	offset, at, words := explain(err)
	return o.place.at(o.lineAt(offset, at)).errorf("%s%s%s", o.title(), field(at), words)
}

// lineAt returns the line of the file at an offset of the object's JSON, and at the
// pointer.
func (o *object) lineAt(offset int64, at jsontext.Pointer) int {
	if o.root != nil {
		return o.above + lineOf(o.root, at)
	}
	return o.place.line + linesBefore(o.text, offset)
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
