package cli

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// ConnectionFlags say which cluster to talk to and how to talk to the person.
// They belong to every verb.
type ConnectionFlags struct {
	// Kube are kubectl's own.
	Kube         *genericclioptions.ConfigFlags
	KargoVersion string
	Color        ColorMode
}

// NewConnectionFlags returns the flags with their defaults.
func NewConnectionFlags() *ConnectionFlags {
	return &ConnectionFlags{Kube: genericclioptions.NewConfigFlags(true), Color: ColorAuto}
}

// AddTo registers the flags.
func (f *ConnectionFlags) AddTo(flags *pflag.FlagSet) {
	f.Kube.AddFlags(flags)
	flags.StringVar(&f.KargoVersion, "kargo-version", "", "judge by the rules of this Kargo version, such as v1.11.2 (default: told from the cluster's schema, else the newest rules)")
	flags.Var(&f.Color, "color", "when to colour the output")
	SetChoices(flags, "color", colorModes()...)
}

// Releases reads --kargo-version; the unknown range when it is not given.
func (f *ConnectionFlags) Releases() (kargo.Releases, error) {
	if f.KargoVersion == "" {
		return kargo.Releases{}, nil
	}
	releases, err := kargo.ParseRelease(f.KargoVersion)
	if err != nil {
		return kargo.Releases{}, fmt.Errorf("--kargo-version: %w", err)
	}
	return releases, nil
}

// InputFlags say which Projects to read, from where, and as of when. They belong
// to every verb that reads.
type InputFlags struct {
	Project     string
	AllProjects bool
	Files       []string
	Recursive   bool
	At          string
	set         *pflag.FlagSet
}

// AddProjectTo registers only the flag that names a Project, for a verb that asks a
// cluster about one.
func (f *InputFlags) AddProjectTo(cmd *cobra.Command) {
	f.set = cmd.Flags()
	f.set.StringVarP(&f.Project, "project", "p", "", "the Project; the same as --namespace")
}

// AddTo registers the flags.
func (f *InputFlags) AddTo(cmd *cobra.Command) {
	f.AddProjectTo(cmd)
	flags := cmd.Flags()
	flags.BoolVarP(&f.AllProjects, "all-namespaces", "A", false, "all Projects of the cluster")
	flags.StringSliceVarP(&f.Files, "filename", "f", nil, "read these files or directories (- is standard input) and no cluster; every Project in them unless one is named")
	flags.BoolVarP(&f.Recursive, "recursive", "R", false, "with -f, go into the directories within directories")
	flags.StringVar(&f.At, "at", "", "judge as of this instant: RFC 3339, or +2h for two hours from now; only the clock moves, never the objects")
}

// Options are InputFlags and ConnectionFlags made fit for use.
type Options struct {
	Connection *ConnectionFlags
	// Project is the one named, "" when none is or all are asked for.
	Project     string
	AllProjects bool
	Files       []string
	Recursive   bool
	// At is the instant of judgment in UTC; AtGiven says that a person named it.
	At      time.Time
	AtGiven bool
	// Releases is unknown unless --kargo-version was given.
	Releases kargo.Releases
}

// Options checks the flags against each other. Its error joins all that is wrong.
func (f *InputFlags) Options(connection *ConnectionFlags, env Env) (Options, error) {
	var problems []error
	project := *connection.Kube.Namespace
	if f.Project != "" && project != "" && f.Project != project && !f.AllProjects {
		problems = append(problems, fmt.Errorf("--project %q and --namespace %q name different Projects", f.Project, project))
	}
	if f.Project != "" {
		project = f.Project
	}
	if f.AllProjects {
		project = "" // as with kubectl, whatever else was said
	}
	problems = append(problems, NotEmpty(f.set, "filename", f.Files)) // it must not turn into a question to the cluster
	if f.Recursive && !f.set.Changed("filename") {
		problems = append(problems, errors.New("--recursive needs --filename"))
	}
	at, err := parseAt(f.At, env.Now())
	problems = append(problems, err)
	releases, err := connection.Releases()
	problems = append(problems, err)
	return Options{
		Connection:  connection,
		Project:     project,
		AllProjects: f.AllProjects,
		Files:       f.Files,
		Recursive:   f.Recursive,
		At:          at,
		AtGiven:     f.At != "",
		Releases:    releases,
	}, errors.Join(problems...)
}

// NotEmpty returns an error when a flag was given an empty value, as by a variable
// of a shell that is not set: it would select everything.
func NotEmpty(flags *pflag.FlagSet, name string, values []string) error {
	if flags.Changed(name) && (len(values) == 0 || slices.Contains(values, "")) {
		return fmt.Errorf("--%s is empty", name)
	}
	return nil
}
