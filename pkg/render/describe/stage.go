package describe

import (
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Auto says in a word whether Kargo promotes to the Stage by itself.
func Auto(a *report.AutoPromotion) string {
	switch {
	case a.Enabled == nil:
		return "?"
	case !*a.Enabled:
		return "no"
	case len(a.Held) > 0:
		return "held"
	default:
		return "yes"
	}
}

// Strategies names the strategy of the Stage's requests, or of those of one origin
// alone: OneOf or All, direct, or none for a request that has no source at all.
func Strategies(stage *report.Stage, origin string) string {
	var names []string
	for i := range stage.Requests {
		request := &stage.Requests[i]
		if origin != "" && request.Origin != origin {
			continue
		}
		for _, name := range sourcesOf(request) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, "+")
}

func sourcesOf(request *report.Request) []string {
	var names []string
	if request.Direct {
		names = append(names, "direct")
	}
	if len(request.Upstreams) > 0 || !request.Direct {
		names = append(names, term.Sanitize(request.Strategy))
	}
	return names
}
