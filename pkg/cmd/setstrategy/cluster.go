package setstrategy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
)

// work is one change of Stages of a cluster.
type work struct {
	*options
	env     cli.Env
	client  *kube.Client
	project string
	// releases are what the cluster's schema tells, whatever --kargo-version says.
	releases kargo.Releases
	targets  []*target
	// asked says that somebody has confirmed what is written.
	asked bool
}

// target is one Stage that is to be changed.
type target struct {
	name string
	// stage is nil where it could not be read, or nothing of it is meant.
	stage *stage
	// object is the Stage as it is after all, nil after an error.
	object *unstructured.Unstructured
	err    error
	// refused says that the error is that its owner would put it back: it is told what
	// would follow all the same.
	refused bool
}

// planned reports whether the Stage is to become otherwise, be it written or refused.
func (t *target) planned() bool { return (t.err == nil || t.refused) && t.stage.changes() }

// pending reports whether the Stage is still to be written.
func (t *target) pending() bool { return t.err == nil && t.stage.changes() }

// changeCluster reads the Stages, says what follows, asks where it matters, and writes
// them one by one.
func (o *options) changeCluster(ctx context.Context, env cli.Env) error {
	client, err := load.Connect(env, o.Connection)
	if err != nil {
		return err
	}
	w := &work{options: o, env: env, client: client, project: cmp.Or(o.Project, client.Namespace())}
	if err := w.read(ctx); err != nil {
		return err
	}
	if len(w.targets) == 0 {
		fmt.Fprintf(env.ErrOut, "No resources found in %s namespace.\n", visible(w.project))
		return nil
	}
	if w.pending() {
		if err := w.knowsStrategies(ctx); err != nil {
			return err
		}
		w.heedOwners(ctx)
	}
	effect, err := w.foresee(ctx)
	if err != nil {
		return err
	}
	if err := w.confirm(effect); err != nil {
		return w.unconfirmed(effect, err)
	}
	if err := w.writeAll(ctx); err != nil {
		return err
	}
	if o.printsDocument() {
		if err := w.print(effect); err != nil {
			return &cli.WriteError{Err: err}
		}
	}
	return w.failure()
}

// unconfirmed ends the command where it was not confirmed: with the document, if one is
// to be printed.
func (w *work) unconfirmed(e *effect, reason error) error {
	if !w.printsDocument() {
		return reason
	}
	for _, t := range w.targets {
		if t.pending() {
			t.err = reason
		}
	}
	if err := w.print(e); err != nil {
		return &cli.WriteError{Err: err}
	}
	return reason
}

// pending reports whether any Stage is to be written.
func (w *work) pending() bool { return slices.ContainsFunc(w.targets, (*target).pending) }

// planned reports whether any Stage is to become otherwise.
func (w *work) planned() bool { return slices.ContainsFunc(w.targets, (*target).planned) }

// read reads the Stages that are meant, and plans what is to become of each.
func (w *work) read(ctx context.Context) error {
	if w.stages.named() {
		for _, name := range w.stages.names {
			t := &target{name: name}
			w.targets = append(w.targets, t)
			object, err := w.client.Stage(ctx, w.project, name)
			if err == nil {
				t.stage, err = w.options.read(object)
			}
			t.err = w.explain(err, "get")
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	}
	objects, err := w.client.Stages(ctx, w.project, w.stages.labels)
	if err != nil {
		return w.explain(err, "list")
	}
	for i := range objects {
		stage, err := w.options.read(&objects[i])
		if err == nil { // otherwise nothing of it is meant
			w.targets = append(w.targets, &target{name: stage.name(), stage: stage})
		}
	}
	if skipped := len(objects) - len(w.targets); skipped > 0 {
		w.tellSkipped(w.env, skipped)
	}
	return nil
}

// tellSkipped says how many of the selected Stages are left out, and why.
func (o *options) tellSkipped(env cli.Env, n int) {
	why := "without an upstream Stage"
	if o.warehouse != "" {
		why = fmt.Sprintf("without a request for Freight of Warehouse %q", o.warehouse)
	}
	tellNotes(env, fmt.Sprintf("left out: %s %s", stages(n), why))
}

func stages(n int) string {
	if n == 1 {
		return "1 Stage"
	}
	return fmt.Sprintf("%d Stages", n)
}

// The releases that the field came with, and that honour it everywhere.
const (
	firstWithStrategies = "v1.3.0"
	firstExact          = "v1.3.3"
)

// knowsStrategies looks into the API server's schema: an old Kargo would drop the
// field. Where nothing is told, the strict validation of the write decides.
func (w *work) knowsStrategies(ctx context.Context) error {
	releases, err := w.client.Releases(ctx)
	w.releases = releases
	if err == nil && !releases.Since(firstWithStrategies) {
		return fmt.Errorf("nothing was changed: Kargo %s does not know availabilityStrategy; %s", releases, neededRelease())
	}
	return ctx.Err()
}

func neededRelease() string {
	return fmt.Sprintf("needed is Kargo %s or later, and %s or later for manual Promotions to obey it", firstWithStrategies, firstExact)
}

// explain adds to an error of the API server what would help.
func (w *work) explain(err error, verb string) error {
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "unknown field") && strings.Contains(err.Error(), strategyField):
		return fmt.Errorf("%w; %s", err, neededRelease())
	case apierrors.IsForbidden(err) && !strings.Contains(err.Error(), "admission webhook"):
		return fmt.Errorf("%w; needed is an RBAC rule with apiGroups: [%s], resources: [stages], verbs: [%s]", err, kargo.Group, verb)
	case apierrors.IsNotFound(err) && apierrors.IsUnexpectedServerError(err): // a path that is not served has no Status
		return fmt.Errorf("the API server has no stages of %s (%s): is Kargo installed there?", kargo.APIVersion, w.client.Where())
	default:
		return err
	}
}

// failure is how the command ends: with the one error there is, or with a count of
// those that were told.
func (w *work) failure() error {
	failed := 0
	var last error
	for _, t := range w.targets {
		if t.err != nil {
			failed++
			last = t.err
		}
	}
	switch {
	case failed == 0:
		return nil
	case len(w.targets) == 1:
		return last
	default:
		return fmt.Errorf("%d of %s failed", failed, stages(len(w.targets)))
	}
}
