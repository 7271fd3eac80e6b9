package source

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

const (
	// firstStages is how many Stages the first request asks for. Few Projects have more,
	// and an API server sends that many in a few hundredths of a second.
	firstStages = 100
	// maxGets is how many Stages are read one by one. Beyond that a list of all is faster,
	// as the client's rate limit holds back many requests at once.
	maxGets = 50
)

// readStagesInQuestion reads all Stages of a small Project, else only the one in question
// and all that are upstream of it. It also reads all when the Stage does not exist, when
// those upstream may not be read one by one or are too many, and when one of them does not
// exist: it may have been renamed meanwhile, and a list is of one moment.
func (n *questionReading) readStagesInQuestion(ctx context.Context, _ *refusal) error {
	return n.readStagesBy(ctx, n.stagesInQuestion)
}

func (n *questionReading) stagesInQuestion(ctx context.Context) (map[string][]kargo.Stage, error) {
	var got []kargo.Stage
	var getting errgroup.Group
	getting.Go(func() (err error) { // in parallel, in case it is not on the first page
		got, err = n.cluster.stagesNamed(ctx, []string{n.question.Stage})
		return err
	})
	page, isAll, err := firstPage(ctx, n.cluster, stages(), stageMeta, firstStages)
	notGot := getting.Wait()
	switch {
	case err != nil:
		return nil, err
	case isAll:
		return n.inQuestion(page), nil
	case notGot == nil:
		if chain, ok := n.cluster.chainOf(ctx, n.question.Stage, append(page, got...)); ok {
			n.onlyChain = true
			return n.inQuestion(chain), nil
		}
	}
	return n.cluster.allStages(ctx)
}

// inQuestion counts the Stages as read and returns them by Project.
func (n *questionReading) inQuestion(read []kargo.Stage) map[string][]kargo.Stage {
	if len(read) == 0 {
		return nil
	}
	n.cluster.progress(stages()).add(int64(len(read)))
	return map[string][]kargo.Stage{n.cluster.Namespace: read}
}

// chainOf returns the Stage of this name and all that are upstream of it for any Freight.
// It reads those that are not known yet, a level at a time. It is not ok if a list of all
// is needed instead: one of them does not exist or may not be read, or they are too many.
func (c Cluster) chainOf(ctx context.Context, name string, known []kargo.Stage) (chain []kargo.Stage, ok bool) {
	byName := map[string]*kargo.Stage{}
	for i := range known {
		byName[known[i].Metadata.Name] = &known[i]
	}
	if byName[name] == nil {
		return nil, false
	}
	for gets := 0; ; {
		names := pipeline.Chain(name, func(name string) *kargo.Stage { return byName[name] }, nil)
		missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return byName[name] != nil || !canBeName(name) })
		if len(missing) == 0 {
			return existing(names, byName), true
		}
		if gets += len(missing); gets > maxGets {
			return nil, false
		}
		got, err := c.stagesNamed(ctx, missing)
		if err != nil || len(got) < len(missing) {
			return nil, false
		}
		for i := range got {
			byName[got[i].Metadata.Name] = &got[i]
		}
	}
}

// existing returns the Stages of these names that exist.
func existing(names []string, byName map[string]*kargo.Stage) []kargo.Stage {
	var found []kargo.Stage
	for _, name := range names {
		if stage := byName[name]; stage != nil {
			found = append(found, *stage)
		}
	}
	return found
}

// stagesNamed reads the Stages of these names that exist, in parallel.
func (c Cluster) stagesNamed(ctx context.Context, names []string) ([]kargo.Stage, error) {
	got := make([]*kargo.Stage, len(names))
	group, ctx := errgroup.WithContext(ctx)
	for i, name := range names {
		if !canBeName(name) {
			continue
		}
		group.Go(func() (err error) {
			got[i], err = get(ctx, c, stages(), stageMeta, name)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var found []kargo.Stage
	for _, stage := range got {
		if stage != nil {
			found = append(found, *stage)
		}
	}
	return found, nil
}

// readOtherStages reads all Stages, when those of the chain are not enough.
func (n *questionReading) readOtherStages(ctx context.Context, _ *refusal) error {
	all, err := n.cluster.allStages(ctx)
	n.others = all[n.cluster.Namespace]
	return n.cluster.stagesError(ctx, err)
}

// addOtherStages adds the Stages outside the chain. Those of the chain stay as they were
// read first, as the Promotions were read for them.
func (n *questionReading) addOtherStages() {
	chain := n.stages[n.cluster.Namespace]
	isOfChain := map[string]bool{}
	for i := range chain {
		isOfChain[chain[i].Metadata.Name] = true
	}
	for _, stage := range n.others {
		if !isOfChain[stage.Metadata.Name] {
			chain = append(chain, stage)
		}
	}
	n.stages[n.cluster.Namespace] = chain
}

// chain returns the names of the Stage and of all that are upstream of it for Freight of
// the origin and exist.
func chain(stages []kargo.Stage, name string, origin kargo.Origin) []string {
	byName := map[string]*kargo.Stage{}
	for i := range stages {
		byName[stages[i].Metadata.Name] = &stages[i]
	}
	names := pipeline.Chain(name, func(name string) *kargo.Stage { return byName[name] }, &origin)
	return slices.DeleteFunc(names, func(name string) bool { return byName[name] == nil })
}
