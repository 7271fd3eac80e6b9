package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Names of the fields on the way to a strategy.
const (
	itemsField    = "items"
	specField     = "spec"
	requestsField = "requestedFreight"
	originField   = "origin"
	sourcesField  = "sources"
	stagesField   = "stages"
	strategyField = "availabilityStrategy"
)

// Stage is a Stage of a file, as it was read; see Set.
type Stage struct {
	// Namespace is "" when the file names none.
	Namespace, Name string
	// Line is where the Stage stands in the file, counted from 1.
	Line     int
	Requests []Request
	// Partial says that it has no requestedFreight at all, as a patch of something else.
	Partial bool
	// Notes are for a person: what is misplaced beside the requests.
	Notes []string
	// Node is the whole object. It is to be read, not to be changed.
	Node *yaml.Node

	file *File
}

// Request is one entry of a Stage's spec.requestedFreight.
type Request struct {
	Origin kargo.Origin
	// Strategy is as written in sources; "" when it is not, or null.
	Strategy kargo.Strategy
	// Misplaced says that an availabilityStrategy stands beside sources, where Kargo
	// does not know one.
	Misplaced bool
	// Line is where the request stands in the file.
	Line int

	// node is the request's mapping, and path the way there from the document's root.
	node *yaml.Node
	path []step
}

// step is a node on the way to another, as it is written.
type step struct {
	name string
	node *yaml.Node
	via  *yaml.Node // see member
}

func (m member) step(name string) step { return step{name, m.value, m.via} }

// collect adds the Stages of a document.
func (f *File) collect(root *yaml.Node) error {
	object := resolve(root)
	kind, group := typeOf(object)
	path := []step{{name: "the document", node: root}}
	items := find(object, itemsField)
	switch {
	case strings.HasSuffix(kind, "List") && items.key != nil:
		return f.collectItems(strings.TrimSuffix(kind, "List"), group, items, path)
	case strings.HasPrefix(group, "kustomize."):
		f.notePatches(object)
		return nil
	default:
		return f.collectObject(object, kind, group, path)
	}
}

// typeOf returns what an object says it is.
func typeOf(object *yaml.Node) (kind, group string) {
	group, _, _ = strings.Cut(textOf(find(object, "apiVersion").value), "/")
	return textOf(find(object, "kind").value), group
}

// collectItems adds the Stages of a list, which says what its items are where they do
// not say it themselves.
func (f *File) collectItems(kind, group string, items member, path []step) error {
	list := resolve(items.value)
	if list.Kind != yaml.SequenceNode {
		return nil
	}
	path = append(path, items.step(itemsField))
	for _, item := range list.Content {
		itemKind, itemGroup := typeOf(item)
		itemKind, itemGroup = cmp.Or(itemKind, kind), cmp.Or(itemGroup, group)
		if err := f.collectObject(resolve(item), itemKind, itemGroup, with(path, step{name: "the item", node: item})); err != nil {
			return err
		}
	}
	return nil
}

// with returns a path that goes on, without sharing memory.
func with(path []step, more ...step) []step {
	return append(slices.Clip(path), more...)
}

func (f *File) collectObject(object *yaml.Node, kind, group string, path []step) error {
	if kind != "Stage" || group != kargo.Group || object.Kind != yaml.MappingNode {
		return nil
	}
	if err := wellFormed(object); err != nil {
		return err
	}
	metadata := find(object, "metadata").value
	s := &Stage{
		Namespace: textOf(find(metadata, "namespace").value),
		Name:      textOf(find(metadata, "name").value),
		Line:      object.Line,
		Node:      object,
		file:      f,
	}
	spec := find(object, specField)
	requests := find(spec.value, requestsField)
	if list := resolve(requests.value); list != nil && list.Kind == yaml.SequenceNode {
		path = with(path, spec.step(specField), requests.step(requestsField))
		for i, item := range list.Content {
			s.Requests = append(s.Requests, requestOf(item, with(path, step{name: fmt.Sprintf("%s[%d]", requestsField, i), node: item})))
		}
	}
	s.Partial = requests.key == nil
	if stray := find(spec.value, strategyField); stray.key != nil {
		s.Notes = append(s.Notes, fmt.Sprintf("%sStage %q: Kargo knows no availabilityStrategy of a Stage as a whole: it belongs into the sources of a request", f.at(stray.key.Line), s.Name))
	}
	f.Stages = append(f.Stages, s)
	return nil
}

func requestOf(item *yaml.Node, path []step) Request {
	origin := find(item, originField).value
	sources := find(item, sourcesField).value
	return Request{
		Origin:    kargo.Origin{Kind: textOf(find(origin, "kind").value), Name: textOf(find(origin, "name").value)},
		Strategy:  kargo.Strategy(textOf(find(sources, strategyField).value)),
		Misplaced: find(item, strategyField).key != nil,
		Line:      item.Line,
		node:      resolve(item),
		path:      path,
	}
}

// notePatches notes that a Kustomization patches Stages, if it seems to.
func (f *File) notePatches(object *yaml.Node) {
	for i := 0; i+1 < len(object.Content); i += 2 {
		if !strings.HasPrefix(object.Content[i].Value, "patches") {
			continue
		}
		var patch *yaml.Node
		walk(object.Content[i+1], func(n *yaml.Node) {
			if patch == nil && strings.Contains(n.Value, "Stage") {
				patch = n
			}
		})
		if patch != nil {
			f.Notes = append(f.Notes, f.at(patch.Line)+"a Kustomization patches Stages: what is written within it is not edited, the files of its patches are")
		}
	}
}
