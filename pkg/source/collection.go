package source

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// collection gathers the objects of files.
type collection struct {
	signs signs
	// namespace is where objects belong that name none.
	namespace  string
	stages     shelf[kargo.Stage]
	freight    shelf[kargo.Freight]
	promotions shelf[kargo.Promotion]
	warehouses shelf[kargo.Warehouse]
	configs    shelf[kargo.ProjectConfig]
	projects   shelf[kargo.Project]
	requests   shelf[kargo.PromotionRequest]
	// kargo counts the objects of Kargo's, foreign those of other API groups, and others the
	// documents that are no objects.
	kargo, foreign, others int
	// kustomized says that there is a Kustomization, whose patches look like objects.
	kustomized bool
	// lost says what may be Kargo's and could not be read, and unparsed what could not be
	// parsed and is nothing of Kargo's.
	lost     []error
	unparsed []string
	// warnings are about objects that were read.
	warnings []string
	// texts are those of what people declare, as in Snapshot.Stored, if they are to be kept.
	keepTexts bool
	texts     [][]byte
}

func newCollection(namespace string) *collection {
	return &collection{
		signs:      newSigns(),
		namespace:  namespace,
		stages:     newShelf(stageMeta),
		freight:    newShelf(freightMeta),
		promotions: newShelf(promotionMeta),
		warehouses: newShelf(warehouseMeta),
		configs:    newShelf(configMeta),
		projects:   newShelf(projectMeta),
		requests:   newShelf(requestMeta),
	}
}

// lose notes that something could not be read that may be Kargo's.
func (c *collection) lose(err error) {
	if n := len(c.lost); n == 0 || c.lost[n-1].Error() != err.Error() {
		c.lost = append(c.lost, err)
	}
}

// warnTwice warns of a field that was given on a line before.
func (c *collection) warnTwice(at place, field string, before int) {
	c.warnings = append(c.warnings, at.errorf("%s: the last one counts, as for kubectl", givenTwice(field, before)).Error())
}

// add decodes an object and keeps it if it matters. An object of Kargo's that is
// not known at all is lost, as it might matter.
func (c *collection) add(o object) {
	group, version, _ := strings.Cut(o.APIVersion, "/")
	switch {
	case o.seemsKargo(), group == kargo.Group && o.Kind == "":
		c.lose(o.place.errorf("not a Kubernetes object: apiVersion and kind must both be given"))
	case o.isNone, !o.complete():
		c.others++
	case group != kargo.Group:
		c.foreign++
		c.kustomized = c.kustomized || o.Kind == "Kustomization"
	case o.APIVersion != kargo.APIVersion:
		c.lose(o.place.errorf("unknown version %q of %s: %s is read", version, kargo.Group, kargo.APIVersion))
	default:
		c.kargo++
		if err := c.put(o); err != nil {
			c.lose(err)
		}
	}
}

// put decodes an object of Kargo's and keeps it if it matters.
func (c *collection) put(o object) error {
	switch o.Kind {
	case "Stage":
		c.warnMisplaced(&o)
		return put(c, &c.stages, o, c.namespace)
	case "Freight":
		return put(c, &c.freight, o, c.namespace)
	case "Promotion":
		return put(c, &c.promotions, o, c.namespace)
	case "Warehouse":
		return put(c, &c.warehouses, o, c.namespace)
	case "ProjectConfig":
		return put(c, &c.configs, o, c.namespace)
	case "Project":
		return put(c, &c.projects, o, "")
	case "PromotionRequest":
		return put(c, &c.requests, o, c.namespace)
	case "PromotionTask", "ClusterPromotionTask", "ClusterConfig", "Target":
		return nil // Kargo's, and of no matter
	default:
		return o.place.errorf("unknown kind %q of %s", o.Kind, kargo.APIVersion)
	}
}

// decode decodes an object into fields. Of a field that is given twice the last counts.
func (c *collection) decode(o *object, into any) error {
	err := json.Unmarshal(o.text, into)
	if !errors.Is(err, jsontext.ErrDuplicateName) {
		return err
	}
	text, twice, err := lastOfEach(o.text)
	if err != nil {
		return err
	}
	for _, t := range twice {
		c.warnTwice(o.place.at(o.lineAt(t.again, "")), t.name, o.lineAt(t.first, ""))
	}
	o.text = text
	return json.Unmarshal(text, into)
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
func put[T any](c *collection, s *shelf[T], o object, namespace string) error {
	var decoded T
	if err := c.decode(&o, &decoded); err != nil {
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
	c.keep(o)
	return nil
}

// keep keeps the text of an object that people declare.
func (c *collection) keep(o object) {
	switch o.Kind {
	case "Stage", "Warehouse", "ProjectConfig", "Project":
		if c.keepTexts {
			c.texts = append(c.texts, completed(o.text, o.Kind))
		}
	}
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
	if err := c.loss(); err != nil {
		return nil, err
	}
	if c.stages.empty() {
		return nil, fmt.Errorf("no Stage in %s: there is nothing to judge%s", paths, asides(c.notes()))
	}
	found := objects{
		c.stages.objects, c.freight.objects, c.promotions.objects, c.warehouses.objects, c.configs.objects, c.projects.objects,
		c.requests.objects,
	}
	s := found.snapshot()
	if only != "" {
		s.Projects = slices.DeleteFunc(s.Projects, func(p pipeline.Objects) bool { return p.Project != only })
	}
	if len(s.Projects) == 0 {
		return nil, fmt.Errorf("no Stage of Project %q in %s: the Projects there are %s", only, paths, quoted(c.stages.objects))
	}
	c.judgeGaps(s, &found)
	s.Warnings = append(s.Warnings, firstOf(c.warnings, "more warnings about fields")...)
	for i := range s.Projects {
		s.Projects[i].Oddities = oddities(&s.Projects[i])
	}
	s.Notes, s.Stored = c.notes(), c.texts
	return s, nil
}

// judgeGaps notes the kinds of which no object was given. A pipeline may well have
// no Freight yet, and has nothing to be unknown of then.
func (c *collection) judgeGaps(s *Snapshot, found *objects) {
	if c.freight.empty() {
		where := "-A"
		if len(s.Projects) == 1 {
			where = "-n " + shellescape.Quote(s.Projects[0].Project)
		}
		s.Warnings = append(s.Warnings, fmt.Sprintf("no Freight in the files: nothing can be shown to be available; Freight is in the cluster: kubectl get freights.%s %s -o yaml", kargo.Group, where))
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
	if found.targetAware() {
		gap(c.requests.empty(), pipeline.PromotionRequests, "PromotionRequest")
	}
}

func quoted[V any](names map[string]V) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		all = append(all, fmt.Sprintf("%q", name))
	}
	return strings.Join(all, ", ")
}
