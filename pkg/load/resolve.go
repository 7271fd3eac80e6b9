package load

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// RequireStages returns a NotFoundError for the first name that no Project has. Its hint
// names Stages with near names, and other Projects that have a Stage of this name.
func (in *Input) RequireStages(names []string) error {
	for _, name := range names {
		if slices.ContainsFunc(in.Projects, func(e *avail.Evaluator) bool { return e.Project().Stage(name) != nil }) {
			continue
		}
		var known []string
		for _, e := range in.Projects {
			for _, stage := range e.Project().Stages {
				known = append(known, stage.Metadata.Name)
			}
		}
		hints := []string{cli.DidYouMean(name, known), in.elsewhere(name)}
		return in.notFound("stages", name, strings.Join(slices.DeleteFunc(hints, func(h string) bool { return h == "" }), "\n"))
	}
	return nil
}

// elsewhere says which other Projects have a Stage of this name, "" when there is none
// or that is unknown.
func (in *Input) elsewhere(stage string) string {
	if in.projectsWith == nil {
		return ""
	}
	switch projects := in.projectsWith(stage); len(projects) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("Project %q has a Stage of this name: -p %s", projects[0], projects[0])
	default:
		more := ""
		if hidden := len(projects) - maxNamed; hidden > 0 {
			projects, more = projects[:maxNamed], fmt.Sprintf(" and %d more", hidden)
		}
		return fmt.Sprintf("Other Projects have a Stage of this name; name one with -p: %s%s", strings.Join(projects, ", "), more)
	}
}

// maxNamed is how many Projects a hint names.
const maxNamed = 5

// RequireWarehouses returns a NotFoundError for the first name that no Stage
// requests Freight of.
func (in *Input) RequireWarehouses(names []string) error {
	var known []string
	for _, e := range in.Projects {
		for _, stage := range e.Project().Stages {
			for _, request := range stage.Spec.RequestedFreight {
				known = append(known, request.Origin.Name)
			}
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			hint := cli.DidYouMean(name, known)
			if hint == "" {
				hint = "No Stage requests Freight of a Warehouse of this name."
			}
			return in.notFound("warehouses", name, hint)
		}
	}
	return nil
}

// ResolveFreight returns, by Project, the names of the Freight that the references
// mean: each an exact name, else an alias, else a unique prefix of a name.
func (in *Input) ResolveFreight(references []string) (map[string][]string, error) {
	resolved := map[string][]string{}
	for _, reference := range references {
		found := false
		for _, e := range in.Projects {
			matches := pipeline.MatchFreight(e.Project().Freight(), reference)
			if len(matches) > 1 {
				return nil, ambiguous(e.Project().Name, reference, matches)
			}
			for _, f := range matches {
				found = true
				resolved[e.Project().Name] = append(resolved[e.Project().Name], f.Metadata.Name)
			}
		}
		if !found {
			return nil, in.notFound("freights", reference, cli.DidYouMean(reference, aliasesOf(in.Projects...)))
		}
	}
	return resolved, nil
}

func ambiguous(project, reference string, matches []*kargo.Freight) error {
	lines := []string{fmt.Sprintf("Freight %q is ambiguous in Project %q; it could be:", reference, project)}
	for _, f := range matches {
		line := strings.TrimRight("  "+f.Metadata.Name+" "+f.Alias, " ")
		if len(f.Artifacts) > 0 {
			line += ": " + strings.Join(describe.Artifacts(f.Artifacts), ", ")
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}

func aliasesOf(projects ...*avail.Evaluator) []string {
	var known []string
	for _, e := range projects {
		for _, f := range e.Project().Freight() {
			if f.Alias != "" {
				known = append(known, f.Alias)
			}
		}
	}
	return known
}

func (in *Input) notFound(resource, name, hint string) error {
	project := in.Project
	if len(in.Projects) == 1 {
		project = in.Projects[0].Project().Name
	}
	return &cli.NotFoundError{Resource: resource + "." + kargo.Group, Name: name, Project: project, Hint: hint, Server: in.FromServer}
}

// findProject returns the one Project that has the Stage and, where several do, the
// Freight.
func (in *Input) findProject(question Question) (*avail.Evaluator, error) {
	if err := in.RequireStages([]string{question.Stage}); err != nil {
		return nil, err
	}
	var holders, having []*avail.Evaluator
	for _, e := range in.Projects {
		if e.Project().Stage(question.Stage) == nil {
			continue
		}
		holders = append(holders, e)
		if question.Freight != "" && len(pipeline.MatchFreight(e.Project().Freight(), question.Freight)) > 0 {
			having = append(having, e)
		}
	}
	switch {
	case len(having) == 1:
		return having[0], nil
	case len(holders) == 1:
		return holders[0], nil
	case len(having) > 1:
		return nil, inSeveral(question, having)
	case question.Freight != "" && !in.FreightUnread:
		return nil, in.notFound("freights", question.Freight, cli.DidYouMean(question.Freight, aliasesOf(holders...)))
	default:
		return nil, inSeveral(question, holders)
	}
}

// inSeveral says that a question is about several Projects.
func inSeveral(question Question, holders []*avail.Evaluator) error {
	lines := []string{fmt.Sprintf("Stage %q is in several Projects; name one with -p:", question.Stage)}
	for _, e := range holders {
		lines = append(lines, "  "+e.Project().Name)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// newSubject returns the Subject in the one Project that was read, by what the reference
// to Freight was found to mean.
func (in *Input) newSubject(e *avail.Evaluator, question Question, found source.Found) (*Subject, error) {
	subject := &Subject{Input: in, Stage: e.Stage(question.Stage)}
	if question.Freight == "" || in.FreightUnread {
		return subject, nil
	}
	if len(found.Freight) > 1 {
		return nil, ambiguous(e.Project().Name, question.Freight, found.Freight)
	}
	for _, f := range e.Project().Freight() {
		if len(found.Freight) == 1 && f.Metadata.Name == found.Freight[0].Metadata.Name {
			subject.Freight = f
			return subject, nil
		}
	}
	return nil, in.notFound("freights", question.Freight, cli.DidYouMean(question.Freight, found.Aliases))
}
