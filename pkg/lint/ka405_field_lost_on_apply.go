package lint

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

func fieldLostOnApply() Rule {
	return Rule{
		Code: "KA405", Name: "field-lost-on-apply", Severity: Error, In: ClusterOnly,
		Summary: "A field was applied that the stored object does not have.",
		Why: "The API server drops the fields that Kargo's schema does not have at their place, mostly without a word. kubectl apply keeps what it sent in an annotation: " +
			"it is the only trace of what was meant.",
		Remedy: "Correct the manifest: the field is misspelled, at the wrong place, or too new for the installed Kargo.",
		check:  (*pass).lostFields,
	}
}

// lastApplied is where kubectl apply keeps what it sent.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

func (p *pass) lostFields() {
	for _, o := range p.written() {
		text := o.text("metadata", "annotations", lastApplied)
		var sent map[string]any
		if text == "" || json.Unmarshal([]byte(text), &sent) != nil {
			continue
		}
		spec := map[string]any{}
		for _, name := range sortedNames(sent) {
			if name != "apiVersion" && name != "kind" && name != "metadata" && name != "status" {
				spec[name] = sent[name]
			}
		}
		for _, path := range lost(spec, o.value, nil) {
			if !p.isForeign(o, path) {
				continue // it was there, and somebody has removed it since
			}
			name := fmt.Sprint(path[len(path)-1])
			p.report(Finding{
				Message: fmt.Sprintf("%s: %s was applied, and the API server dropped it: Kargo does not know the field at this place", o.Name, name),
				Place:   o.at(pathTo(path...)), Subject: string(pathTo(path...)),
				Advice: adviceFor(name, path),
			})
		}
	}
}

// isForeign reports whether Kargo's schema does not have a field at this place.
func (p *pass) isForeign(o *Object, path []any) bool {
	k := fieldsOf(map[string]*known{"spec": knownFields(o.Kind)})
	for _, step := range path {
		name, isName := step.(string)
		switch {
		case k == nil || k.open:
			return false
		case !isName:
			continue
		case k.fields[name] == nil || !p.has(k.fields[name]):
			return true
		}
		k = k.fields[name]
	}
	return false
}

// has reports whether the releases in question have a field.
func (p *Project) has(k *known) bool {
	releases := p.input.Releases
	return (k.since == "" || releases.Since(k.since)) && (k.until == "" || releases.MayPrecede(k.until))
}

func adviceFor(name string, path []any) string {
	if home := belongs(name); home != "" && (len(path) < 2 || path[len(path)-2] != home) {
		return "move it into " + home
	}
	return "correct the manifest: the name is misspelled, or the installed Kargo is too old for the field"
}

// lost returns the paths of the fields that were sent and are not stored. What became a
// value of another form, or a list of another length, was changed and not dropped.
func lost(sent, stored any, path []any) [][]any {
	switch s := sent.(type) {
	case map[string]any:
		now, ok := stored.(map[string]any)
		if !ok {
			return nil
		}
		var paths [][]any
		for _, name := range sortedNames(s) {
			value, kept := now[name]
			switch {
			case kept:
				paths = append(paths, lost(s[name], value, with(path, name))...)
			case !empty(s[name]):
				paths = append(paths, with(path, name))
			}
		}
		return paths
	case []any:
		now, ok := stored.([]any)
		if !ok || len(now) != len(s) {
			return nil
		}
		var paths [][]any
		for i := range s {
			paths = append(paths, lost(s[i], now[i], with(path, i))...)
		}
		return paths
	}
	return nil
}

// empty reports whether a value is what an absent field means.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case float64:
		return v == 0
	}
	return false
}
