package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

func TestKubectl(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{"nothing said", nil, []string{"kubectl"}},
		{"empty values", []string{"--context=", "--kubeconfig="}, []string{"kubectl"}},
		{
			"each that chooses a cluster",
			[]string{"--server=https://10.0.0.1:6443", "--user=jane", "--cluster=c", "--context=my context", "--kubeconfig=/home/jane/.kube/other"},
			[]string{"kubectl", "--kubeconfig=/home/jane/.kube/other", "--context=my context", "--cluster=c", "--user=jane", "--server=https://10.0.0.1:6443"},
		},
		{"not the namespace, which each line has of its own", []string{"-n", "web"}, []string{"kubectl"}},
		{
			"no credentials",
			[]string{
				"--token=secret", "--username=secret", "--password=secret", "--client-key=secret", "--client-certificate=secret", "--certificate-authority=secret",
				"--as=secret", "--as-group=secret", "--as-uid=secret", "--context=c",
			},
			[]string{"kubectl", "--context=c"},
		},
		{"no credentials in the address either", []string{"--server=https://jane:secret@10.0.0.1:6443/x"}, []string{"kubectl", "--server=https://10.0.0.1:6443/x"}},
		{"an address that is none", []string{"--server=://jane:secret@x"}, []string{"kubectl"}},
		{"an address without a scheme", []string{"--server=10.0.0.1:6443"}, []string{"kubectl", "--server=10.0.0.1:6443"}},
		{"the same with credentials", []string{"--server=jane:secret@10.0.0.1:6443"}, []string{"kubectl"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			connection := NewConnectionFlags()
			flags := pflag.NewFlagSet("", pflag.ContinueOnError)
			connection.Kube.WithDeprecatedPasswordFlag()
			connection.AddTo(flags)
			if err := flags.Parse(test.args); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, connection.Kubectl()); diff != "" {
				t.Errorf("Kubectl() (-want +got):\n%s", diff)
			}
		})
	}
}
