package lint

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// The limits of what one object may expand to by its aliases.
const (
	maxValues = 1 << 20
	maxDepth  = 500
)

// fault is a part of an object that cannot be read.
type fault struct {
	path  jsontext.Pointer
	words string
}

// reader makes values of the nodes of one object.
type reader struct {
	left   int
	at     jsontext.Pointer
	faults []fault
}

func (r *reader) fault(format string, args ...any) {
	r.faults = append(r.faults, fault{r.at, fmt.Sprintf(format, args...)})
}

// value returns what a node says, as JSON has it: nil, bool, number, string, []any or
// map[string]any. Of a field that is given twice the last one counts, as in Kubernetes.
func (r *reader) value(n *yaml.Node, depth int) any {
	if r.left--; r.left < 0 || depth > maxDepth {
		if r.left != -2 {
			r.fault("its aliases expand too far")
		}
		r.left = -1
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			list = append(list, r.below(strconv.Itoa(i), item, depth))
		}
		return list
	case yaml.MappingNode:
		object := make(map[string]any, len(n.Content)/2)
		r.members(n, object, depth)
		return object
	default:
		return r.scalar(n)
	}
}

func (r *reader) below(name string, n *yaml.Node, depth int) any {
	before := r.at
	r.at = r.at.AppendToken(name)
	defer func() { r.at = before }()
	return r.value(n, depth+1)
}

// members adds a mapping's own fields to the object, and then the merged fields that are
// still missing.
func (r *reader) members(n *yaml.Node, object map[string]any, depth int) {
	own := make(map[string]bool, len(n.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, value)
			continue
		case key.Kind != yaml.ScalarNode:
			r.fault("the name of a field is not plain text")
			continue
		case own[key.Value]:
			r.fault("the field %q is given twice; the last one counts", key.Value)
		}
		_, hidden := object[key.Value]
		if hidden && !own[key.Value] {
			continue
		}
		own[key.Value] = true
		object[key.Value] = r.below(key.Value, value, depth)
	}
	for _, from := range merged {
		r.merge(from, object, depth+1)
	}
}

func (r *reader) merge(from *yaml.Node, object map[string]any, depth int) {
	if r.left--; r.left < 0 || depth > maxDepth {
		return
	}
	switch from.Kind {
	case yaml.AliasNode:
		r.merge(from.Alias, object, depth+1)
	case yaml.SequenceNode:
		for _, one := range from.Content {
			r.merge(one, object, depth+1)
		}
	case yaml.MappingNode:
		r.members(from, object, depth)
	default:
		r.fault("what << merges is not an object")
	}
}

// scalar reads a scalar. One that JSON cannot hold is a fault, and read as text.
func (r *reader) scalar(n *yaml.Node) any {
	value, err := manifest.Scalar(n)
	if err != nil {
		r.fault("%v", err)
		return n.Value
	}
	return value
}

// maxFaults is how many fields of one object are left out before it is given up.
const maxFaults = 20

// decode reads an object, leaving out the fields that do not hold what they should. Each
// of these is a fault.
func decode[T any](object map[string]any) (decoded T, faults []fault) {
	for range maxFaults {
		var value T
		text, err := json.Marshal(object)
		if err == nil {
			err = json.Unmarshal(text, &value)
		}
		if err == nil {
			return value, faults
		}
		semantic, ok := errors.AsType[*json.SemanticError](err)
		if !ok || !leaveOut(object, semantic.JSONPointer) {
			return value, append(faults, fault{"", "it cannot be read"})
		}
		faults = append(faults, fault{semantic.JSONPointer, kargo.DecodeWords(semantic)})
	}
	return decoded, faults
}

// leaveOut makes the value at a path null, and reports whether there is one.
func leaveOut(object map[string]any, path jsontext.Pointer) bool {
	var value any = object
	tokens := slices.Collect(path.Tokens())
	for i, token := range tokens {
		last := i == len(tokens)-1
		switch v := value.(type) {
		case map[string]any:
			if _, ok := v[token]; !ok {
				return false
			}
			if last {
				delete(v, token)
				return true
			}
			value = v[token]
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(v) {
				return false
			}
			if last {
				v[index] = nil
				return true
			}
			value = v[index]
		default:
			return false
		}
	}
	return false
}
