package manifest

import (
	"cmp"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Set plans that a request of the Stage, by its index, says the strategy; "" removes
// the field. What was Set for the request before counts no more. Bytes has the
// result.
//
// A request that says so already is left as it is written; of one that says nothing,
// null or "" that is OneOf. A strategy that is misplaced beside sources is removed in
// any case, which the notes tell a person. An error says what of the file would have
// to change with it; nothing is planned then.
func (s *Stage) Set(request int, strategy kargo.Strategy) (notes []string, err error) {
	if !strategy.Known() {
		return nil, fmt.Errorf("%q is no strategy of Kargo's", strategy)
	}
	r := &s.Requests[request]
	delete(s.file.edits, r.node)
	e := newEdit(s.file.text)
	if err := s.plan(e, r, strategy); err != nil {
		return nil, s.fault(r, err)
	}
	if e.lost != nil {
		return nil, s.fault(r, faultAt(e.lost, "%s here: edit it by hand", e.why))
	}
	s.file.edits[r.node] = e
	if r.Misplaced {
		m := find(r.node, strategyField)
		notes = append(notes, fmt.Sprintf("%sStage %q, %s: the availabilityStrategy %q beside sources is removed, as Kargo knows the field only within", s.file.at(m.key.Line), s.Name, r, textOf(m.value)))
	}
	return notes, nil
}

// Reset forgets what was Set for the Stage.
func (s *Stage) Reset() {
	for i := range s.Requests {
		delete(s.file.edits, s.Requests[i].node)
	}
}

func (s *Stage) fault(r *Request, err error) error {
	return fmt.Errorf("%sStage %q, %s: %w", s.file.at(cmp.Or(lineOf(err), r.Line)), s.Name, r, err)
}

// plan plans the edit of a request.
func (s *Stage) plan(e *edit, r *Request, strategy kargo.Strategy) error {
	if r.node.Kind != yaml.MappingNode {
		return faultAt(r.node, "it is no object")
	}
	sources := find(r.node, sourcesField)
	written := find(sources.value, strategyField)
	misplaced := find(r.node, strategyField)
	same := strategy == "" && written.key == nil ||
		strategy != "" && r.Strategy.Normal() == strategy && !isCollection(written.value)
	if same && misplaced.key == nil {
		return nil
	}
	if strings.Contains(textOf(written.value), "{{") {
		return faultAt(written.value, "its availabilityStrategy is a template, %q: edit it by hand, or change the value that it stands for", textOf(written.value))
	}
	if err := s.mayEdit(r, sources, written, misplaced); err != nil {
		return err
	}
	if !same && sources.key == nil && misplaced.key != nil && strategy != "" {
		e.rewrite(r.node, misplaced, sourcesField, value{string(strategy), true})
		return nil
	}
	if misplaced.key != nil {
		if len(r.node.Content) == 2 {
			return faultAt(misplaced.key, "it has nothing but a misplaced availabilityStrategy: edit it by hand")
		}
		e.remove(r.node, misplaced)
	}
	if same {
		return nil
	}
	return r.planSources(e, sources, written, string(strategy))
}

// planSources plans the edit of what sources hold, which do not say the strategy.
func (r *Request) planSources(e *edit, sources, written member, strategy string) error {
	switch {
	case sources.key == nil:
		after := lastOf(r.node, originField)
		if after.key == nil {
			return faultAt(r.node, "it is empty: edit it by hand")
		}
		e.insert(r.node, after, sourcesField, value{strategy, true})
	case isNull(sources.value):
		e.replace(r.node, sources, value{strategy, true})
	case sources.value.Kind != yaml.MappingNode:
		return faultAt(sources.value, "its sources are no object")
	case written.key == nil && len(sources.value.Content) == 0:
		e.insertFirst(sources, strategyField, value{strategy: strategy})
	case written.key == nil:
		e.insert(sources.value, lastOf(sources.value, stagesField), strategyField, value{strategy: strategy})
	case strategy != "" && isCollection(written.value):
		return faultAt(written.value, "its availabilityStrategy is no text")
	case strategy != "":
		e.replace(sources.value, written, value{strategy: strategy})
	case len(sources.value.Content) == 2 && sources.value.Style&yaml.FlowStyle == 0:
		e.clear(sources, written)
	default:
		e.remove(sources.value, written)
	}
	return nil
}

// lastOf returns a mapping's own field of this name, else its last one.
func lastOf(mapping *yaml.Node, name string) member {
	if named := find(mapping, name); named.own() {
		return named
	}
	if last := len(mapping.Content); last > 0 {
		return member{key: mapping.Content[last-2], value: mapping.Content[last-1]}
	}
	return member{}
}

// mayEdit returns an error if something else would change with the request.
func (s *Stage) mayEdit(r *Request, sources, written, misplaced member) error {
	path := with(r.path, sources.step(sourcesField))
	for _, m := range []member{written, misplaced} {
		if m.value != nil && m.value.Kind == yaml.AliasNode {
			m.value = nil // it is only put out of its place
		}
		path = append(path, m.step(strategyField))
	}
	for _, step := range path {
		if err := s.file.mayChange(step); err != nil {
			return err
		}
	}
	for _, mapping := range []*yaml.Node{r.node, resolve(sources.value)} {
		// The field may be hidden so far, and come forth when its own one goes.
		for _, from := range merges(mapping) {
			if brought := find(from, strategyField); brought.key != nil {
				return faultAt(from, "%s from line %d has an availabilityStrategy, too: write out what is needed of it first", nameOf(from), brought.key.Line)
			}
		}
	}
	for _, from := range merges(resolve(sources.value)) {
		if user := s.file.otherUser(r, resolve(from)); user != nil {
			return faultAt(from, "its sources merge %s, which the %s in line %d uses, too: write them out first", nameOf(from), user, user.Line)
		}
	}
	return nil
}

// mayChange returns an error if a step on the way to the strategy is shared.
func (f *File) mayChange(step step) error {
	switch n := step.node; {
	case step.via != nil:
		return faultAt(step.via, "%s comes from %s, which is defined in line %d and may serve others: write it out first", step.name, nameOf(step.via), resolve(step.via).Line)
	case n == nil:
		return nil
	case n.Kind == yaml.AliasNode:
		return faultAt(n, "%s is %s, which is defined in line %d and may serve others: write it out first", step.name, nameOf(n), n.Alias.Line)
	case f.users[n] != nil:
		return faultAt(n, "%s is &%s, which line %d uses, too, and would change with it: write it out there first", step.name, n.Anchor, f.users[n].Line)
	}
	return nil
}

// nameOf names what is merged or aliased.
func nameOf(n *yaml.Node) string {
	if n.Kind == yaml.AliasNode {
		return "*" + n.Value
	}
	return `what "<<" merges`
}

// otherUser returns another request that holds, aliases or merges a node.
func (f *File) otherUser(r *Request, shared *yaml.Node) *Request {
	for _, s := range f.Stages {
		for i := range s.Requests {
			other := &s.Requests[i]
			uses := false
			walk(other.node, func(n *yaml.Node) { uses = uses || resolve(n) == shared })
			if uses && other.node != r.node {
				return other
			}
		}
	}
	return nil
}

// String names the request by its origin or, when it says none, by its index.
func (r *Request) String() string {
	if r.Origin == (kargo.Origin{}) {
		return r.path[len(r.path)-1].name
	}
	return "request of " + r.Origin.String()
}
