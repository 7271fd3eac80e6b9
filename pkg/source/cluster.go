package source

import (
	"context"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Client is a client of one API server.
type Client interface {
	// REST returns its REST client, for absolute paths.
	REST() rest.Interface
	// Where names the cluster for a person, such as `context "prod"`.
	Where() string
}

// Cluster reads Projects from an API server: whole, in a handful of lists, or only what a
// question about one piece of Freight needs (see ReadFor).
type Cluster struct {
	Client Client
	// Namespace is the Project to read; "" reads all of them.
	Namespace string
	// Progress, unless it is nil, counts the objects while they are read.
	Progress *Progress
}

// Read reads all lists in parallel; the first error ends the others. A kind that the user
// may not list is unread, except Stages, without which there is nothing to judge. Errors
// of the API server keep their apierrors.APIStatus, except where it does not serve Kargo's
// API at all. A namespace that does not exist gives the API server's own NotFound, and one
// without Stages an empty Snapshot.
func (c Cluster) Read(ctx context.Context) (*Snapshot, error) {
	g := newReading(c)
	err := g.run(ctx, g.readStages, g.readFreight, g.readWarehouses, g.readPolicies, g.readPromotions, g.readPromotionRequests)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	case len(g.stages) == 0:
		return c.withoutStages(ctx)
	}
	return g.snapshot(), nil
}

// reading is one run of Cluster.Read. Each field is written by one goroutine.
type reading struct {
	objects
	cluster Cluster
	// stagesRead is closed when the Stages were read or failed with stagesErr.
	stagesRead chan struct{}
	stagesErr  error
	// refusals are in the order in which they are reported.
	refusals []refusal
}

func newReading(c Cluster) *reading {
	return &reading{cluster: c, stagesRead: make(chan struct{})}
}

// part reads a part of the objects, or notes that it is refused.
type part func(context.Context, *refusal) error

// run reads parts in parallel. The Stages must be among those of the first run.
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

// snapshot returns what was read.
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

// readStagesBy reads the Stages with a function.
func (g *reading) readStagesBy(ctx context.Context, read func(context.Context) (map[string][]kargo.Stage, error)) error {
	defer close(g.stagesRead)
	g.stages, g.stagesErr = read(ctx)
	g.stagesErr = g.cluster.stagesError(ctx, g.stagesErr)
	return g.stagesErr
}

func (c Cluster) allStages(ctx context.Context) (map[string][]kargo.Stage, error) {
	return list(ctx, c, stages(), stageMeta)
}

// tolerate holds back an error until the Stages are read. If every list fails, the error
// of the Stages is reported, and not that of the list that happens to fail first.
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

// readPolicies reads the ProjectConfigs or, where the API server does not serve them
// because Kargo is older than v1.5, the Projects.
func (g *reading) readPolicies(ctx context.Context, refused *refusal) (err error) {
	g.configs, err = list(ctx, g.cluster, projectConfigs(), configMeta)
	switch {
	case !apierrors.IsNotFound(err) && !apierrors.IsForbidden(err):
		return err
	case g.cluster.serves(ctx, projectConfigs()):
		*refused = refusal{kind: pipeline.Policies, verb: "list", resource: projectConfigs(), contradiction: apierrors.IsNotFound(err)}
		return nil
	case g.cluster.Namespace == "":
		g.projects, err = list(ctx, g.cluster, projects(), projectMeta)
		return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Policies, verb: "list", resource: projects()})
	default:
		g.projects, err = g.cluster.project(ctx)
		return g.cluster.refusedOr(err, refused, refusal{kind: pipeline.Policies, verb: "get", resource: projects()})
	}
}

// Where each kind has its metadata.
func stageMeta(s *kargo.Stage) *kargo.Metadata          { return &s.Metadata }
func freightMeta(f *kargo.Freight) *kargo.Metadata      { return &f.Metadata }
func warehouseMeta(w *kargo.Warehouse) *kargo.Metadata  { return &w.Metadata }
func promotionMeta(p *kargo.Promotion) *kargo.Metadata  { return &p.Metadata }
func configMeta(c *kargo.ProjectConfig) *kargo.Metadata { return &c.Metadata }
func projectMeta(p *kargo.Project) *kargo.Metadata      { return &p.Metadata }
