package lint

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Options say how to judge what is read.
type Options struct {
	// Namespace is where objects belong that name none; "" is "default".
	Namespace string
	// Only is the one Project to look at; "" is all.
	Only string
	// Releases are those of Kargo by whose rules to judge.
	Releases kargo.Releases
	Now      time.Time
	// Partial says that the files are not the whole Project.
	Partial bool
}

// Source is a file to be read.
type Source struct {
	Name string
	Data []byte
	// Named says that a person named the file; others were found in a folder.
	Named bool
}

// Input is what is linted.
type Input struct {
	Options
	Files []*File
	// Projects are in the order of their names.
	Projects []*Project
	// Faults are what could not be read.
	Faults []Fault
	// Skipped are files of a folder that are not YAML, and not Kargo's as far as one sees.
	Skipped []string
	// Cluster says that the objects are a cluster's.
	Cluster bool
}

// Fault is something that could not be read.
type Fault struct {
	Place Place
	Words string
	// Template says that it has to be rendered first.
	Template bool
	// Minor says that the object was still read.
	Minor bool
}

// FromFiles reads files. What cannot be read of them is a Fault, and the rest is kept.
func FromFiles(sources []Source, o Options) *Input {
	c := collect(sources, o)
	c.projects()
	return c.in
}

// objectKey is what no two objects share.
type objectKey struct{ project, kind, name string }

// collector sorts what files hold into Projects.
type collector struct {
	in      *Input
	objects map[objectKey]*Object
	order   []*Object
	patches []*Object
}

func collect(sources []Source, o Options) *collector {
	c := &collector{in: &Input{Options: o}, objects: map[objectKey]*Object{}}
	for _, s := range sources {
		c.file(s)
	}
	return c
}

func (c *collector) file(s Source) {
	tree, err := manifest.ParseTree(s.Data)
	file := &File{Name: s.Name, Data: s.Data, Tree: tree}
	c.in.Files = append(c.in.Files, file)
	for _, root := range tree.Roots {
		c.document(file, root)
	}
	ours := s.Named || bytes.Contains(s.Data, []byte(kargo.Group))
	switch {
	case err == nil:
	case ours:
		c.in.Faults = append(c.in.Faults, Fault{Place: lineIn(file, manifest.FaultLine(err)), Words: err.Error(), Template: errors.Is(err, manifest.ErrTemplate)})
	default:
		c.in.Skipped = append(c.in.Skipped, s.Name)
	}
}

// Miss notes that a file could not be read at all.
func (in *Input) Miss(name string, err error) {
	tree, _ := manifest.ParseTree(nil) // an empty file has no fault
	in.Faults = append(in.Faults, Fault{Place: lineIn(&File{Name: name, Tree: tree}, 1), Words: err.Error()})
}

// lineIn returns the place that a line is.
func lineIn(file *File, line int) Place {
	text := file.Line(line)
	from := file.Offset(line) + len(text) - len(strings.TrimLeft(text, " \t"))
	return Place{File: file, Span: file.SpanOf(from, max(file.Offset(line)+len(text), from))}
}

// document adds the objects of a document: itself, or the items of a list.
func (c *collector) document(file *File, root *yaml.Node) {
	root = manifest.Resolve(root)
	kind, version := typeOf(root)
	items := manifest.Resolve(manifest.Find(root, "items").Value)
	if !strings.HasSuffix(kind, "List") || items == nil || items.Kind != yaml.SequenceNode {
		c.object(file, root, kind, version)
		return
	}
	for _, item := range items.Content {
		item = manifest.Resolve(item)
		itemKind, itemVersion := typeOf(item)
		c.object(file, item, cmp.Or(itemKind, strings.TrimSuffix(kind, "List")), cmp.Or(itemVersion, version))
	}
}

func typeOf(n *yaml.Node) (kind, version string) {
	return manifest.Text(manifest.Find(n, "kind").Value), manifest.Text(manifest.Find(n, "apiVersion").Value)
}

// isKnown reports whether rules look at a kind.
func isKnown(group, kind string) bool {
	switch group {
	case kargo.Group:
		return true
	case "":
		return kind == "Namespace"
	case "argoproj.io":
		return kind == "AnalysisTemplate" || kind == "ClusterAnalysisTemplate"
	default:
		return false
	}
}

// groupOf returns the group of an apiVersion.
func groupOf(version string) string {
	group, _, ok := strings.Cut(version, "/")
	if !ok {
		return ""
	}
	return group
}

func (c *collector) object(file *File, node *yaml.Node, kind, version string) {
	if node.Kind != yaml.MappingNode || !isKnown(groupOf(version), kind) {
		return
	}
	o := &Object{APIVersion: version, Kind: kind, File: file, node: node}
	r := &reader{left: maxValues}
	o.value, _ = r.value(node, 0).(map[string]any)
	o.faults = r.faults
	o.Name = o.text("metadata", "name")
	o.Project = projectOf(o, c.in.Options)
	switch {
	case groupOf(version) == kargo.Group && version != kargo.APIVersion:
		c.fault(o, fault{"/apiVersion", fmt.Sprintf("%s is not a version of Kargo's API that exists: %s is", version, kargo.APIVersion)})
		return
	case o.Name == "" && kind != "ProjectConfig":
		c.fault(o, fault{"/metadata", "a " + kind + " without a name"})
		return
	}
	c.add(o)
}

// projectOf returns the Project that an object belongs to.
func projectOf(o *Object, how Options) string {
	switch o.Kind {
	case "Project", "Namespace":
		return o.Name
	case "ClusterAnalysisTemplate", "ClusterPromotionTask", "ClusterConfig", "PromotionPolicy":
		return ""
	}
	return cmp.Or(o.text("metadata", "namespace"), how.Namespace, "default")
}

// add keeps an object. One that is there already and says something else is a fault,
// unless one of both is a patch.
func (c *collector) add(o *Object) {
	key := objectKey{o.Project, o.Kind, o.Name}
	first := c.objects[key]
	partial := o.Kind == "Stage" && !o.has("spec", "requestedFreight") && !o.has("spec", "subscriptions")
	switch {
	case first == nil:
		c.objects[key] = o
		c.order = append(c.order, o)
		o.patch = partial
	case first.patch && !partial:
		c.patches = append(c.patches, first)
		c.order[slices.Index(c.order, first)] = o
		c.objects[key] = o
	case partial:
		o.patch = true
		c.patches = append(c.patches, o)
	case !equal(first.value, o.value):
		c.fault(o, fault{"/metadata/name", fmt.Sprintf("it is also defined at %s, in another way: only that one is looked at", first.at("").Where())})
	}
}

func (c *collector) fault(o *Object, f fault) {
	c.in.Faults = append(c.in.Faults, Fault{Place: o.at(f.path), Words: f.words})
}

// equal reports whether two values of JSON are the same.
func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, equal)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	default:
		switch b.(type) {
		case map[string]any, []any:
			return false
		}
		return a == b
	}
}

// projects builds the Projects of what was collected.
func (c *collector) projects() {
	byProject := map[string][]*Object{}
	for _, o := range c.order {
		byProject[o.Project] = append(byProject[o.Project], o)
	}
	freight := slices.ContainsFunc(c.order, func(o *Object) bool { return o.Kind == "Freight" })
	for _, name := range slices.Sorted(maps.Keys(byProject)) {
		if name == "" || c.in.Only != "" && c.in.Only != name {
			continue
		}
		b := builder{in: c.in, objects: pipeline.Objects{Project: name}}
		for _, o := range byProject[name] {
			b.add(o)
		}
		b.gaps(c.order)
		p := newProject(c.in, pipeline.New(b.objects, avail.RulesFor(c.in.Releases).ByDiscovery()), byProject[name])
		p.hasFreight = freight
		for _, o := range c.patches {
			if o.Project == name {
				p.patches = append(p.patches, o)
			}
		}
		for _, o := range byProject[""] {
			p.file(o)
		}
		c.in.Projects = append(c.in.Projects, p)
	}
}

// builder makes a Project's objects for the engine.
type builder struct {
	in      *Input
	objects pipeline.Objects
}

func (b *builder) add(o *Object) {
	switch o.Kind {
	case "Stage":
		b.objects.Stages = append(b.objects.Stages, take[kargo.Stage](b, o))
	case "Freight":
		b.objects.Freight = append(b.objects.Freight, take[kargo.Freight](b, o))
	case "Promotion":
		b.objects.Promotions = append(b.objects.Promotions, take[kargo.Promotion](b, o))
	case "Warehouse":
		b.objects.Warehouses = append(b.objects.Warehouses, o.Name)
	case "ProjectConfig":
		config := take[kargo.ProjectConfig](b, o)
		if o.Name == "" || o.Name == b.objects.Project {
			b.objects.Config = &config.Spec
		}
	case "Project":
		project := take[kargo.Project](b, o)
		b.objects.Spec = &project.Spec
	}
}

// take decodes an object. What is wrong with it is noted.
func take[T any](b *builder, o *Object) T {
	decoded, faults := decode[T](copyOf(o.value))
	o.faults = append(o.faults, faults...)
	for _, f := range o.faults {
		b.in.Faults = append(b.in.Faults, Fault{Place: o.at(f.path), Words: f.words, Minor: true})
	}
	if stage, ok := any(&decoded).(*kargo.Stage); ok {
		stage.Metadata.Namespace = o.Project
	}
	return decoded
}

// copyOf copies the objects and lists of a value.
func copyOf(object map[string]any) map[string]any {
	copied, _ := copyValue(object).(map[string]any)
	return copied
}

func copyValue(value any) any {
	switch v := value.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, field := range v {
			object[name] = copyValue(field)
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = copyValue(item)
		}
		return list
	default:
		return value
	}
}

// gaps notes the kinds that have no object in the files.
func (b *builder) gaps(all []*Object) {
	given := map[string]bool{}
	for _, o := range all {
		given[o.Kind] = true
	}
	if !given["Warehouse"] {
		b.objects.Unread = b.objects.Unread.With(pipeline.Warehouses)
	}
	if !given["Promotion"] {
		b.objects.Unread = b.objects.Unread.With(pipeline.Promotions)
	}
	b.objects.PoliciesFromStatus = !given["ProjectConfig"]
}
