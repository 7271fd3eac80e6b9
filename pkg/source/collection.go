package source

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// collection gathers the objects of files.
type collection struct {
	// namespace is where objects belong that name none.
	namespace  string
	stages     shelf[kargo.Stage]
	freight    shelf[kargo.Freight]
	promotions shelf[kargo.Promotion]
	warehouses shelf[kargo.Warehouse]
	configs    shelf[kargo.ProjectConfig]
	projects   shelf[kargo.Project]
	// foreign counts the objects of other API groups.
	foreign int
}

func newCollection(namespace string) *collection {
	return &collection{
		namespace:  namespace,
		stages:     newShelf(stageMeta),
		freight:    newShelf(freightMeta),
		promotions: newShelf(promotionMeta),
		warehouses: newShelf(warehouseMeta),
		configs:    newShelf(configMeta),
		projects:   newShelf(projectMeta),
	}
}

// add decodes an object and keeps it if it matters. An object of Kargo's that is
// not known at all is an error, as it might matter.
func (c *collection) add(o object) error {
	if !o.complete() {
		return o.place.errorf("not a Kubernetes object: apiVersion and kind must both be given")
	}
	group, version, _ := strings.Cut(o.APIVersion, "/")
	switch {
	case group != kargo.Group:
		c.foreign++
		return nil
	case o.APIVersion != kargo.APIVersion:
		return o.place.errorf("unknown version %q of %s: %s is read", version, kargo.Group, kargo.APIVersion)
	}
	switch o.Kind {
	case "Stage":
		return c.stages.put(o, c.namespace)
	case "Freight":
		return c.freight.put(o, c.namespace)
	case "Promotion":
		return c.promotions.put(o, c.namespace)
	case "Warehouse":
		return c.warehouses.put(o, c.namespace)
	case "ProjectConfig":
		return c.configs.put(o, c.namespace)
	case "Project":
		return c.projects.put(o, "")
	case "PromotionTask", "ClusterPromotionTask", "ClusterConfig", "Target", "PromotionRequest":
		return nil // Kargo's, and of no matter
	default:
		return o.place.errorf("unknown kind %q of %s", o.Kind, kargo.APIVersion)
	}
}

// shelf holds the objects of one kind by Project.
type shelf[T any] struct {
	objects map[string][]T
	seen    map[key]position
	meta    func(*T) *kargo.Metadata
}

// key is what no two objects of a kind share.
type key struct{ project, name string }

// position is where on the shelf an object is, and where it was found.
type position struct {
	index int
	place place
}

func newShelf[T any](meta func(*T) *kargo.Metadata) shelf[T] {
	return shelf[T]{map[string][]T{}, map[key]position{}, meta}
}

// put decodes an object and adds it, unless the same one is there. An object
// without a namespace belongs to the one given; "" says that the kind has none, and
// that an object is its own Project.
func (s *shelf[T]) put(o object, namespace string) error {
	var decoded T
	if err := json.Unmarshal(o.text, &decoded); err != nil {
		return o.fault(err)
	}
	meta := s.meta(&decoded)
	switch {
	case meta.Name == "":
		return o.place.errorf("a %s without a name", o.Kind)
	case namespace == "":
		meta.Namespace = meta.Name
	case meta.Namespace == "" && o.Kind == "ProjectConfig":
		// Its name would be that of the namespace, if it said where it belongs.
		meta.Namespace, meta.Name = namespace, namespace
	case meta.Namespace == "":
		meta.Namespace = namespace
	}
	k := key{meta.Namespace, meta.Name}
	first, exists := s.seen[k]
	if exists {
		return s.mustEqual(o, decoded, k, first)
	}
	s.seen[k] = position{len(s.objects[k.project]), o.place}
	s.objects[k.project] = append(s.objects[k.project], decoded)
	return nil
}

// mustEqual holds two objects of one name against each other. They are equal when
// all is equal that is read of them.
func (s *shelf[T]) mustEqual(o object, decoded T, k key, first position) error {
	if reflect.DeepEqual(decoded, s.objects[k.project][first.index]) {
		return nil
	}
	return o.place.errorf("%s %q of Project %q differs from the one in %s: give one of them", o.Kind, k.name, k.project, first.place)
}

func (s *shelf[T]) empty() bool { return len(s.seen) == 0 }

// snapshot returns the Projects, or the one that only names. The paths are for a
// person.
func (c *collection) snapshot(only, paths string) (*Snapshot, error) {
	if c.stages.empty() {
		return nil, fmt.Errorf("no Stage in %s: there is nothing to judge", paths)
	}
	found := objects{
		c.stages.objects, c.freight.objects, c.promotions.objects, c.warehouses.objects, c.configs.objects, c.projects.objects,
	}
	s := found.snapshot()
	if only != "" {
		s.Projects = slices.DeleteFunc(s.Projects, func(p pipeline.Objects) bool { return p.Project != only })
	}
	if len(s.Projects) == 0 {
		return nil, fmt.Errorf("no Stage of Project %q in %s: the Projects there are %s", only, paths, quoted(c.stages.objects))
	}
	c.judgeGaps(s)
	if c.foreign > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("objects of other API groups than %s, skipped: %d", kargo.Group, c.foreign))
	}
	return s, nil
}

// judgeGaps notes the kinds of which no object was given. A pipeline may well have
// no Freight yet, and has nothing to be unknown of then.
func (c *collection) judgeGaps(s *Snapshot) {
	if c.freight.empty() {
		s.Warnings = append(s.Warnings, "no Freight in the files: nothing can be shown to be available")
	}
	gap := func(isEmpty bool, kind pipeline.Kind, name string) {
		if isEmpty {
			s.unread(kind, fmt.Sprintf("no %s in the files: %s", name, unknownWithout(kind)))
		}
	}
	gap(c.warehouses.empty(), pipeline.Warehouses, "Warehouse")
	gap(c.promotions.empty(), pipeline.Promotions, "Promotion")
	for i := range s.Projects {
		s.Projects[i].PoliciesFromStatus = c.configs.empty()
	}
}

func quoted[V any](names map[string]V) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		all = append(all, fmt.Sprintf("%q", name))
	}
	return strings.Join(all, ", ")
}
