package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// command is one with all flags that variables stand in for.
func command(t *testing.T, variables map[string]string, args ...string) (*cobra.Command, *InputFlags, *ConnectionFlags, Env) {
	t.Helper()
	cmd := &cobra.Command{Use: "list"}
	connection, input, document := NewConnectionFlags(), &InputFlags{}, NewDocumentFlags()
	connection.AddTo(cmd.PersistentFlags())
	input.AddTo(cmd)
	document.AddTo(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return cmd, input, connection, Env{Now: time.Now, Getenv: func(name string) (string, bool) {
		value, set := variables[name]
		return value, set
	}}
}

func TestTheProjectOfTheEnvironment(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"is that of no flag":         {nil, "web"},
		"gives way to --project":     {[]string{"-p", "api"}, "api"},
		"gives way to --namespace":   {[]string{"-n", "api"}, "api"},
		"gives way to all Projects":  {[]string{"-A"}, ""},
		"gives way to files":         {[]string{"-f", "x.yaml"}, ""},
		"gives way to an empty flag": {[]string{"-n", ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cmd, input, connection, env := command(t, map[string]string{"KARGO_AVAIL_PROJECT": "web"}, test.args...)
			if err := ApplyVariables(cmd, env); err != nil {
				t.Fatal(err)
			}
			options, err := input.Options(connection, env)
			if err != nil || options.Project != test.want {
				t.Errorf("Project %q, error %v, want %q", options.Project, err, test.want)
			}
		})
	}
}

func TestVariablesStandInForFlags(t *testing.T) {
	all := map[string]string{"KARGO_AVAIL_OUTPUT": "json", "KARGO_AVAIL_COLOR": "always", "KARGO_AVAIL_KARGO_VERSION": "v1.8.0"}
	for name, test := range map[string]struct {
		variables map[string]string
		args      []string
		want      [3]string // of output, color, kargo-version
		from      string    // the variable of the output
	}{
		"none":             {want: [3]string{"", "auto", ""}},
		"all":              {all, nil, [3]string{"json", "always", "v1.8.0"}, "KARGO_AVAIL_OUTPUT"},
		"empty ones":       {map[string]string{"KARGO_AVAIL_OUTPUT": "", "KARGO_AVAIL_COLOR": "", "KARGO_AVAIL_KARGO_VERSION": ""}, nil, [3]string{"", "auto", ""}, ""},
		"beside flags":     {all, []string{"-o", "yaml", "--color=never", "--kargo-version=v1.11.2"}, [3]string{"yaml", "never", "v1.11.2"}, ""},
		"beside defaults":  {all, []string{"-o", "", "--color=auto"}, [3]string{"", "auto", "v1.8.0"}, ""},
		"beside templates": {all, []string{"--template", "{{.kind}}"}, [3]string{"", "always", "v1.8.0"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cmd, _, _, env := command(t, test.variables, test.args...)
			if err := ApplyVariables(cmd, env); err != nil {
				t.Fatal(err)
			}
			var got [3]string
			for i, name := range []string{"output", "color", "kargo-version"} {
				got[i] = cmd.Flags().Lookup(name).Value.String()
			}
			if from := VariableOf(cmd, "output"); got != test.want || from != test.from {
				t.Errorf("got %q, the output from %q; want %q from %q", got, from, test.want, test.from)
			}
		})
	}
}

// A format may belong to another command; one that no command has is an error.
func TestTheFormatOfTheEnvironment(t *testing.T) {
	root := &cobra.Command{Use: "root"}
	var wide, plain string
	AddOutput(root, &wide, "json", "wide")
	child := &cobra.Command{Use: "child"}
	AddOutput(child, &plain, "json")
	root.AddCommand(child)
	for value, want := range map[string]string{"json": "json", "json=x": "json=x", "wide": ""} {
		plain = ""
		env := Env{Getenv: func(string) (string, bool) { return value, true }}
		if err := ApplyVariables(child, env); err != nil || plain != want {
			t.Errorf("%s: got %q and %v, want %q", value, plain, err, want)
		}
	}
	err := ApplyVariables(child, Env{Getenv: func(string) (string, bool) { return "xml", true }})
	if usage := (*UsageError)(nil); !errors.As(err, &usage) || !strings.Contains(err.Error(), `KARGO_AVAIL_OUTPUT is "xml": unknown output format, allowed formats are: json,wide`) {
		t.Errorf("got %v", err)
	}
}

func TestBlameVariableNamesItOnlyWhereItCounts(t *testing.T) {
	wrong := &UsageError{Command: "list", Err: errors.New("no such column")}
	for name, test := range map[string]struct {
		args  []string
		err   error
		blame bool
	}{
		"it set the format":     {nil, wrong, true},
		"a flag set the format": {[]string{"-o", "yaml"}, wrong, false},
		"no error of usage":     {nil, errors.New("no answer"), false},
		"no error":              {nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			cmd, _, _, env := command(t, map[string]string{"KARGO_AVAIL_OUTPUT": "json"}, test.args...)
			if err := ApplyVariables(cmd, env); err != nil {
				t.Fatal(err)
			}
			got := BlameVariable(cmd, test.err)
			if (got == nil) != (test.err == nil) || got != nil && strings.Contains(got.Error(), "KARGO_AVAIL_OUTPUT") != test.blame {
				t.Errorf("got %v", got)
			}
		})
	}
}
