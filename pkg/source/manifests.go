package source

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Manifests are what files declare of Projects, to be applied to what there is.
type Manifests struct {
	// Projects are sorted by name. Each has Stages, Warehouses and policies as declared, and
	// nothing else.
	Projects []pipeline.Objects
	// Absent are the paths that do not exist.
	Absent []string
	// Warnings and Notes are as in a Snapshot.
	Warnings, Notes []string
	places          map[declared]place
}

// declared is an object that a file declares.
type declared struct{ kind, project, name string }

// Place returns the file and the line at which an object is declared; ok is false for one
// that is not.
func (m *Manifests) Place(kind, project, name string) (file string, line int, ok bool) {
	at, ok := m.places[declared{kind, project, name}]
	return at.file, at.line, ok
}

// Project returns what is declared of a Project; nothing if it is not there.
func (m *Manifests) Project(name string) pipeline.Objects {
	for i := range m.Projects {
		if m.Projects[i].Project == name {
			return m.Projects[i]
		}
	}
	return pipeline.Objects{Project: name}
}

// Manifests reads all inputs, or none, as Read does. Objects of other kinds than Stages,
// Warehouses and those with policies are passed over: a note counts Freight and Promotions.
func (f Files) Manifests(ctx context.Context) (*Manifests, error) {
	return untilDone(ctx, func() (*Manifests, error) {
		inputs, err := f.inputs(ctx)
		if err != nil {
			return nil, err
		}
		given, err := f.collect(ctx, inputs.list)
		if err != nil {
			return nil, err
		}
		if err := given.loss(); err != nil {
			return nil, err
		}
		return given.manifests(inputs), nil
	})
}

func (c *collection) manifests(from inputs) *Manifests {
	m := &Manifests{Absent: from.absent, places: map[declared]place{}, Notes: c.notes()}
	names := map[string]bool{}
	addPlaces(m.places, names, "Stage", c.stages.seen)
	addPlaces(m.places, names, "Warehouse", c.warehouses.seen)
	addPlaces(m.places, names, "ProjectConfig", c.configs.seen)
	addPlaces(m.places, names, "Project", c.projects.seen)
	found := objects{
		stages: c.stages.objects, warehouses: c.warehouses.objects, configs: c.configs.objects, projects: c.projects.objects,
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		m.Projects = append(m.Projects, found.project(name))
	}
	m.Warnings = firstOf(c.warnings, "more warnings about fields")
	if c.kustomized {
		m.Warnings = append(m.Warnings, "there is a Kustomization: the files are read as they are, and not built; to have them built, use kubectl kustomize DIR | kubectl kargo-avail diff -f -")
	}
	if len(from.unread) > 0 {
		m.Warnings = append(m.Warnings, fmt.Sprintf("not checked out, so not read: %s; to have them read, run git submodule update --init", strings.Join(from.unread, ", ")))
	}
	if n := len(c.freight.seen) + len(c.promotions.seen); n > 0 {
		m.Notes = append(m.Notes, fmt.Sprintf("left out: %s in the files: these are always taken from what is live", quantity(n, "Freight or Promotion", "Freight and Promotions")))
	}
	return m
}

func addPlaces(places map[declared]place, projects map[string]bool, kind string, seen map[key]position) {
	for k, at := range seen {
		places[declared{kind, k.project, k.name}] = at.place
		projects[k.project] = true
	}
}
