// Package version is the verb version: which build this is, and which Kargo's
// rules apply to the cluster.
package version

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/version"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	f := &flags{}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show this plugin's version, and the Kargo version whose rules apply",
		Long: `Show this plugin's version, and the Kargo version whose rules it applies: the one in
--kargo-version, else the one that the cluster's schema reveals, else the newest.`,
		Example: `  # Of the plugin, and of Kargo in the current cluster
  kubectl kargo-avail version

  # Of the plugin alone, without a cluster
  kubectl kargo-avail version --client`,
		Args:              cli.Args(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			releases, err := connection.Releases()
			if err := errors.Join(f.validate(), err); err != nil {
				return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
			}
			f.given = cmp.Or(cli.VariableOf(cmd, "kargo-version"), "--kargo-version")
			return f.run(cmd.Context(), env, connection, releases)
		},
	}
	cmd.Flags().StringSliceVarP(&f.files, "filename", "f", nil, "show which rules apply to these files, without contacting a cluster")
	cmd.Flags().BoolVar(&f.client, "client", false, "show only this plugin's version, without contacting a cluster")
	cli.AddOutput(cmd, &f.output, formats.Documents()...)
	return cmd
}

// flags mirror the command line.
type flags struct {
	client bool
	// files are not read: whatever they hold, they are judged by the same rules.
	files  []string
	output string
	// given is where a version is given, if one is.
	given string
}

func (f *flags) validate() error {
	if f.output == "" || slices.Contains(formats.Documents(), f.output) {
		return nil
	}
	return fmt.Errorf("unknown output format %q, allowed formats are: %s", f.output, strings.Join(formats.Documents(), ","))
}

func (f *flags) run(ctx context.Context, env cli.Env, connection *cli.ConnectionFlags, releases kargo.Releases) error {
	v := report.Version{APIVersion: report.APIVersion, Kind: report.VersionKind, Client: version.Get()}
	var err error
	if !f.client {
		// The client's own version is known whatever the cluster says.
		v.Kargo, err = f.rules(ctx, env, connection, releases)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := write(env.Out, &v, f.output); err != nil {
		return &cli.WriteError{Err: err}
	}
	return err
}

// rules says which rules apply and why. An API server that answers and does not
// tell leaves the newest rules; one that does not answer is an error.
func (f *flags) rules(ctx context.Context, env cli.Env, connection *cli.ConnectionFlags, releases kargo.Releases) (*report.KargoRules, error) {
	rules := &report.KargoRules{Source: report.FromFlag, Message: "as " + f.given + " says"}
	switch {
	case releases.Given:
	case len(f.files) > 0:
		rules.Source, rules.Message = report.Assumed, "the newest rules, as files do not say which Kargo they are for; --kargo-version does"
	default:
		client, err := load.Connect(env, connection)
		if err != nil {
			return nil, err
		}
		defer load.ShowWaiting(ctx, env, client)()
		rules.Source, rules.Message = report.FromSchema, "as the schema of Kargo's API in the cluster tells"
		releases, err = client.Releases(ctx)
		var none *kube.NoSchemaError
		switch {
		case errors.As(err, &none):
			rules.Source, rules.Message = report.Assumed, "the newest rules, as the cluster does not tell: "+none.Reason
		case err != nil:
			return nil, err
		}
	}
	rules.Version = releases.String()
	rules.Notes = append([]string{}, avail.RulesFor(releases).Notes()...)
	return rules, nil
}

func write(w io.Writer, v *report.Version, format string) error {
	if format == "" {
		return writeText(w, v)
	}
	return formats.Document(w, v, format, nil)
}

func writeText(w io.Writer, v *report.Version) error {
	var text strings.Builder
	fmt.Fprintf(&text, "Client: %s", v.Client.Version)
	if v.Client.Revision != "" {
		fmt.Fprintf(&text, " (%.7s)", v.Client.Revision)
	}
	fmt.Fprintf(&text, ", %s, %s\n", v.Client.Go, v.Client.Platform)
	if v.Kargo != nil {
		fmt.Fprintf(&text, "Kargo:  %s: %s\n", v.Kargo.Version, term.Sanitize(v.Kargo.Message))
		for _, note := range v.Kargo.Notes {
			fmt.Fprintf(&text, "        %s\n", note)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}
