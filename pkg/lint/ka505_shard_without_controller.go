package lint

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func shardWithoutController() Rule {
	return Rule{
		Code: "KA505", Name: "shard-without-controller", Severity: Warning, In: ClusterOnly,
		Summary: "No controller has ever looked at the Stages of a shard.",
		Why:     "The Stages of a shard belong to the controller of that shard. Without one they verify nothing, promote nothing, and cannot even be deleted.",
		Remedy:  "Correct the shard, or run a controller for it.",
		check:   (*pass).shardsWithoutController,
	}
}

func (p *pass) shardsWithoutController() {
	shards := map[string][]*kargo.Stage{}
	alive := map[string]bool{}
	anyAlive := false
	for _, stage := range p.Stages {
		shard := p.stageObject(stage.Metadata.Name).text("spec", "shard")
		shards[shard] = append(shards[shard], stage)
		if len(stage.Status.Conditions) > 0 {
			alive[shard], anyAlive = true, true
		}
	}
	for _, shard := range slices.Sorted(maps.Keys(shards)) {
		if alive[shard] || !anyAlive || shard == "" {
			continue
		}
		var stages []string
		for _, stage := range shards[shard] {
			stages = append(stages, stage.Metadata.Name)
		}
		o := p.stageObject(stages[0])
		p.report(Finding{
			Message: fmt.Sprintf("no controller has ever looked at the Stages of the shard %s: %s", shard, and(stages)),
			Place:   o.at(pathTo("spec", "shard")), Label: "nobody is in charge of it", Subject: shard,
			Advice: "correct the shard, or run a controller for it",
		})
	}
}
