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

// Question is about one Stage and one piece of Freight in a Project.
type Question struct {
	Stage string
	// Freight is a reference: an exact name, else an alias, else a unique prefix of a
	// name.
	Freight string
	// Releases returns which Kargo the cluster may run. It is called once, after the first
	// round of requests.
	Releases func(context.Context) kargo.Releases
	// NeedsAll reports whether the answer needs the other Freight of the Project, judging by
	// what was read so far, which has no Promotions; nil when it never does.
	NeedsAll func(pipeline.Objects, kargo.Releases) bool
	// NeedsStages reports likewise whether the answer needs the Stages that are neither the
	// Stage nor upstream of it. It is called only if not all were read.
	NeedsStages func(pipeline.Objects, kargo.Releases) bool
}

// ReadFor reads what the answer to a question needs; Namespace must name the Project.
// Unless the answer needs more, the number of requests and bytes does not grow with the
// other Freight in the Project nor, in a large Project, with its other Stages: it reads the
// Stage and all that are upstream of it for any Freight, and the Promotions to these.
// Errors and refusals are those of Read, except that Freight which the user may get but not
// list is found by its exact name.
//
// If the Stage or the Freight does not exist, Found says so and no Promotions are read. If
// the Stage does not exist, all Stages are read.
func (c Cluster) ReadFor(ctx context.Context, question Question) (*Snapshot, Found, error) {
	n := &questionReading{reading: newReading(c), question: question}
	err := n.read(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, Found{}, context.Cause(ctx)
	case err != nil:
		return nil, Found{}, err
	case len(n.stages) == 0:
		snapshot, err := c.withoutStages(ctx)
		return snapshot, n.found, err
	}
	return n.snapshot(), n.found, nil
}

// questionReading is one run of ReadFor. It reads in two rounds, the second of which
// depends on the first.
type questionReading struct {
	*reading
	question Question
	releases kargo.Releases
	found    Found
	// whole says that all Freight was read.
	whole bool
	// onlyChain says that only the Stage in question and those upstream of it were read.
	onlyChain bool
	// others are all Stages, if they were read after those.
	others []kargo.Stage
}

func (n *questionReading) read(ctx context.Context) error {
	err := n.run(ctx, n.readStagesInQuestion, n.findFreight, n.readWarehouses, n.readPolicies)
	if err != nil {
		return err
	}
	n.releases = n.question.Releases(ctx)
	if !n.answerable() {
		return nil
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
	return n.run(ctx, n.readPromotionRequests)
}

// answerable reports whether both the Stage and the one piece of Freight exist.
func (n *questionReading) answerable() bool {
	return n.found.one() != nil && slices.ContainsFunc(n.stages[n.cluster.Namespace], func(s kargo.Stage) bool {
		return s.Metadata.Name == n.question.Stage
	})
}

func (n *questionReading) findFreight(ctx context.Context, refused *refusal) (err error) {
	n.found, err = n.cluster.freightMeantBy(ctx, n.question.Freight)
	return n.cluster.refusedOr(err, refused, refusal{kind: pipeline.Freight, verb: "list", resource: freights()})
}

// readOthers reads all Freight. A user who may not list it gets an answer without it.
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
	// stageLabel names the Stage of a Promotion, from release labelsPromotions on. Older
	// Promotions lack it, and Kargo shortens a name that is too long for a label.
	stageLabel       = kargo.Group + "/stage"
	labelsPromotions = "v1.11.0"
	// maxSelector keeps URLs well below the limit of proxies, which may be 8 KB.
	maxSelector = 6 << 10
)

// promotionsTo returns lists that together have all Promotions to the Stages, and as few
// others as possible.
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
