package setstrategy

import (
	"cmp"
	"context"
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit/cluster"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit/file"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// running is one run of the verb.
type running struct {
	*options
	env     cli.Env
	backend edit.Backend
	// client and inCluster are nil when files are edited.
	client    *kube.Client
	inCluster *cluster.Edit
	// project is the one in the cluster.
	project string
	// texts are the files.
	texts []source.Text
	// confirmed says that a person confirmed what was shown.
	confirmed bool
}

// run plans the edit, shows its effect, asks where that is needed, and writes the Stages
// one after the other.
func (o *options) run(ctx context.Context, env cli.Env) error {
	r := &running{options: o, env: env}
	if err := r.open(ctx); err != nil {
		return err
	}
	if err := r.backend.Prepare(ctx); err != nil {
		return err
	}
	stages := r.backend.Stages()
	if len(stages) == 0 && len(r.backend.Failures()) == 0 {
		r.printNothingFound()
		if r.inCluster != nil {
			return nil
		}
	}
	r.printCommitSteps()
	effect, err := r.preview(ctx, stages)
	if err != nil {
		return err
	}
	if err := r.confirm(stages, effect); err != nil {
		return r.printUnconfirmed(stages, effect, err)
	}
	if err := r.write(ctx, stages); err != nil {
		return err
	}
	if err := r.printDocument(stages, effect); err != nil {
		return &cli.WriteError{Err: err}
	}
	return r.failure(stages)
}

// open reads and plans the Stages.
func (r *running) open(ctx context.Context) (err error) {
	if len(r.Files) > 0 {
		r.texts, err = load.Texts(ctx, r.env, r.Options)
		r.backend = file.Read(r.texts, r.Request, file.Options{
			Project: r.Project, InPlace: r.inPlace && r.dryRun == edit.DryRunNone, Yes: r.yes, Reporter: reporter{r.env, r.Connection.Color},
		})
		return err
	}
	if r.client, err = load.Connect(r.env, r.Connection); err != nil {
		return err
	}
	r.project = cmp.Or(r.Project, r.client.Namespace())
	r.inCluster, err = cluster.Read(ctx, r.client, r.project, r.Request, cluster.Options{
		Manager: r.manager, DryRun: r.dryRun, Yes: r.yes, Reporter: reporter{r.env, r.Connection.Color}, Confirm: r.confirmAgain,
	})
	r.backend = r.inCluster
	return err
}

// write writes the Stages in turn, and goes on after an error. It fails only when the
// context ends or nobody reads the output.
func (r *running) write(ctx context.Context, stages []*edit.Stage) error {
	for _, s := range stages {
		if s.Err == nil {
			s.Err = r.backend.Write(ctx, s)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.printOutcome(s, len(stages) > 1); err != nil {
			return &cli.WriteError{Err: err}
		}
	}
	return nil
}

// failure is how the command ends: with the one error there is, or with a count of those
// that were printed.
func (r *running) failure(stages []*edit.Stage) error {
	failures := r.backend.Failures()
	failed := 0
	var last error
	for _, s := range stages {
		if s.Err != nil {
			failed++
			last = s.Err
		}
	}
	switch {
	case failed == 0 && len(failures) == 0:
		return nil
	case failed == 0 && len(failures) == 1:
		return failures[0]
	case failed == 1 && len(failures) == 0 && len(stages) == 1:
		return last
	case len(failures) == 0:
		return fmt.Errorf("%d of %s failed", failed, edit.CountStages(len(stages)))
	}
	for _, err := range failures {
		cli.PrintError(r.env, err)
	}
	return fmt.Errorf("%d files or Stages are left as they were", failed+len(failures))
}
