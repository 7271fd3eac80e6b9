package owner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/owner"
)

// stage is one that has been written to by these managers.
func stage(labels, annotations map[string]string, managers ...string) *metav1.ObjectMeta {
	meta := &metav1.ObjectMeta{Name: "prod", Namespace: "web", Labels: labels, Annotations: annotations}
	for _, manager := range managers {
		meta.ManagedFields = append(meta.ManagedFields, metav1.ManagedFieldsEntry{Manager: manager})
	}
	return meta
}

func TestOf(t *testing.T) {
	t.Parallel()
	type words = map[string]string
	const id = "argocd.argoproj.io/tracking-id"
	kustomization := words{"kustomize.toolkit.fluxcd.io/name": "web", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
	flux := owner.Owner{Tool: owner.Flux, Kind: "Kustomization", Namespace: "flux-system", Name: "web"}
	healing := flux
	healing.Heals = true
	tests := map[string]struct {
		stage *metav1.ObjectMeta
		want  []owner.Owner
	}{
		"nobody":              {stage(nil, nil), nil},
		"people":              {stage(words{"app.kubernetes.io/instance": "web", "app.kubernetes.io/managed-by": "me"}, nil, "kubectl-edit", "kargo"), nil},
		"Argo CD's id":        {stage(nil, words{id: "web:kargo.akuity.io/Stage:web/prod"}), []owner.Owner{{Tool: owner.ArgoCD, Kind: "Application", Name: "web"}}},
		"an id with its home": {stage(nil, words{id: "apps_web:kargo.akuity.io/Stage:web/prod"}), []owner.Owner{{Tool: owner.ArgoCD, Kind: "Application", Namespace: "apps", Name: "web"}}},
		"a copied id":         {stage(nil, words{id: "web:kargo.akuity.io/Stage:web/uat"}), nil},
		"an id of the past":   {stage(nil, words{id: "web"}), nil},
		"Argo CD's label":     {stage(words{"argocd.argoproj.io/instance": "web"}, nil), []owner.Owner{{Tool: owner.ArgoCD, Kind: "Application", Name: "web"}}},
		"Argo CD's writing":   {stage(words{"app.kubernetes.io/instance": "web"}, nil, "argocd-controller"), []owner.Owner{{Tool: owner.ArgoCD, Kind: "Application", Name: "web"}}},
		"Argo CD, of nothing": {stage(nil, nil, "argocd-application-controller"), []owner.Owner{{Tool: owner.ArgoCD, Kind: "Application"}}},
		"Flux's labels":       {stage(kustomization, nil), []owner.Owner{flux}},
		"Flux":                {stage(kustomization, nil, "kubectl", "kustomize-controller"), []owner.Owner{healing}},
		"Flux without labels": {stage(nil, nil, "kustomize-controller"), []owner.Owner{{Tool: owner.Flux, Kind: "Kustomization", Heals: true}}},
		"Flux that merges":    {stage(kustomization, words{"kustomize.toolkit.fluxcd.io/ssa": "Merge"}, "kustomize-controller"), []owner.Owner{flux}},
		"Flux that creates":   {stage(kustomization, words{"kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent"}, "kustomize-controller"), nil},
		"Flux that ignores":   {stage(kustomization, words{"kustomize.toolkit.fluxcd.io/ssa": "Ignore"}, "kustomize-controller"), nil},
		"Flux put off":        {stage(kustomization, words{"kustomize.toolkit.fluxcd.io/reconcile": "disabled"}, "kustomize-controller"), nil},
		"Flux with Helm": {
			stage(words{"helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "apps", "app.kubernetes.io/managed-by": "Helm"}, nil, "helm-controller"),
			[]owner.Owner{{Tool: owner.Flux, Kind: "HelmRelease", Namespace: "apps", Name: "web"}},
		},
		"Helm": {
			stage(words{"app.kubernetes.io/managed-by": "Helm"}, words{"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "apps"}, "helm"),
			[]owner.Owner{{Tool: owner.Helm, Kind: "release", Namespace: "apps", Name: "web"}},
		},
		"Helm's writing":     {stage(nil, nil, "helm"), []owner.Owner{{Tool: owner.Helm, Kind: "release"}}},
		"Kustomize's label":  {stage(words{"app.kubernetes.io/managed-by": "kustomize-v5.6.0"}, nil), []owner.Owner{{Tool: owner.Kustomize}}},
		"Kustomize's origin": {stage(nil, words{"config.kubernetes.io/origin": "path: base/prod.yaml\n"}), []owner.Owner{{Tool: owner.Kustomize}}},
		"kubectl apply":      {stage(nil, words{"kubectl.kubernetes.io/last-applied-configuration": "{}"}), []owner.Owner{{Tool: owner.Kubectl}}},
		"Helm, with what kubectl left": {
			stage(words{"app.kubernetes.io/managed-by": "Helm"}, words{"kubectl.kubernetes.io/last-applied-configuration": "{}"}),
			[]owner.Owner{{Tool: owner.Helm, Kind: "release"}},
		},
		"Argo CD and Flux": {
			stage(kustomization, words{id: "web:kargo.akuity.io/Stage:web/prod", "config.kubernetes.io/origin": "path: x"}, "kustomize-controller"),
			[]owner.Owner{{Tool: owner.ArgoCD, Kind: "Application", Name: "web"}, healing},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, owner.Of(test.stage)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]owner.Owner{
		"Kustomize":                            {Tool: owner.Kustomize},
		"Helm (a release)":                     {Tool: owner.Helm, Kind: "release"},
		"Argo CD (Application web)":            {Tool: owner.ArgoCD, Kind: "Application", Name: "web"},
		"Flux (Kustomization flux-system/web)": {Tool: owner.Flux, Kind: "Kustomization", Namespace: "flux-system", Name: "web"},
	} {
		if got := o.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
