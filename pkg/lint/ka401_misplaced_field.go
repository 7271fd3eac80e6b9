package lint

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

func misplacedField() Rule {
	return Rule{
		Code: "KA401", Name: "misplaced-field", Severity: Error, In: FilesOnly,
		Summary: "A field is written one level too high or too low, where Kargo does not know it.",
		Why: "Kargo's release notes of v1.2.0 and v1.3.0 show requiredSoakTime and availabilityStrategy beside sources instead of in it. " +
			"kubectl apply may refuse such a field; Helm, Argo CD and others lose it without a word, and the Stage behaves as if it had never been written.",
		Remedy: "Move the field to where it belongs. Look first at what that changes: so far it has had no effect.",
		check:  (*pass).misplacedFields,
	}
}

func (p *pass) misplacedFields() {
	for _, o := range p.written() {
		for _, s := range strays(o) {
			if home := belongs(s.name); home != "" && nearField(s) != s.name {
				p.report(p.misplaced(s, home))
			}
		}
		for _, name := range sortedNames(o.value) {
			if knownFields(o.Kind) != nil && belongs(name) == "spec" {
				p.report(p.misplaced(stray{o, []any{name}, name, nil}, "spec"))
			}
		}
	}
}

// written returns the objects whose fields are looked at, patches included.
func (p *pass) written() []*Object {
	var list []*Object
	for _, kind := range []string{"Stage", "ProjectConfig", "Project", "Warehouse"} {
		list = append(list, p.ordered[kind]...)
	}
	return append(list, p.patches...)
}

func (p *pass) misplaced(s stray, home string) Finding {
	path := pathTo(s.path...)
	f := Finding{
		Message: fmt.Sprintf("%s: %s has no effect here: Kargo knows it only in %s", s.object.Name, s.name, home),
		Place:   s.object.at(path), Label: "dropped by the API server", Subject: string(path),
		Advice: "move it into " + home,
	}
	if target, ok := s.target(home); ok {
		f.Fix = &Fix{Unsafe, "move it into " + FieldPath(target), []Edit{{s.object, path, Move, string(target)}}}
	}
	return f
}

// target returns the mapping that a misplaced field can be moved into by itself: the
// sources of the one request that it can be meant for, which must not have the field.
func (s stray) target(home string) (jsontext.Pointer, bool) {
	if home != "sources" || s.object.Kind != "Stage" {
		return "", false
	}
	requests := s.object.list("spec", "requestedFreight")
	index := -1
	switch {
	case len(s.path) >= 4 && s.path[1] == "requestedFreight":
		index, _ = strconv.Atoi(fmt.Sprint(s.path[2]))
	case len(s.path) == 2 && len(requests) == 1:
		index = 0
	}
	target := []any{"spec", "requestedFreight", index, "sources"}
	if index < 0 || s.object.fields(target...) == nil || s.object.has(append(target, s.name)...) {
		return "", false
	}
	return pathTo(target...), true
}
