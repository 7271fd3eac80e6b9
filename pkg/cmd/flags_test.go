package cmd_test

import (
	"testing"

	"github.com/spf13/pflag"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd"
)

// A flag whose values are a few words says which, for completion and, as for -o, for
// the variable that stands in for it.
func TestFlagsSayTheirChoices(t *testing.T) {
	e, _, _ := env()
	found := map[string]int{}
	for _, c := range commands(cmd.New(e)) {
		check := func(flag *pflag.Flag) {
			switch flag.Name {
			case "output", "color", "for", "dry-run":
				found[flag.Name]++
				if len(cli.Choices(flag)) < 2 {
					t.Errorf("%s --%s does not say what it can be", c.CommandPath(), flag.Name)
				}
			}
		}
		c.Flags().VisitAll(check)
		c.PersistentFlags().VisitAll(check)
	}
	if len(found) != 4 || found["output"] < 6 {
		t.Errorf("found only %v", found)
	}
}

// A flag that takes a value is completed by words or, if it is a file, by the shell.
func TestFlagsAreCompleted(t *testing.T) {
	e, _, _ := env()
	files := map[string]bool{
		"filename": true, "live": true, "template": true, "config": true, "baseline": true, "kubeconfig": true, "cache-dir": true,
		"certificate-authority": true, "client-certificate": true, "client-key": true,
	}
	for _, c := range commands(cmd.New(e)) {
		check := func(flag *pflag.Flag) {
			if _, completed := c.GetFlagCompletionFunc(flag.Name); completed == files[flag.Name] {
				t.Errorf("%s --%s: completed by words: %v", c.CommandPath(), flag.Name, completed)
			}
		}
		c.Flags().VisitAll(check)
		c.PersistentFlags().VisitAll(check)
	}
}
