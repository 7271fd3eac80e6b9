package edit

import (
	"fmt"
	"maps"
	"strings"

	"github.com/go-json-experiment/json"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// DiffersFrom says how the requests of this plan differ from those of an earlier plan
// for the same Stage, apart from their strategies; "" when they do not.
func (p *Plan) DiffersFrom(shown *Plan) string {
	is, was := origins(p.Fields), origins(shown.Fields)
	if is != was {
		return fmt.Sprintf("the edit is now about its requests for %s, not %s", is, was)
	}
	for i := range p.Fields {
		now, then := &p.Fields[i], &shown.Fields[i]
		is, was := sourcesWithoutStrategy(p.Object, now.Index), sourcesWithoutStrategy(shown.Object, then.Index)
		switch {
		case is != was:
			return fmt.Sprintf("the sources of its request for %s are now %s, and were %s", now.Origin, is, was)
		case now.Writes && then.withheld() != "":
			return fmt.Sprintf("%s now has an effect on its request for %s, and had none", now.targetWord(), now.Origin)
		}
	}
	return ""
}

// StrategyDiffersFrom says which strategy in force differs from that of an earlier plan
// with the same requests; "" when none does.
func (p *Plan) StrategyDiffersFrom(shown *Plan) string {
	for i := range p.Fields {
		if is, was := p.Fields[i].From, shown.Fields[i].From; is.Normal() != was.Normal() {
			return fmt.Sprintf("the strategy of its request for %s is now %s, and was %s", p.Fields[i].Origin, is.Normal(), was.Normal())
		}
	}
	return ""
}

func origins(fields []Field) string {
	var list []string
	for i := range fields {
		list = append(list, fields[i].Origin.String())
	}
	return strings.Join(list, ", ")
}

// sourcesWithoutStrategy writes the sources of a request as JSON without the strategy.
func sourcesWithoutStrategy(object *unstructured.Unstructured, index int) string {
	sources := maps.Clone(sourcesAt(object, index))
	delete(sources, strategyField)
	text, err := json.Marshal(sources, json.Deterministic(true))
	if err != nil { // they were read from JSON
		return err.Error()
	}
	return string(text)
}
