package setstrategy

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
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/owner"
)

// heedOwners finds out which Stages others apply, who will put back what is changed
// here. Those of which it is known that they are put back at once are not changed
// without --force; of the others it is said.
func (w *work) heedOwners(ctx context.Context) {
	var owned []*target
	for _, t := range w.targets {
		if !t.pending() {
			continue
		}
		t.err = w.heed(ctx, t)
		t.refused = t.err != nil
		if len(owner.Of(t.stage.object)) > 0 {
			owned = append(owned, t)
		}
	}
	if len(owned) > 0 {
		w.tellCommit(owned)
	}
}

// heed says who applies a Stage, and fails where they would put it back by themselves.
func (w *work) heed(ctx context.Context, t *target) error {
	var refusals []error
	for _, o := range owner.Of(t.stage.object) {
		refusals = append(refusals, w.heedOne(ctx, t, o))
	}
	return errors.Join(refusals...)
}

// heedOne deals with one owner of a Stage.
func (w *work) heedOne(ctx context.Context, t *target, o owner.Owner) error {
	unsure := ""
	if o.Tool == owner.ArgoCD {
		var err error
		if o.Heals, err = w.selfHeals(ctx, o); err != nil {
			unsure = fmt.Sprintf(" (whether it does so by itself is unknown: %s)", cli.Describe(err))
		}
	}
	switch {
	case o.Heals && !w.force:
		return fmt.Errorf("stage %q: not changed, as %s would put it back by itself: commit the change instead, or write it all the same with --force", t.name, o)
	case o.Heals:
		tellWarnings(w.env, w.Connection.Color, fmt.Sprintf("Stage %q is applied by %s, which will put it back by itself", t.name, o))
	case o.Tool == owner.Kubectl:
		tellWarnings(w.env, w.Connection.Color, fmt.Sprintf("Stage %q comes from kubectl apply: the next apply of the old manifest takes the change back", t.name))
	default:
		tellWarnings(w.env, w.Connection.Color, fmt.Sprintf("Stage %q is applied by %s, which will put it back when it next applies it%s", t.name, o, unsure))
	}
	return nil
}

// tellCommit says what is to be committed where the Stages are applied from.
func (w *work) tellCommit(owned []*target) {
	fmt.Fprintln(w.env.ErrOut, "To be committed where they are applied from:")
	words := []string{"kubectl", "kargo-avail", "set-strategy"}
	for _, t := range owned {
		for i := range t.stage.fields {
			f := &t.stage.fields[i]
			switch {
			case !f.writes:
			case f.to() == nil:
				fmt.Fprintf(w.env.ErrOut, "  %s: remove %s\n", visible(t.name), f.path())
			default:
				fmt.Fprintf(w.env.ErrOut, "  %s: %s: %s\n", visible(t.name), f.path(), f.To)
			}
		}
		words = append(words, t.name)
	}
	if w.warehouse != "" {
		words = append(words, "--warehouse="+w.warehouse)
	}
	switch w.rule {
	case change.Unset():
		words = append(words, "--unset")
	case change.All():
		words = append(words, "all")
	default:
		words = append(words, "any")
	}
	words = append(words, "-f", ".", "-R", "--in-place")
	fmt.Fprintln(w.env.ErrOut, "or, in a clone of it: "+visible(shellescape.QuoteCommand(words)))
}

// argoNamespace is where Argo CD has its Applications unless one says otherwise.
const argoNamespace = "argocd"

// selfHeals asks an Argo CD Application whether it puts back by itself what is changed.
func (w *work) selfHeals(ctx context.Context, o owner.Owner) (bool, error) {
	if o.Name == "" {
		return false, errors.New("the Stage does not say which Application it is of")
	}
	result := w.client.REST().Get().AbsPath("/apis/argoproj.io/v1alpha1").Namespace(cmp.Or(o.Namespace, argoNamespace)).
		Resource("applications").Name(o.Name).Do(ctx)
	switch err := result.Error(); {
	case err == nil:
	case apierrors.IsNotFound(err) && apierrors.IsUnexpectedServerError(err): // a path that is not served has no Status
		return false, errors.New("this cluster has no Argo CD, and one in another may apply it")
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
		return false, fmt.Errorf("the Application could not be understood: %s", strings.TrimSpace(err.Error()))
	}
	automated := application.Spec.SyncPolicy.Automated
	return automated != nil && automated.SelfHeal && (automated.Enabled == nil || *automated.Enabled), nil
}
