package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// ParseStage reads what names a Stage on a command line: "prod", "stage/prod" or
// "stages.kargo.akuity.io/prod".
func ParseStage(arg string) (name string, err error) {
	resource, name, ok := strings.Cut(arg, "/")
	if !ok {
		resource, name = "stage", arg
	}
	resource = strings.TrimSuffix(strings.ToLower(resource), "."+kargo.Group)
	if resource != "stage" && resource != "stages" {
		return "", fmt.Errorf("%q does not name a Stage: expected NAME, stage/NAME or stages.%s/NAME", arg, kargo.Group)
	}
	if name == "" || strings.Contains(name, "/") {
		return "", fmt.Errorf("%q does not name a Stage: expected one name after %q", arg, resource+"/")
	}
	return name, nil
}

// ParseWarehouse reads what names an origin: "app" or "Warehouse/app".
func ParseWarehouse(arg string) (name string, err error) {
	kind, name, ok := strings.Cut(arg, "/")
	if !ok {
		kind, name = kargo.KindWarehouse, arg
	}
	if !strings.EqualFold(kind, kargo.KindWarehouse) || name == "" {
		return "", fmt.Errorf("%q does not name a Warehouse: expected NAME or %s/NAME", arg, kargo.KindWarehouse)
	}
	return name, nil
}

// RequireStages returns a notFoundError for the first name that no Project has.
func (in *Input) RequireStages(names []string, verbs func(string) []string) error {
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
		hint := didYouMean(name, known)
		if commands := verbs(name); hint == "" && len(commands) > 0 {
			hint = fmt.Sprintf("Did you mean the command %q?", commands[0])
		}
		return in.notFound("stages", name, hint)
	}
	return nil
}

// RequireWarehouses returns a notFoundError for the first name that no Stage
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
			hint := didYouMean(name, known)
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
			return nil, in.notFound("freights", reference, didYouMean(reference, aliasesOf(in.Projects...)))
		}
	}
	return resolved, nil
}

func ambiguous(project, reference string, matches []*kargo.Freight) error {
	lines := []string{fmt.Sprintf("Freight %q is ambiguous in Project %q; it could be:", reference, project)}
	for _, f := range matches {
		lines = append(lines, strings.TrimRight("  "+f.Metadata.Name+" "+f.Alias, " "))
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
	return &notFoundError{Resource: resource + "." + kargo.Group, Name: name, Project: project, Hint: hint, Server: in.FromServer}
}

// maxSuggestions is how many near names are worth reading.
const maxSuggestions = 3

// didYouMean returns a question that names the known names nearest to one that was
// mistyped, or "" when none is near.
func didYouMean(name string, known []string) string {
	known = slices.Compact(slices.Sorted(slices.Values(known)))
	distance := func(candidate string) int {
		if letters(name) == letters(candidate) {
			return 1 // swapped, as fingers do
		}
		return levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(candidate))
	}
	near := slices.DeleteFunc(known, func(candidate string) bool {
		return distance(candidate) > (len(name)+2)/3 && !strings.HasPrefix(candidate, name)
	})
	if len(near) == 0 {
		return ""
	}
	slices.SortStableFunc(near, func(a, b string) int { return distance(a) - distance(b) })
	return "Did you mean " + strings.Join(near[:min(len(near), maxSuggestions)], ", ") + "?"
}

// letters returns the letters of a name in the order of the alphabet.
func letters(name string) string {
	runes := []rune(strings.ToLower(name))
	slices.Sort(runes)
	return string(runes)
}
