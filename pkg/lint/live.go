package lint

import (
	"cmp"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// FromCluster takes Projects as a cluster has them, or would have them, and the objects as
// they are written. Of two objects of one name the first counts; those of Stages and
// Warehouses that a Project does not have are left out.
func FromCluster(projects []*avail.Evaluator, objects []*Object, o Options) *Input {
	in := &Input{Options: o, Cluster: true}
	byProject, seen, files := map[string][]*Object{}, map[objectKey]bool{}, map[*File]bool{nil: true}
	for _, object := range objects {
		key := objectKey{object.Project, object.Kind, cmp.Or(object.Name, object.Project)}
		if seen[key] {
			continue
		}
		seen[key] = true
		byProject[object.Project] = append(byProject[object.Project], object)
		if !files[object.File] {
			files[object.File] = true
			in.Files = append(in.Files, object.File)
		}
	}
	for _, e := range projects {
		written := slices.DeleteFunc(byProject[e.Project().Name], func(o *Object) bool { return isGone(e.Project(), o) })
		p := newProject(in, e.Project(), written)
		p.hasFreight = !e.Project().Unread(pipeline.Freight)
		in.Projects = append(in.Projects, p)
	}
	return in
}

// isGone reports whether a Project does not have an object that it could have.
func isGone(p *pipeline.Project, o *Object) bool {
	switch o.Kind {
	case "Stage":
		return p.Stage(o.Name) == nil
	case "Warehouse":
		return !p.Unread(pipeline.Warehouses) && !p.HasWarehouse(o.Name)
	default:
		return false
	}
}

// Stored returns the objects of texts in JSON, each of one object, that a cluster has. Where
// one names no namespace it belongs to that of the Options.
func Stored(texts [][]byte, o Options) []*Object {
	var objects []*Object
	for _, text := range texts {
		tree, err := manifest.ParseTree(text)
		if err != nil || len(tree.Roots) != 1 {
			continue
		}
		object := &Object{node: tree.Roots[0]}
		object.value, _ = (&reader{left: maxValues}).value(object.node, 0).(map[string]any)
		object.Kind, object.APIVersion = object.text("kind"), object.text("apiVersion")
		object.Name = object.text("metadata", "name")
		object.Project = projectOf(object, o)
		objects = append(objects, object)
	}
	return objects
}

// Declared returns the objects of files that are Stages, Warehouses, ProjectConfigs or
// Projects, and no patches of others.
func Declared(sources []Source, o Options) []*Object {
	c := collect(sources, o)
	return slices.DeleteFunc(c.order, func(o *Object) bool {
		switch o.Kind {
		case "Stage", "Warehouse", "ProjectConfig", "Project":
			return o.patch
		default:
			return true
		}
	})
}
