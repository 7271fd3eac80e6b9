package lint

import (
	"fmt"
	"slices"
)

func unknownUpstream() Rule {
	return Rule{
		Code: "KA001", Name: "unknown-upstream", Severity: Error, In: Anywhere,
		Summary: "A Stage lists an upstream that does not exist.",
		Why: "Nothing checks the names in sources.stages, at any version of Kargo. Under OneOf such an entry is dead. " +
			"Under All it closes the Stage: Freight that a missing Stage would have to verify is never available.",
		Remedy: "Correct the name, remove the entry, or add the Stage. Where the files are only a part of the Project, say so with --partial.",
		check:  (*pass).unknownUpstreams,
	}
}

func (p *pass) unknownUpstreams() {
	for _, r := range p.requests {
		for _, upstream := range r.Sources.Upstreams() {
			if p.Stage(upstream) == nil && p.elsewhere(upstream) == nil {
				p.report(p.unknownUpstream(r, upstream))
			}
		}
	}
}

// elsewhere returns a Stage of this name in another Project, nil when there is none.
func (p *Project) elsewhere(stage string) *Object {
	for _, other := range p.input.Projects {
		if other.Name != p.Name && other.Stage(stage) != nil {
			return other.stageObject(stage)
		}
	}
	return nil
}

func (p *pass) unknownUpstream(r request, upstream string) Finding {
	f := Finding{
		Message: fmt.Sprintf("%s lists the upstream %s, and there is no such Stage%s", r.name(), upstream, p.consequence(r, upstream)),
		Place:   r.entry(upstream), Label: "no Stage has this name", Subject: r.subject(upstream),
		Advice: "correct the name, remove the entry, or add the Stage",
	}
	if near := near(upstream, p.stageNames()); near != "" && near != r.name() {
		f.Label = fmt.Sprintf("did you mean %s?", near)
		f.Fix = &Fix{Unsafe, near + " in place of " + upstream, []Edit{set(r.object, f.Place.Path, near)}}
	}
	if p.input.Partial {
		f.Severity = Note
		f.Message = fmt.Sprintf("%s lists the upstream %s, which is not in these files", r.name(), upstream)
		return f
	}
	f.Effect = p.blocked(r)
	return f
}

// consequence says what it means for a request that one of its upstreams never passes
// Freight on.
func (p *pass) consequence(r request, upstream string) string {
	switch {
	case r.Sources.Direct:
		return "; it takes Freight directly, so that this changes nothing now"
	case r.isAll():
		return fmt.Sprintf(": under All it gets no new Freight of %s", r.Origin)
	case !p.hasOther(r, upstream):
		return fmt.Sprintf(": it gets no new Freight of %s", r.Origin)
	default:
		return ": only the other upstreams count"
	}
}

// hasOther reports whether another upstream of the request can pass Freight on.
func (p *pass) hasOther(r request, upstream string) bool {
	reached := p.flow(r.Origin).reached
	return slices.ContainsFunc(r.Sources.Upstreams(), func(name string) bool { return name != upstream && reached[name] })
}
