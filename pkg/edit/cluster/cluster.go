// Package cluster edits the availabilityStrategy of Stages in a cluster: it reads them,
// checks who owns them, and patches one after the other.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
)

// Options say how Stages are written.
type Options struct {
	// Manager is the field manager of the write.
	Manager string
	DryRun  edit.DryRun
	// Yes writes a strategy that others changed meanwhile without asking again.
	Yes      bool
	Reporter edit.Reporter
	// Confirm asks about a Stage whose requests changed after the preview was shown; a
	// nil error means go ahead. A Stage about which nobody is asked is not written.
	Confirm func(ctx context.Context, s *edit.Stage, difference string) (asked bool, err error)
}

// Edit is an edit of Stages of one Project. It is an edit.Backend.
type Edit struct {
	edit.Request
	Options
	client  *kube.Client
	project string
	stages  []*edit.Stage
	// releases are what the cluster's schema tells; unknown until Prepare.
	releases kargo.Releases
	// owned are the Stages that a tool applies.
	owned []*edit.Stage
}

// Read reads and plans the Stages of a Project that the request is about.
func Read(ctx context.Context, client *kube.Client, project string, request edit.Request, options Options) (*Edit, error) {
	e := &Edit{Request: request, Options: options, client: client, project: project}
	if request.Named() {
		return e, e.readNamed(ctx)
	}
	return e, e.readSelected(ctx)
}

// readNamed gets each Stage by its name. A Stage that could not be read gets the error.
func (e *Edit) readNamed(ctx context.Context) error {
	for _, name := range e.Names {
		s := &edit.Stage{Project: e.project, Name: name}
		e.stages = append(e.stages, s)
		object, err := e.client.Stage(ctx, e.project, name)
		if err == nil {
			s.Plan, err = e.Plan(object)
		}
		s.Err = e.explain(err, "get")
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// readSelected lists the Stages, and leaves out those that the edit is not about.
func (e *Edit) readSelected(ctx context.Context) error {
	objects, err := e.client.Stages(ctx, e.project, e.Labels)
	if err != nil {
		return e.explain(err, "list")
	}
	for i := range objects {
		plan, err := e.Plan(&objects[i])
		if err == nil {
			e.stages = append(e.stages, &edit.Stage{Project: e.project, Name: plan.Name(), Plan: plan})
		}
	}
	if skipped := len(objects) - len(e.stages); skipped > 0 {
		e.Reporter.Note(e.Skipped(skipped))
	}
	return nil
}

// Stages is part of edit.Backend.
func (e *Edit) Stages() []*edit.Stage { return e.stages }

// Failures is part of edit.Backend: every error is about one Stage.
func (e *Edit) Failures() []error { return nil }

// Releases are what the cluster's schema tells about Kargo's version, known after
// Prepare.
func (e *Edit) Releases() kargo.Releases { return e.releases }

// Prepare is part of edit.Backend: it checks that Kargo knows the field, and who owns
// the Stages.
func (e *Edit) Prepare(ctx context.Context) error {
	if !e.pending() {
		return nil
	}
	if err := e.checkRelease(ctx); err != nil {
		return err
	}
	e.checkOwners(ctx)
	return ctx.Err()
}

func (e *Edit) pending() bool {
	for _, s := range e.stages {
		if s.Pending() {
			return true
		}
	}
	return false
}

// The first releases with the field, and with promotion checks that obey it.
const (
	firstWithStrategies = "v1.3.0"
	firstExact          = "v1.3.3"
)

// checkRelease reads the API server's schema: an old Kargo would drop the field. When
// the schema says nothing, the strict validation of the write decides.
func (e *Edit) checkRelease(ctx context.Context) error {
	releases, err := e.client.Releases(ctx)
	e.releases = releases
	if err == nil && !releases.Since(firstWithStrategies) {
		return fmt.Errorf("not changed: Kargo %s does not know availabilityStrategy; %s", releases, neededRelease())
	}
	return ctx.Err()
}

func neededRelease() string {
	return fmt.Sprintf("this needs Kargo %s or later, and %s or later for manual Promotions to obey it", firstWithStrategies, firstExact)
}

// explain adds to an error of the API server what would help.
func (e *Edit) explain(err error, verb string) error {
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "unknown field") && strings.Contains(err.Error(), "availabilityStrategy"):
		return fmt.Errorf("%w; %s", err, neededRelease())
	case apierrors.IsForbidden(err) && !strings.Contains(err.Error(), "admission webhook"):
		return fmt.Errorf("%w; needed is an RBAC rule with apiGroups: [%s], resources: [stages], verbs: [%s]", err, kargo.Group, verb)
	case apierrors.IsNotFound(err) && apierrors.IsUnexpectedServerError(err): // a path that is not served has no Status
		return fmt.Errorf("the API server has no stages of %s (%s): is Kargo installed there?", kargo.APIVersion, e.client.Where())
	default:
		return err
	}
}

// errNotKept says that the API server dropped the field.
var errNotKept = errors.New("the API server accepted the patch but dropped the field: this Kargo does not support availabilityStrategy")
