package source

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Client speaks to one API server.
type Client interface {
	// REST returns the client of the API server, for absolute paths.
	REST() rest.Interface
	// Where names the cluster for a person, such as `context "prod"`.
	Where() string
}

// Cluster reads Projects from an API server, in a handful of lists, and of one piece of
// Freight what it is about (see ReadFor).
type Cluster struct {
	Client Client
	// Namespace is the Project to read; "" reads all of them.
	Namespace string
	// Progress, unless it is nil, is kept up to date while objects are read.
	Progress *Progress
}

// Read reads all lists in parallel; the first error ends the others. A kind that
// the user may not list is unread, but for Stages, without which there is nothing
// to judge. Errors of the API server keep their apierrors.APIStatus, except where
// it does not serve Kargo's API at all. A namespace that does not exist is the API
// server's own NotFound, and one without Stages gives an empty Snapshot.
func (c Cluster) Read(ctx context.Context) (*Snapshot, error) {
	g := newReading(c)
	err := g.run(ctx, g.readStages, g.readFreight, g.readWarehouses, g.readPolicies, g.readPromotions, g.readPromotionRequests, g.readTargets)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case len(g.stages) == 0:
		return c.withoutStages(ctx)
	}
	return g.snapshot(), nil
}

// reading is one reading of a Cluster. Each field is written by one goroutine.
type reading struct {
	objects
	cluster Cluster
	// stagesRead is closed once the Stages were read, or stagesErr says why not.
	stagesRead chan struct{}
	stagesErr  error
	// refusals are in the order in which they are reported.
	refusals []refusal
}

func newReading(c Cluster) *reading {
	return &reading{cluster: c, stagesRead: make(chan struct{})}
}

// part reads a part of what is gathered, or notes that it is refused.
type part func(context.Context, *refusal) error

// refusal is a kind that the user may not read; resource is nil when he may.
type refusal struct {
	// kind is what nothing is known of therefore, 0 when something is.
	kind     pipeline.Kind
	verb     string
	resource *resource
	// unknown says what is unknown therefore; "" says what is without the kind.
	unknown string
	// missing says that the API server does not have the resource.
	missing bool
}

// run reads parts in parallel. Those of the Stages have to be in the first run.
func (g *reading) run(ctx context.Context, parts ...part) error {
	refusals := make([]refusal, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	for i, part := range parts {
		group.Go(func() error { return g.tolerate(part(ctx, &refusals[i])) })
	}
	err := group.Wait()
	g.refusals = append(g.refusals, refusals...)
	return err
}

// snapshot returns what was gathered.
func (g *reading) snapshot() *Snapshot {
	snapshot := g.objects.snapshot()
	for _, r := range g.refusals {
		if r.resource != nil {
			snapshot.unread(r.kind, g.cluster.refused(r))
		}
	}
	return snapshot
}

func (g *reading) readStages(ctx context.Context, _ *refusal) error {
	return g.readStagesBy(ctx, g.cluster.allStages)
}

// readStagesBy reads the Stages in one of several ways.
func (g *reading) readStagesBy(ctx context.Context, read func(context.Context) (map[string][]kargo.Stage, error)) error {
	defer close(g.stagesRead)
	g.stages, g.stagesErr = read(ctx)
	g.stagesErr = g.cluster.stagesError(ctx, g.stagesErr)
	return g.stagesErr
}

func (c Cluster) allStages(ctx context.Context) (map[string][]kargo.Stage, error) {
	return list(ctx, c, stages(), stageMeta)
}

// tolerate holds back an error until the Stages are read: what ails all lists is
// said of the Stages, always, and not of the list that happens to fail first.
func (g *reading) tolerate(err error) error {
	if err == nil {
		return nil
	}
	<-g.stagesRead
	if g.stagesErr != nil {
		return g.stagesErr
	}
	return err
}

func (g *reading) readFreight(ctx context.Context, refused *refusal) (err error) {
	g.freight, err = list(ctx, g.cluster, freights(), freightMeta)
	return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Freight, verb: "list", resource: freights()})
}

func (g *reading) readWarehouses(ctx context.Context, refused *refusal) (err error) {
	g.warehouses, err = list(ctx, g.cluster, warehouses(), warehouseMeta)
	return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Warehouses, verb: "list", resource: warehouses()})
}

func (g *reading) readPromotions(ctx context.Context, refused *refusal) (err error) {
	g.promotions, err = list(ctx, g.cluster, promotions(), promotionMeta)
	return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Promotions, verb: "list", resource: promotions()})
}

// readPolicies reads the ProjectConfigs, or the Projects where the API server does
// not serve ProjectConfigs, which is so before Kargo v1.5.
func (g *reading) readPolicies(ctx context.Context, refused *refusal) (err error) {
	g.configs, err = list(ctx, g.cluster, projectConfigs(), configMeta)
	if !apierrors.IsNotFound(err) && (!apierrors.IsForbidden(err) || g.cluster.serves(ctx, projectConfigs())) {
		return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Policies, verb: "list", resource: projectConfigs()})
	}
	if g.cluster.Namespace == "" {
		g.projects, err = list(ctx, g.cluster, projects(), projectMeta)
		return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Policies, verb: "list", resource: projects()})
	}
	g.projects, err = g.cluster.project(ctx)
	return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Policies, verb: "get", resource: projects()})
}

// refusedOr notes a refusal and swallows its error. Other errors stay, in clear words.
func (c Cluster) refusedOr(err error, into *refusal, r refusal) error {
	switch {
	case apierrors.IsForbidden(err):
		*into = r
		return nil
	case apierrors.IsNotFound(err):
		return c.notServed(r.resource)
	default:
		return err
	}
}

// refused says what is unknown because of a refusal.
func (c Cluster) refused(r refusal) string {
	if r.missing {
		return fmt.Sprintf("the API server has no %s.%s: %s", r.resource.plural, kargo.Group, unknownWithout(r.kind))
	}
	return c.mayNot(r.verb, r.resource, cmp.Or(r.unknown, unknownWithout(r.kind)))
}

// mayNot says what may not be done, what is unknown therefore, and what would allow
// it.
func (c Cluster) mayNot(verb string, r *resource, unknown string) string {
	return fmt.Sprintf("not allowed to %s %s: %s; needed is %s", verb, c.describe(r), unknown, rule(verb, r))
}

// rule is the RBAC rule that allows a verb on a resource.
func rule(verb string, r *resource) string {
	return fmt.Sprintf("an RBAC rule with apiGroups: [%s], resources: [%s], verbs: [%s]", kargo.Group, r.plural, verb)
}

// stagesError puts the ways in which the Stages cannot be read into clear words.
func (c Cluster) stagesError(ctx context.Context, err error) error {
	switch {
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err) && !c.serves(ctx, stages()):
		return c.notServed(stages())
	case apierrors.IsForbidden(err) && c.Namespace == "":
		return fmt.Errorf("%w; ask for one Project with -n or -p; for all of them, needed is %s", err, rule("list", stages()))
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%w; needed is %s", err, rule("list", stages()))
	default:
		return err
	}
}

// serves reports whether the API server has a resource at all: to those who may
// not list it, it says only that. What cannot be told is held to be there.
func (c Cluster) serves(ctx context.Context, r *resource) bool {
	raw, err := c.Client.REST().Get().AbsPath("/apis/" + kargo.APIVersion).Do(ctx).Raw()
	if err != nil {
		return !apierrors.IsNotFound(err)
	}
	var found metav1.APIResourceList
	if err := json.Unmarshal(raw, &found); err != nil {
		return true
	}
	return slices.ContainsFunc(found.APIResources, func(a metav1.APIResource) bool { return a.Name == r.plural })
}

// notServed does not wrap the API server's error, which says no more than 404.
func (c Cluster) notServed(r *resource) error {
	return fmt.Errorf("the API server has no %s of %s (%s): is Kargo installed there?", r.plural, kargo.APIVersion, c.Client.Where())
}

// describe names the list of a resource: what, and in which namespace.
func (c Cluster) describe(r *resource) string {
	var b strings.Builder
	b.WriteString(r.plural + "." + kargo.Group)
	switch {
	case r.clusterScoped:
	case c.Namespace == "":
		b.WriteString(" in all namespaces")
	default:
		fmt.Fprintf(&b, " in namespace %q", c.Namespace)
	}
	return b.String()
}

// withoutStages tells an empty namespace from none. Who may not look is told that
// it is empty.
func (c Cluster) withoutStages(ctx context.Context) (*Snapshot, error) {
	if c.Namespace == "" {
		return &Snapshot{}, nil
	}
	err := c.Client.REST().Get().AbsPath("/api/v1").Resource("namespaces").Name(c.Namespace).Do(ctx).Error()
	if err != nil && !apierrors.IsForbidden(err) {
		return nil, err
	}
	return &Snapshot{}, nil
}
