package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// ConnectionFlags say which cluster to talk to and how to talk to the person.
// They belong to every verb.
type ConnectionFlags struct {
	// Kube are kubectl's own. Its namespace is the first of Namespaces.
	Kube *genericclioptions.ConfigFlags
	// Namespaces are those that -n names.
	Namespaces   []string
	KargoVersion string
	Color        ColorMode
	// Verbosity is that of client-go's log.
	Verbosity int
}

// NewConnectionFlags returns the flags with their defaults.
func NewConnectionFlags() *ConnectionFlags {
	return &ConnectionFlags{Kube: genericclioptions.NewConfigFlags(true), Color: ColorAuto}
}

// AddTo registers the flags.
func (f *ConnectionFlags) AddTo(flags *pflag.FlagSet) {
	f.Kube.AddFlags(flags)
	namespace := flags.Lookup("namespace")
	namespace.Value = projectNames{&f.Namespaces, f.Kube.Namespace}
	namespace.Usage = "the Project, as a namespace; several with commas, or repeated"
	flags.Lookup("request-timeout").Usage = "how long one request may take, with all of its answer (1s, 2m, 3h); a command makes several. " +
		"With 0 a request fails when the server sends nothing for 75s, and reading a cluster after 10m"
	flags.StringVar(&f.KargoVersion, "kargo-version", "", "apply the rules of this Kargo version, such as v1.11.2 (default: detected from the cluster's schema, else the newest)")
	flags.Var(&f.Color, "color", "when to color the output")
	SetChoices(flags, "color", colorModes()...)
	flags.IntVarP(&f.Verbosity, "v", "v", 0, "log requests to stderr, without credentials: 6 each request, 7 to 9 headers and bodies, too")
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

// projectNames are the names of Projects that a flag collects. It is a pflag.Value.
type projectNames struct {
	names *[]string
	// first is kept the first of the names; nil where nobody needs it.
	first *string
}

// Set adds the names in a list with commas. Empty ones are left out: kubectl takes
// an empty namespace for none.
func (p projectNames) Set(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		if name != "" && !slices.Contains(*p.names, name) {
			*p.names = append(*p.names, name)
		}
	}
	if p.first != nil && len(*p.names) > 0 {
		*p.first = (*p.names)[0]
	}
	return nil
}

// String returns the names with commas between them.
func (p projectNames) String() string {
	if p.names == nil {
		return ""
	}
	return strings.Join(*p.names, ",")
}

// Type names the value in help.
func (projectNames) Type() string { return "strings" }

// InputFlags say which Projects to read, from where, and at which time to judge them. They belong
// to every verb that reads.
type InputFlags struct {
	Projects    []string
	AllProjects bool
	Files       []string
	Recursive   bool
	At          string
	set         *pflag.FlagSet
	// one says that the verb is about one Project.
	one bool
}

// AddProjectTo registers only the flag that names a Project, for a verb that asks a
// cluster about one.
func (f *InputFlags) AddProjectTo(cmd *cobra.Command) {
	f.set, f.one = cmd.Flags(), true
	f.set.VarP(projectNames{names: &f.Projects}, "project", "p", "the Project; the same as --namespace")
}

// AddTo registers the flags.
func (f *InputFlags) AddTo(cmd *cobra.Command) {
	f.AddProjectTo(cmd)
	f.one = false
	flags := cmd.Flags()
	flags.BoolVarP(&f.AllProjects, "all-namespaces", "A", false, "all Projects of the cluster")
	flags.StringSliceVarP(&f.Files, "filename", "f", nil, "read these files or directories (- is standard input), not a cluster; every Project in them, unless one is named")
	flags.BoolVarP(&f.Recursive, "recursive", "R", false, "with -f, search directories recursively")
	flags.StringVar(&f.At, "at", "", "judge at this time: RFC 3339, or +2h for two hours from now; only the clock moves, the objects stay")
}

// Options are InputFlags and ConnectionFlags made fit for use.
type Options struct {
	Connection *ConnectionFlags
	// Project is the one named, "" when none is, several are, or all are asked for.
	Project string
	// Projects are those named when they are several; else nil.
	Projects    []string
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
	projects, err := f.named(connection)
	problems = append(problems, err)
	var project string
	if len(projects) == 1 {
		project, projects = projects[0], nil
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
		Projects:    projects,
		AllProjects: f.AllProjects,
		Files:       f.Files,
		Recursive:   f.Recursive,
		At:          at,
		AtGiven:     f.At != "",
		Releases:    releases,
	}, errors.Join(problems...)
}

// named returns the Projects that the flags name; none where all are asked for, as with
// kubectl, whatever else was said.
func (f *InputFlags) named(connection *ConnectionFlags) ([]string, error) {
	projects, namespaces := f.Projects, connection.Namespaces
	switch {
	case f.AllProjects:
		return nil, nil
	case len(projects) == 0:
		projects = namespaces
	case len(namespaces) > 0 && !slices.Equal(slices.Sorted(slices.Values(projects)), slices.Sorted(slices.Values(namespaces))):
		return projects, fmt.Errorf("--project %q and --namespace %q name different Projects", strings.Join(projects, ","), strings.Join(namespaces, ","))
	}
	if f.one && len(projects) > 1 {
		return projects, fmt.Errorf("this command is about one Project, not several: %s", strings.Join(projects, ", "))
	}
	return projects, nil
}

// NotEmpty returns an error when a flag was given an empty value, as by a variable
// of a shell that is not set: it would select everything.
func NotEmpty(flags *pflag.FlagSet, name string, values []string) error {
	if flags.Changed(name) && (len(values) == 0 || slices.Contains(values, "")) {
		return fmt.Errorf("--%s is empty", name)
	}
	return nil
}
