package cli

import (
	"net/url"
	"strings"
)

// Kubectl returns how a command line begins that talks to the cluster the flags
// choose: "kubectl" and those of them that say which it is. Credentials are left out,
// as it is to be printed.
func (f *ConnectionFlags) Kubectl() []string {
	words := []string{"kubectl"}
	for _, flag := range []struct{ name, value string }{
		{"kubeconfig", deref(f.Kube.KubeConfig)},
		{"context", deref(f.Kube.Context)},
		{"cluster", deref(f.Kube.ClusterName)},
		{"user", deref(f.Kube.AuthInfoName)},
		{"server", withoutUser(deref(f.Kube.APIServer))},
	} {
		if flag.value != "" {
			words = append(words, "--"+flag.name+"="+flag.value)
		}
	}
	return words
}

func deref(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// withoutUser returns a server's address without the user and password that it may
// hold, "" where it cannot be told apart from them.
func withoutUser(address string) string {
	if !strings.Contains(address, "@") {
		return address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}
