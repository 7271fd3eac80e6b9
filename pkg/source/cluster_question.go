package source

import (
	"context"
	"net/url"
	"slices"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Question is about one Stage and one piece of Freight of a Project.
type Question struct {
	Stage string
	// Freight is a reference: an exact name, else an alias, else a unique prefix of a
	// name.
	Freight string
	// Releases tells which Kargo the cluster may run. It is called once, and may take
	// as long as a request does.
	Releases func(context.Context) kargo.Releases
	// NeedsAll reports whether the answer needs the other Freight of the Project, too,
	// by what was read so far, which has no Promotions; nil when it never does.
	NeedsAll func(pipeline.Objects, kargo.Releases) bool
	// NeedsStages reports likewise whether the answer needs the Stages, too, that are
	// neither the Stage nor upstream of it. It is asked where not all were read.
	NeedsStages func(pipeline.Objects, kargo.Releases) bool
}

// ReadFor reads what the answer to a question needs, in a number of requests and
// bytes that does not grow with the Freight in the Project as long as its other
// Freight is not needed, nor, from some number on, with its Stages; Namespace must
// name the Project. Of a large Project it reads the Stage and all that are upstream of
// it, be it for other Freight, unless the answer needs more; and the Promotions to the
// Stage and to those upstream of it. Errors and refusals are those of Read, except that
// Freight which may be got, but not listed, is found by its exact name.
//
// Where the Stage or the Freight is not there, what was found says so, and no
// Promotion is known; all Stages are, where the Stage is not there.
func (c Cluster) ReadFor(ctx context.Context, question Question) (*Snapshot, Found, error) {
	n := &questionReading{reading: newReading(c), question: question}
	err := n.read(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, Found{}, ctx.Err()
	case err != nil:
		return nil, Found{}, err
	case len(n.stages) == 0:
		snapshot, err := c.withoutStages(ctx)
		return snapshot, n.found, err
	}
	return n.snapshot(), n.found, nil
}

// questionReading is one reading for a Question, in two rounds: first what the second
// depends on.
type questionReading struct {
	*reading
	question Question
	releases kargo.Releases
	found    Found
	// whole says that all Freight was read.
	whole bool
	// onlyChain says that of the Stages only the one in question was read, and those
	// upstream of it.
	onlyChain bool
	// others has all Stages where they were read after those.
	others []kargo.Stage
}

func (n *questionReading) read(ctx context.Context) error {
	err := n.run(ctx, n.readStagesInQuestion, n.findFreight, n.readWarehouses, n.readPolicies, n.tellReleases)
	if err != nil || !n.answerable() {
		return err
	}
	known := n.snapshot().Projects[0]
	needs := func(more func(pipeline.Objects, kargo.Releases) bool) bool {
		return more != nil && more(known, n.releases)
	}
	second := []part{n.readChain}
	if needs(n.question.NeedsAll) {
		second = append(second, n.readOthers)
	}
	if n.onlyChain && needs(n.question.NeedsStages) {
		second = append(second, n.readOtherStages)
	}
	err = n.run(ctx, second...)
	n.addOtherStages()
	if err != nil {
		return err
	}
	return n.run(ctx, n.readPromotionRequests, n.readTargets)
}

// answerable reports whether both the Stage and the one piece of Freight are there.
func (n *questionReading) answerable() bool {
	return n.found.one() != nil && slices.ContainsFunc(n.stages[n.cluster.Namespace], func(s kargo.Stage) bool {
		return s.Metadata.Name == n.question.Stage
	})
}

func (n *questionReading) findFreight(ctx context.Context, refused *refusal) (err error) {
	n.found, err = n.cluster.freightMeantBy(ctx, n.question.Freight)
	return n.cluster.refusedOr(err, refused, refusal{kind: pipeline.Freight, verb: "list", resource: freights()})
}

func (n *questionReading) tellReleases(ctx context.Context, _ *refusal) error {
	n.releases = n.question.Releases(ctx)
	return nil
}

// readOthers reads all Freight. Who may not gets an answer without the others.
func (n *questionReading) readOthers(ctx context.Context, refused *refusal) (err error) {
	n.freight, err = list(ctx, n.cluster, freights(), freightMeta)
	n.whole = err == nil
	return n.cluster.refusedOr(err, refused, refusal{verb: "list", resource: freights(), unknown: "what auto-promotion would pick is unknown"})
}

// readChain reads the Promotions to the Stage and to those upstream of it.
func (n *questionReading) readChain(ctx context.Context, refused *refusal) error {
	chain := chain(n.stages[n.cluster.Namespace], n.question.Stage, n.found.one().Origin)
	resources := promotionsTo(chain, n.releases)
	lists := make([]map[string][]kargo.Promotion, len(resources))
	group, ctx := errgroup.WithContext(ctx)
	for i, r := range resources {
		group.Go(func() (err error) {
			lists[i], err = list(ctx, n.cluster, r, promotionMeta)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return n.cluster.refusedOr(err, refused, refusal{kind: pipeline.Promotions, verb: "list", resource: promotions()})
	}
	n.promotions = map[string][]kargo.Promotion{}
	for _, list := range lists {
		for project, promotions := range list {
			n.promotions[project] = append(n.promotions[project], slices.DeleteFunc(promotions, func(p kargo.Promotion) bool {
				return !slices.Contains(chain, p.Spec.Stage)
			})...)
		}
	}
	return nil
}

const (
	// stageLabel names, on a Promotion, its Stage, from labelsPromotions on. Promotions
	// that were made before it lack the label, and a name that is too long for a label
	// is shortened in a way of Kargo's own.
	stageLabel       = kargo.Group + "/stage"
	labelsPromotions = "v1.11.0"
	// maxSelector keeps URLs well below what proxies take, which may be 8 KB.
	maxSelector = 6 << 10
)

// promotionsTo returns the lists that together have all Promotions to the Stages,
// and as few others as can be.
func promotionsTo(stages []string, releases kargo.Releases) []*resource {
	all := []*resource{promotions()}
	if releases.IsUnknown() || !releases.Since(labelsPromotions) {
		return all
	}
	is, err := labels.NewRequirement(stageLabel, selection.In, stages)
	if err != nil || len(url.QueryEscape(is.String())) > maxSelector {
		return all
	}
	return []*resource{promotions().withLabels(is.String()), promotions().withLabels("!" + stageLabel)}
}

// snapshot returns what was read so far.
func (n *questionReading) snapshot() *Snapshot {
	if f := n.found.one(); f != nil && !n.whole {
		n.freight = map[string][]kargo.Freight{n.cluster.Namespace: {*f}}
	}
	snapshot := n.reading.snapshot()
	for i := range snapshot.Projects {
		snapshot.Projects[i].Partial = !n.whole
		if n.promotions == nil {
			snapshot.Projects[i].Unread = snapshot.Projects[i].Unread.With(pipeline.Promotions)
		}
	}
	return snapshot
}
