package lint

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func unknownStrategy() Rule {
	return Rule{
		Code: "KA104", Name: "unknown-strategy", Severity: Error, In: Anywhere,
		Summary: "An availabilityStrategy that Kargo does not know.",
		Why: "The API server refuses anything but All and OneOf, in this spelling. Where it got in anyway, the promotion check takes it for OneOf, " +
			"and the listing of the Stage fails, and auto-promotion with it.",
		Remedy: "Write All or OneOf.",
		check:  (*pass).unknownStrategies,
	}
}

func (p *pass) unknownStrategies() {
	for _, r := range p.requests {
		written := r.Sources.AvailabilityStrategy
		if written.Known() {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("%s: Kargo knows no availabilityStrategy %q: the API server refuses it", r.name(), written),
			Place:   r.at("sources", "availabilityStrategy"), Label: "expected All or OneOf", Subject: r.subject(""),
			Advice: "write All or OneOf",
		}
		if meant := meantStrategy(string(written)); meant != "" {
			f.Fix = &Fix{Unsafe, "availabilityStrategy: " + string(meant), []Edit{set(r.object, r.path("sources", "availabilityStrategy"), string(meant))}}
		}
		p.report(f)
	}
}

// meantStrategy returns the strategy that was meant by another spelling or by a name of
// early designs, "" when that cannot be told.
func meantStrategy(text string) kargo.Strategy {
	switch strings.ToLower(text) {
	case "all", "allof", "every", "upstreamall", "allupstream":
		return kargo.All
	case "any", "oneof", "anyof", "one", "upstreamany", "anyupstream":
		return kargo.OneOf
	}
	return ""
}
