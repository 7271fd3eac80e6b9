package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/go-json-experiment/json"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/owner"
)

// checkOwners finds the Stages that a tool applies and will revert. A Stage that is
// reverted at once is refused unless forced; for the others there is a warning.
func (e *Edit) checkOwners(ctx context.Context) {
	for _, s := range e.stages {
		if !s.Pending() {
			continue
		}
		s.Err = e.checkOwner(ctx, s)
		s.Refused = s.Err != nil
		if len(owner.Of(s.Plan.Object)) > 0 {
			e.owned = append(e.owned, s)
		}
	}
}

// checkOwner warns of the owners of a Stage, and fails if one of them would revert the
// change by itself.
func (e *Edit) checkOwner(ctx context.Context, s *edit.Stage) error {
	var refusals []error
	for _, o := range owner.Of(s.Plan.Object) {
		refusals = append(refusals, e.checkOneOwner(ctx, s, o))
	}
	return errors.Join(refusals...)
}

func (e *Edit) checkOneOwner(ctx context.Context, s *edit.Stage, o owner.Owner) error {
	unsure := ""
	if o.Tool == owner.ArgoCD {
		var err error
		if o.Heals, err = e.selfHeals(ctx, o); err != nil {
			unsure = fmt.Sprintf(" (whether it does so by itself is unknown: %v)", err)
		}
	}
	switch {
	case o.Heals && !e.Force:
		return fmt.Errorf("stage %q: not changed: %s would revert the change by itself; commit it there, or use --force to write it anyway", s.Name, o)
	case o.Heals:
		e.Reporter.Warn(fmt.Sprintf("Stage %q is applied by %s, which will revert the change by itself", s.Name, o))
	case o.Tool == owner.Kubectl:
		e.Reporter.Warn(fmt.Sprintf("Stage %q comes from kubectl apply: the next apply of the old manifest reverts the change", s.Name))
	default:
		e.Reporter.Warn(fmt.Sprintf("Stage %q is applied by %s, which will revert the change when it next applies it%s", s.Name, o, unsure))
	}
	return nil
}

// CommitSteps returns lines that say what to commit for the Stages that a tool applies;
// none when no Stage has an owner.
func (e *Edit) CommitSteps() []string {
	if len(e.owned) == 0 {
		return nil
	}
	lines := []string{"To keep the change, commit it where these Stages are applied from:"}
	words := []string{"kubectl", "kargo-avail", "set-strategy"}
	for _, s := range e.owned {
		for i := range s.Plan.Fields {
			f := &s.Plan.Fields[i]
			switch {
			case !f.Writes:
			case f.NewValue() == nil:
				lines = append(lines, fmt.Sprintf("  %s: remove %s", s.Name, f.Path()))
			default:
				lines = append(lines, fmt.Sprintf("  %s: %s: %s", s.Name, f.Path(), f.To))
			}
		}
		words = append(words, s.Name)
	}
	if e.Warehouse != "" {
		words = append(words, "--warehouse="+e.Warehouse)
	}
	switch e.Rule {
	case change.Unset():
		words = append(words, "--unset")
	case change.All():
		words = append(words, "all")
	default:
		words = append(words, "any")
	}
	words = append(words, "-f", ".", "-R", "--in-place")
	return append(lines, "or run this in a clone of it: "+shellescape.QuoteCommand(words))
}

// argoNamespace is where Argo CD keeps its Applications by default.
const argoNamespace = "argocd"

// selfHeals asks an Argo CD Application whether it reverts changes by itself.
func (e *Edit) selfHeals(ctx context.Context, o owner.Owner) (bool, error) {
	if o.Name == "" {
		return false, errors.New("the Stage does not name its Application")
	}
	result := e.client.REST().Get().AbsPath("/apis/argoproj.io/v1alpha1").Namespace(cmp.Or(o.Namespace, argoNamespace)).
		Resource("applications").Name(o.Name).Do(ctx)
	switch err := result.Error(); {
	case err == nil:
	case apierrors.IsNotFound(err) && apierrors.IsUnexpectedServerError(err): // a path that is not served has no Status
		return false, errors.New("this cluster has no Argo CD; one in another cluster may apply the Stage")
	default:
		return false, fmt.Errorf("the Application could not be read: %w", err)
	}
	text, err := result.Raw()
	if err != nil {
		return false, err
	}
	var application struct {
		Spec struct {
			SyncPolicy struct {
				// Automated is nil where nothing is synced by itself.
				Automated *struct {
					// Enabled is true where it is absent.
					Enabled  *bool `json:"enabled"`
					SelfHeal bool  `json:"selfHeal"`
				} `json:"automated"`
			} `json:"syncPolicy"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(text, &application); err != nil {
		return false, fmt.Errorf("the Application could not be decoded: %s", strings.TrimSpace(err.Error()))
	}
	automated := application.Spec.SyncPolicy.Automated
	return automated != nil && automated.SelfHeal && (automated.Enabled == nil || *automated.Enabled), nil
}
