package kube

import (
	"maps"
	"slices"

	"k8s.io/cli-runtime/pkg/genericclioptions"
)

// Names are the names in a kubeconfig, sorted.
type Names struct{ Contexts, Clusters, Users []string }

// ReadNames reads the kubeconfig and makes no request.
func ReadNames(flags *genericclioptions.ConfigFlags) (Names, error) {
	raw, err := flags.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return Names{}, err
	}
	return Names{
		Contexts: slices.Sorted(maps.Keys(raw.Contexts)),
		Clusters: slices.Sorted(maps.Keys(raw.Clusters)),
		Users:    slices.Sorted(maps.Keys(raw.AuthInfos)),
	}, nil
}
