// Package owner tells from the metadata of a Stage which tool applies it, and may
// therefore put back what is changed by hand. It is pure.
package owner

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Tool is what applies manifests.
type Tool string

// The tools that are known.
const (
	ArgoCD    Tool = "Argo CD"
	Flux      Tool = "Flux"
	Helm      Tool = "Helm"
	Kustomize Tool = "Kustomize"
	Kubectl   Tool = "kubectl apply"
)

// Owner is a tool that applies a Stage.
type Owner struct {
	Tool Tool
	// Kind, Namespace and Name are those of what the tool applies the Stage for: an
	// Application, a Kustomization, a HelmRelease, a release. Each is "" where the
	// metadata does not say.
	Kind, Namespace, Name string
	// Heals says that the tool is known to put back by itself whatever is changed.
	// For Argo CD the Application says so, not the Stage.
	Heals bool
}

// String names the tool, and what it applies the Stage for.
func (o Owner) String() string {
	switch {
	case o.Name == "" && o.Kind == "":
		return string(o.Tool)
	case o.Name == "":
		return fmt.Sprintf("%s (a %s)", o.Tool, o.Kind)
	case o.Namespace == "":
		return fmt.Sprintf("%s (%s %s)", o.Tool, o.Kind, o.Name)
	default:
		return fmt.Sprintf("%s (%s %s/%s)", o.Tool, o.Kind, o.Namespace, o.Name)
	}
}

// The marks that tools leave.
const (
	argoID       = "argocd.argoproj.io/tracking-id"
	argoInstance = "argocd.argoproj.io/instance"
	instance     = "app.kubernetes.io/instance"
	managedBy    = "app.kubernetes.io/managed-by"

	fluxKustomize = "kustomize.toolkit.fluxcd.io/"
	fluxHelm      = "helm.toolkit.fluxcd.io/"

	helmName      = "meta.helm.sh/release-name"
	helmNamespace = "meta.helm.sh/release-namespace"

	kustomizeOrigin = "config.kubernetes.io/origin"

	lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
)

// Of returns the tools that apply a Stage, the one that decides first; empty when
// nothing tells of any.
func Of(stage metav1.Object) []Owner {
	var owners []Owner
	for _, find := range []func(metav1.Object) (Owner, bool){argoCD, fluxKustomization, fluxHelmRelease} {
		if owner, ok := find(stage); ok {
			owners = append(owners, owner)
		}
	}
	if len(owners) > 0 {
		return owners // what they render with is their business
	}
	for _, find := range []func(metav1.Object) (Owner, bool){helm, kustomize, kubectl} {
		if owner, ok := find(stage); ok {
			return []Owner{owner}
		}
	}
	return nil
}

// argoCD goes by the annotation if it is about this very Stage, as it may have been
// copied; else by Argo CD's own label; else by the label that it shares with others,
// but only if it has written to the Stage.
func argoCD(stage metav1.Object) (Owner, bool) {
	wrote := managed(stage, "argocd-controller", "argocd-application-controller")
	id, object, _ := strings.Cut(stage.GetAnnotations()[argoID], ":")
	var application string
	switch {
	case object == fmt.Sprintf("%s/Stage:%s/%s", kargo.Group, stage.GetNamespace(), stage.GetName()):
		application = id
	case stage.GetLabels()[argoInstance] != "":
		application = stage.GetLabels()[argoInstance]
	case wrote:
		application = stage.GetLabels()[instance]
	default:
		return Owner{}, false
	}
	owner := Owner{Tool: ArgoCD, Kind: "Application", Name: application}
	if namespace, name, ok := strings.Cut(application, "_"); ok { // of an Application outside of Argo CD's own namespace
		owner.Namespace, owner.Name = namespace, name
	}
	return owner, true
}

// fluxKustomization passes over a Stage that Flux is told to leave alone.
func fluxKustomization(stage metav1.Object) (Owner, bool) {
	wrote := managed(stage, "kustomize-controller")
	labels, notes := stage.GetLabels(), stage.GetAnnotations()
	name, policy := labels[fluxKustomize+"name"], strings.ToLower(notes[fluxKustomize+"ssa"])
	if name == "" && !wrote || strings.EqualFold(notes[fluxKustomize+"reconcile"], "disabled") || policy == "ignore" || policy == "ifnotpresent" {
		return Owner{}, false
	}
	return Owner{
		Tool: Flux, Kind: "Kustomization", Namespace: labels[fluxKustomize+"namespace"], Name: name,
		Heals: wrote && policy != "merge", // which keeps what others have added
	}, true
}

func fluxHelmRelease(stage metav1.Object) (Owner, bool) {
	labels := stage.GetLabels()
	name := labels[fluxHelm+"name"]
	if name == "" && !managed(stage, "helm-controller") {
		return Owner{}, false
	}
	return Owner{Tool: Flux, Kind: "HelmRelease", Namespace: labels[fluxHelm+"namespace"], Name: name}, true
}

func helm(stage metav1.Object) (Owner, bool) {
	notes := stage.GetAnnotations()
	if stage.GetLabels()[managedBy] != "Helm" && notes[helmName] == "" && !managed(stage, "helm") {
		return Owner{}, false
	}
	return Owner{Tool: Helm, Kind: "release", Namespace: notes[helmNamespace], Name: notes[helmName]}, true
}

// kustomize says so only where it is asked to; its version stands behind its name.
func kustomize(stage metav1.Object) (Owner, bool) {
	_, told := stage.GetAnnotations()[kustomizeOrigin]
	return Owner{Tool: Kustomize}, told || strings.HasPrefix(stage.GetLabels()[managedBy], "kustomize")
}

// kubectl remembers what it has applied, to tell what the next apply takes away.
func kubectl(stage metav1.Object) (Owner, bool) {
	_, applied := stage.GetAnnotations()[lastApplied]
	return Owner{Tool: Kubectl}, applied
}

// managed reports whether one of the field managers has written to the Stage.
func managed(stage metav1.Object, managers ...string) bool {
	return slices.ContainsFunc(stage.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
		return slices.Contains(managers, entry.Manager)
	})
}
