package formats

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/util/jsonpath"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Field is a field of a report's Freight, named by a JSONPath expression.
type Field struct{ path *jsonpath.JSONPath }

// parseField reads a JSONPath expression in any of kubectl's spellings: {.alias},
// .alias or alias.
func parseField(expression string) (*Field, error) {
	inner := expression
	if strings.HasPrefix(inner, "{") && strings.HasSuffix(inner, "}") {
		inner = inner[1 : len(inner)-1]
	}
	if !strings.HasPrefix(inner, ".") && !strings.HasPrefix(inner, "[") {
		inner = "." + inner
	}
	path := jsonpath.New("field").AllowMissingKeys(true)
	if err := path.Parse("{" + inner + "}"); err != nil {
		return nil, fmt.Errorf("invalid field %q: %w", expression, err)
	}
	return &Field{path}, nil
}

// ParseSortField reads a field to sort by, which all Freight has to have; it may be empty.
func ParseSortField(expression string) (*Field, error) {
	field, err := parseField(expression)
	if err != nil {
		return nil, err
	}
	known := true
	sample, err := generic(&report.Freight{
		Artifacts:  []string{""},
		Divergence: []report.Divergence{{Issue: "-", In: []string{""}}},
		Here:       report.Here{Promotion: &report.Promotion{}},
		Blockers:   []report.Blocker{{Remaining: 1, Until: &time.Time{}, Blocks: []string{""}, Roots: []report.Root{{}}, MoreRoots: 1, RootsNeeded: "-"}},
	})
	if err == nil {
		field.path.AllowMissingKeys(false)
		_, err = field.path.FindResults(sample)
		known = err == nil || !strings.HasSuffix(err.Error(), "is not found") // the library's words; a test holds them
		field.path.AllowMissingKeys(true)
	}
	if !known {
		return nil, fmt.Errorf("freight has no field %q: expected one of -o json's freight[], such as .alias", expression)
	}
	return field, nil
}

// text returns the field's value as kubectl prints it, several joined by commas;
// empty when the object does not have it or it is null.
func (f *Field) text(object map[string]any) string {
	found, err := f.path.FindResults(object)
	if err != nil {
		return "" // an index beyond the end of a list, for example
	}
	var texts []string
	for _, values := range found {
		for _, value := range values {
			if value.IsValid() && value.CanInterface() && value.Interface() != nil {
				texts = append(texts, fmt.Sprint(value.Interface()))
			}
		}
	}
	return strings.Join(texts, ",")
}

// Sort orders Freight by the field, ascending: what lacks it first, then numbers
// by their value, then text. Equals keep their order.
func (f *Field) Sort(list []report.Freight) {
	keys := make(map[string]sortKey, len(list))
	for i := range list {
		if object, err := generic(&list[i]); err == nil {
			keys[list[i].Name] = keyOf(f.text(object))
		}
	}
	slices.SortStableFunc(list, func(a, b report.Freight) int {
		return keys[a.Name].compare(keys[b.Name])
	})
}

// sortKey orders by class, then number, then text.
type sortKey struct {
	class  int
	number float64
	text   string
}

func keyOf(text string) sortKey {
	if text == "" {
		return sortKey{}
	}
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return sortKey{class: 1, number: number}
	}
	if length, err := time.ParseDuration(text); err == nil {
		return sortKey{class: 1, number: length.Seconds()}
	}
	return sortKey{class: 2, text: text}
}

func (k sortKey) compare(other sortKey) int {
	return cmp.Or(cmp.Compare(k.class, other.class), cmp.Compare(k.number, other.number), strings.Compare(k.text, other.text))
}
