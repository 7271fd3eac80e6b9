package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Application says which manifests are applied to what.
type Application struct {
	// Base is the git revision that the manifests are compared with; "" is what is live.
	Base string
	// Head is the git revision of the manifests; "" is the file system.
	Head string
	// Live are files that hold what is live; none asks a cluster.
	Live []string
	// Prune deletes what Base has and Head has not.
	Prune bool
}

// Side is one Project before and after manifests are applied.
type Side struct {
	Before, After *avail.Evaluator
	// Was and Is are the objects of both.
	Was, Is pipeline.Objects
	// Drift is what the live objects have in another way than Base.
	Drift []change.ObjectChange
}

// Sides are the Projects that manifests are about.
type Sides struct {
	Input
	// List has the Projects by name.
	List []Side
	// Base and Head are the manifests; Base is nil where what is live is the base.
	Base, Head *source.Manifests
	// Namespace is where objects of the manifests belong that name none; "" is "default".
	Namespace string
	// Stored are the live objects as they are stored, in JSON; nil with Base.
	Stored [][]byte
}

// Apply reads manifests and what is live, and returns the Projects before and after. With
// options.Project, only that Project counts, and objects that name none belong to it.
func Apply(ctx context.Context, env cli.Env, options cli.Options, how Application) (*Sides, error) {
	a := &application{Application: how, options: options, env: env}
	if err := a.readManifests(ctx); err != nil {
		return nil, err
	}
	if err := a.readLive(ctx); err != nil {
		return nil, err
	}
	s := a.sides()
	if a.Base != "" {
		return s, nil
	}
	var err error
	s.Stored, err = a.stored(ctx, s)
	return s, err
}

// stored returns the live objects as they are stored.
func (a *application) stored(ctx context.Context, s *Sides) ([][]byte, error) {
	if a.loading == nil {
		return a.live.Stored, nil
	}
	var there []*avail.Evaluator
	for i := range s.List {
		if len(s.List[i].Was.Stages) > 0 {
			there = append(there, s.List[i].Before)
		}
	}
	return Stored(ctx, a.loading.client, there)
}

// application is one run of Apply.
type application struct {
	Application
	options    cli.Options
	env        cli.Env
	base, head *source.Manifests
	// names are the Projects that are looked at.
	names []string
	// namespace is where objects of the manifests belong that name none.
	namespace string
	// live is what was read of them.
	live *source.Snapshot
	// loading is nil where files hold what is live.
	loading *loading
	notes   []string
}

// readManifests reads both sides of what is declared.
func (a *application) readManifests(ctx context.Context) error {
	a.namespace = a.options.Project
	if len(a.Live) == 0 {
		var err error
		if a.loading, err = dial(ctx, a.env, a.options); err != nil {
			return err
		}
		a.namespace = a.loading.options.Project
	}
	files := ManifestFiles(a.env, a.options, a.Head)
	files.Namespace, files.Optional = a.namespace, a.Base != ""
	var err error
	if a.head, err = files.Manifests(ctx); err != nil {
		return prefixed("--head", a.Head, err)
	}
	if a.Base != "" {
		files.Revision = a.Base
		if a.base, err = files.Manifests(ctx); err != nil {
			return prefixed("--base", a.Base, err)
		}
		if err := a.mustExist(); err != nil {
			return err
		}
	}
	a.nameProjects()
	if len(a.names) == 0 {
		return a.nothingDeclared()
	}
	return nil
}

// ManifestFiles returns the files of -f as a revision has them; "" is the file system.
func ManifestFiles(env cli.Env, options cli.Options, revision string) source.Files {
	return source.Files{Paths: options.Files, Revision: revision, Recursive: options.Recursive, Stdin: env.In, Waiting: env.Waiting}
}

func prefixed(flag, revision string, err error) error {
	if revision == "" {
		return err
	}
	return fmt.Errorf("%s %s: %w", flag, revision, err)
}

// mustExist returns an error if a path exists on neither side: it is mistyped.
func (a *application) mustExist() error {
	for _, name := range a.head.Absent {
		if !slices.Contains(a.base.Absent, name) {
			continue
		}
		head := "in the file system"
		if a.Head != "" {
			head = "at " + a.Head
		}
		return fmt.Errorf("the path %q exists neither %s nor at %s", name, head, a.Base)
	}
	return nil
}

// nameProjects finds the Projects of the manifests.
func (a *application) nameProjects() {
	for _, m := range []*source.Manifests{a.head, a.base} {
		if m == nil {
			continue
		}
		for i := range m.Projects {
			if name := m.Projects[i].Project; (a.options.Project == "" || name == a.options.Project) && !slices.Contains(a.names, name) {
				a.names = append(a.names, name)
			}
		}
	}
	slices.Sort(a.names)
}

func (a *application) nothingDeclared() error {
	var there []string
	for i := range a.head.Projects {
		there = append(there, a.head.Projects[i].Project)
	}
	if len(there) > 0 {
		return fmt.Errorf("the files have nothing of Project %q: the Projects there are %s", a.options.Project, strings.Join(there, ", "))
	}
	text := "no Stage, Warehouse or ProjectConfig in " + strings.Join(a.options.Files, ", ") + ": there is nothing to compare"
	if notes := a.head.Notes; len(notes) > 0 {
		text += " (" + strings.Join(notes, "; ") + ")"
	}
	return errors.New(text)
}

// readLive reads what is live of the Projects.
func (a *application) readLive(ctx context.Context) error {
	if a.loading == nil {
		var err error
		a.live, err = source.Files{Paths: a.Live, KeepTexts: a.Base == "", Stdin: a.env.In, Waiting: a.env.Waiting}.Read(ctx)
		if err != nil {
			return fmt.Errorf("--live: %w", err)
		}
		a.live.Projects = slices.DeleteFunc(a.live.Projects, func(p pipeline.Objects) bool { return !slices.Contains(a.names, p.Project) })
		return nil
	}
	l := a.loading
	return l.readCluster(ctx, a.env, nil, func(ctx context.Context, c source.Cluster) error {
		snapshots, errs := readEach(ctx, c, a.names)
		for i, err := range errs {
			if err != nil && !apierrors.IsNotFound(err) { // a Project that is to be created
				return fmt.Errorf("Project %q: %w", a.names[i], err) //nolint:staticcheck // a Project has a capital
			}
		}
		l.awaitReleases(ctx)
		l.snapshot = merge(snapshots)
		a.live = l.snapshot
		return nil
	})
}

// sides puts together what was read.
func (a *application) sides() *Sides {
	releases, warnings := a.options.Releases, slices.Clone(a.live.Warnings)
	if a.loading != nil {
		releases = a.loading.releases
		if a.loading.unknown != nil {
			warnings = append(warnings, unknownVersion(a.loading.unknown))
		}
	}
	rules := avail.RulesFor(releases)
	s := &Sides{Base: a.base, Head: a.head, Namespace: a.namespace}
	s.Releases, s.FreightUnread, s.Project = releases, a.live.FreightUnread, a.options.Project
	s.FromServer = a.loading != nil
	for _, name := range a.names {
		side := a.side(name)
		side.Before = avail.New(pipeline.New(side.Was, rules.ByDiscovery()), rules, a.options.At)
		side.After = avail.New(pipeline.New(side.Is, rules.ByDiscovery()), rules, a.options.At)
		s.List, s.Projects = append(s.List, side), append(s.Projects, side.After)
	}
	warnings = slices.Concat(warnings, a.head.Warnings, rules.Notes(), report.Warnings(s.Projects))
	s.Header = report.NewHeader(a.options.At, releases, warnings)
	s.Notes = slices.Concat(a.notes, a.live.Notes, a.head.Notes)
	return s
}

// side lays the manifests of one Project over what is live.
func (a *application) side(name string) Side {
	live := pipeline.Objects{Project: name}
	if i := slices.IndexFunc(a.live.Projects, func(p pipeline.Objects) bool { return p.Project == name }); i >= 0 {
		live = a.live.Projects[i]
	} else {
		a.notes = append(a.notes, fmt.Sprintf("Project %q has no Stage yet, so none of its Freight is read", name))
	}
	head := a.head.Project(name)
	if len(live.Stages) == 0 && !declaresItsWarehouses(head) {
		live.Unread = live.Unread.With(pipeline.Warehouses) // nothing is read of a Project without Stages
	}
	side, pruned := Side{Was: live}, live
	if a.base != nil {
		base := a.base.Project(name)
		side.Was = change.Overlay(live, base)
		side.Drift, pruned = change.Differences(side.Was, live), base
	}
	side.Is = change.Overlay(side.Was, head)
	if a.Prune {
		side.Is = change.Prune(side.Is, change.Missing(pruned, head))
	}
	if !hasTargetAware(live) { // PromotionRequests are read only where there is a Stage for them
		for _, o := range []*pipeline.Objects{&side.Was, &side.Is} {
			if hasTargetAware(*o) {
				o.Unread = o.Unread.With(pipeline.PromotionRequests)
			}
		}
	}
	return side
}

func hasTargetAware(o pipeline.Objects) bool {
	return slices.ContainsFunc(o.Stages, func(s kargo.Stage) bool { return s.IsTargetAware() })
}

// declaresItsWarehouses reports whether every Warehouse that the Stages name is declared.
func declaresItsWarehouses(o pipeline.Objects) bool {
	return !slices.ContainsFunc(o.Stages, func(s kargo.Stage) bool {
		return slices.ContainsFunc(s.Spec.RequestedFreight, func(r kargo.Request) bool { return !slices.Contains(o.Warehouses, r.Origin.Name) })
	})
}
