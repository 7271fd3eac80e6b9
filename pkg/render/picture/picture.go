// Package picture draws the pipeline of a Project: as text, as Mermaid and DOT, and as an
// image and a page for a browser.
package picture

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Picture is one Project, laid out and judged. The Project's nodes and edges are those of
// the Graph, in the same order.
type Picture struct {
	Graph   *graph.Graph
	Project *report.GraphProject
}

// node returns what is known of a node of the graph.
func (p *Picture) node(i int) *report.GraphNode { return &p.Project.Nodes[i] }

// severalOrigins reports whether origins have to be told apart.
func (p *Picture) severalOrigins() bool { return len(p.Graph.Origins()) > 1 }

// takes says in a few words where the Stage gets its Freight from.
func (p *Picture) takes(node *report.GraphNode) string {
	if node.Stage == nil {
		return p.takesNot(node)
	}
	var parts []string
	shown := p.Graph.Origins()
	for i := range node.Stage.Requests {
		request := &node.Stage.Requests[i]
		if !slices.ContainsFunc(shown, func(o kargo.Origin) bool { return o.String() == request.Origin }) {
			continue
		}
		text := sources(node.Name, request)
		if len(shown) > 1 {
			text = term.Sanitize(originName(request.Origin)) + ": " + text
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// takesNot says what a node is that takes nothing.
func (p *Picture) takesNot(node *report.GraphNode) string {
	switch {
	case node.Type == report.WarehouseNode && node.Missing:
		return "no such Warehouse"
	case node.Type == report.WarehouseNode:
		return "Warehouse"
	default:
		return "no such Stage"
	}
}

// originName is the name of the Warehouse that an origin is.
func originName(origin string) string {
	return strings.TrimPrefix(origin, kargo.KindWarehouse+"/")
}

// sources says where one request of a Stage gets its Freight from.
func sources(stage string, request *report.Request) string {
	var ways []string
	if request.Direct {
		ways = append(ways, "direct")
	}
	switch n := len(request.Upstreams); {
	case n == 1 && request.Upstreams[0] == stage:
		ways = append(ways, "after itself")
	case n == 1:
		ways = append(ways, "after "+term.Sanitize(request.Upstreams[0]))
	case n > 1:
		ways = append(ways, quantity(request))
	}
	text := strings.Join(ways, " or ")
	if len(request.Upstreams) > 1 && slices.Contains(request.Upstreams, stage) {
		text += " with itself"
	}
	if text == "" {
		return "no source"
	}
	if request.RequiredSoakTime != nil && len(request.Upstreams) > 0 {
		text += ", soak " + shortDuration(time.Duration(*request.RequiredSoakTime))
	}
	return text
}

// quantity says how many of several upstreams a request needs.
func quantity(request *report.Request) string {
	switch request.Strategy {
	case string(kargo.All):
		return fmt.Sprintf("all of %d", len(request.Upstreams))
	case string(kargo.OneOf):
		return fmt.Sprintf("any of %d", len(request.Upstreams))
	default: // in files
		return fmt.Sprintf("%s of %d", term.Sanitize(request.Strategy), len(request.Upstreams))
	}
}

// shortDuration leaves out the zeros at the end of a duration: 1h, not 1h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// runs names what the Stage runs now.
func (p *Picture) runs(stage *report.GraphStage) string {
	var names []string
	for _, current := range stage.Current {
		if p.shows(current.Origin) {
			names = append(names, describe.Freight(current.Alias, current.Freight))
		}
	}
	return strings.Join(names, ", ")
}

func (p *Picture) shows(origin string) bool {
	return slices.ContainsFunc(p.Graph.Origins(), func(o kargo.Origin) bool { return o.String() == origin })
}

// next returns the newest Freight that is available, as far as the Stage does not run it.
func next(stage *report.GraphStage) []report.Freight {
	var list []report.Freight
	for i := range stage.Available {
		if f := &stage.Available[i]; !f.Here.Current {
			list = append(list, *f)
		}
	}
	return list
}

// title is what people call a piece of Freight.
func title(f *report.Freight) string { return describe.Freight(f.Alias, f.Name) }

// titles joins what people call pieces of Freight.
func titles(list []report.Freight) string {
	names := make([]string, 0, len(list))
	for i := range list {
		names = append(names, title(&list[i])+lastPromotion(&list[i]))
	}
	return strings.Join(names, ", ")
}

// lastPromotion says what became of the Freight's last Promotion to the Stage, where the
// Freight did not get there.
func lastPromotion(f *report.Freight) string {
	if f.Here.Promotion == nil || f.Here.Current {
		return ""
	}
	switch phase := kargo.PromotionPhase(f.Here.Promotion.Phase); {
	case phase.Unsuccessful():
		return " (promotion " + strings.ToLower(string(phase)) + ")"
	case phase.Ended():
		return ""
	case phase == kargo.PromotionRunning:
		return " (promoting)"
	default:
		return " (promotion queued)"
	}
}

// stageName is the Stage's name and what is special about it.
func stageName(node *report.GraphNode) string {
	name := term.Sanitize(node.Name)
	if node.Stage == nil {
		return name
	}
	switch auto := node.Stage.AutoPromotion; {
	case auto.Enabled == nil:
		return name + " (auto?)"
	case *auto.Enabled && len(auto.Held) > 0:
		return name + " (auto, held)"
	case *auto.Enabled:
		return name + " (auto)"
	default:
		return name
	}
}

// State is what holds of the Freight that was asked about at one Stage.
type State uint8

// The states.
const (
	// NotConcerned is the state of what is no Stage, or does not request the Freight.
	NotConcerned State = iota
	Blocked
	Available
	// Running: the Stage runs it now. Verified: it was verified there, and is not there now.
	Running
	Verified
)

// stateOf returns the state of the Freight that was asked about.
func stateOf(stage *report.GraphStage) State {
	switch {
	case stage == nil || stage.Freight == nil:
		return NotConcerned
	case stage.Freight.Here.Current:
		return Running
	case stage.Freight.Here.Verified:
		return Verified
	case stage.Freight.Available.Configured:
		return Available
	default:
		return Blocked
	}
}

// stateText says the state in words.
func stateText(stage *report.GraphStage) string {
	if stage == nil || stage.Freight == nil {
		return ""
	}
	f := stage.Freight
	var words []string
	switch {
	case f.Available.Configured && f.Here.Verified && stage.ControlFlow:
	case f.Available.Configured:
		words = append(words, "available")
	default:
		words = append(words, "blocked")
	}
	if f.Here.Current {
		words = append(words, "runs here")
	}
	switch {
	case f.Here.Verified && stage.ControlFlow:
		words = append(words, "passed on")
	case f.Here.Verified:
		words = append(words, "verified")
	case f.Here.Current:
		words = append(words, "not verified")
	}
	return strings.Join(words, ", ")
}
