package lint

import (
	"fmt"
	"slices"
	"strings"
)

func mixedStrategies() Rule {
	return Rule{
		Code: "KA114", Name: "mixed-strategies", Severity: Note, In: Anywhere, Issues: []string{"kargo#3207", "kargo#1168"},
		Summary: "Stages over the same upstreams have different strategies.",
		Why:     "One takes what any upstream has verified, the other one what all have. It may be meant; more often the field was forgotten in one of them.",
		Remedy:  "Give them the same strategy, or suppress the note and say why they differ.",
		check:   (*pass).mixedStrategies,
	}
}

func (p *pass) mixedStrategies() {
	groups := map[string][]request{}
	var order []string
	for _, r := range p.requests {
		upstreams := slices.Sorted(slices.Values(r.Sources.Upstreams()))
		if r.Sources.Direct || len(upstreams) < 2 || !r.Sources.AvailabilityStrategy.Known() {
			continue
		}
		key := r.Origin.String() + " " + strings.Join(upstreams, " ")
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	for _, key := range order {
		var one, all []request
		for _, r := range groups[key] {
			if r.isAll() {
				all = append(all, r)
			} else {
				one = append(one, r)
			}
		}
		if len(one) > 0 && len(all) > 0 {
			p.report(p.mixed(one, all, key))
		}
	}
}

func (p *pass) mixed(one, all []request, key string) Finding {
	f := Finding{
		Message: fmt.Sprintf("%s %s what any of %s has verified, %s what all have",
			and(stagesOf(one)), verb(one, "takes", "take"), and(one[0].Sources.Upstreams()), and(stagesOf(all))),
		Place: one[0].at("sources", "availabilityStrategy"), Label: "OneOf", Subject: key,
		Advice: "give them the same strategy, or suppress this and say why they differ",
	}
	if one[0].Sources.AvailabilityStrategy == "" {
		f.Label = "availabilityStrategy is not set: OneOf"
	}
	f.Related = []Related{{"All", all[0].at("sources", "availabilityStrategy")}}
	return f
}

func stagesOf(requests []request) []string {
	var names []string
	for _, r := range requests {
		names = append(names, r.name())
	}
	return names
}

func verb(requests []request, one, many string) string {
	if len(requests) == 1 {
		return one
	}
	return many
}
