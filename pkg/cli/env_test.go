package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// in returns an environment with these variables.
func in(variables map[string]string) Env {
	return Env{Getenv: func(name string) (string, bool) {
		value, set := variables[name]
		return value, set
	}}
}

func TestShowsASCIIOnly(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		want      bool
	}{
		"nothing is known":                 {nil, false},
		"UTF-8":                            {map[string]string{"LANG": "en_US.UTF-8"}, false},
		"UTF-8, as macOS writes it":        {map[string]string{"LC_CTYPE": "UTF-8"}, false},
		"utf8, as some systems write it":   {map[string]string{"LANG": "C.utf8"}, false},
		"C":                                {map[string]string{"LANG": "C"}, true},
		"a locale of Latin-1":              {map[string]string{"LANG": "de_DE.ISO-8859-1"}, true},
		"a locale without an encoding":     {map[string]string{"LANG": "de_DE"}, true},
		"LC_ALL counts before LANG":        {map[string]string{"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, true},
		"LC_CTYPE counts before LANG":      {map[string]string{"LC_CTYPE": "C.UTF-8", "LANG": "C"}, false},
		"what is empty does not count":     {map[string]string{"LC_ALL": "", "LANG": "en_US.UTF-8"}, false},
		"a dumb terminal, whatever locale": {map[string]string{"TERM": "dumb", "LANG": "en_US.UTF-8"}, true},
	} {
		if got := in(test.variables).ShowsASCIIOnly(); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestColorsOfTheEnvironment(t *testing.T) {
	terminal, other, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = terminal.Close(), other.Close() })
	for name, test := range map[string]struct {
		variables     map[string]string
		onOne, offOne bool
	}{
		"nothing is set":                       {onOne: true},
		"a dumb terminal":                      {variables: map[string]string{"TERM": "dumb"}},
		"NO_COLOR":                             {variables: map[string]string{"NO_COLOR": ""}},
		"FORCE_COLOR":                          {variables: map[string]string{"FORCE_COLOR": "1", "TERM": "dumb"}, onOne: true, offOne: true},
		"FORCE_COLOR, which turns it off":      {variables: map[string]string{"FORCE_COLOR": "0"}},
		"CLICOLOR_FORCE":                       {variables: map[string]string{"CLICOLOR_FORCE": "1"}, onOne: true, offOne: true},
		"CLICOLOR_FORCE, which forces nothing": {variables: map[string]string{"CLICOLOR_FORCE": "0"}, onOne: true},
		"NO_COLOR against the others":          {variables: map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}},
	} {
		env := in(test.variables)
		if got := env.Colors(ColorAuto, other); got != test.onOne {
			t.Errorf("%s: on a terminal %t", name, got)
		}
		if got := env.Colors(ColorAuto, &bytes.Buffer{}); got != test.offOne {
			t.Errorf("%s: in a pipe %t", name, got)
		}
		if !env.Colors(ColorAlways, &bytes.Buffer{}) || env.Colors(ColorNever, other) {
			t.Errorf("%s counts beside --color", name)
		}
	}
}

func TestKargoProject(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, ".config", "kargo", "config")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		text, want string
		fails      bool
	}{
		"a Project":              {text: "apiAddress: https://kargo\nbearerToken: hush\nproject: web\n", want: "web"},
		"none":                   {text: "apiAddress: https://kargo\n"},
		"an empty file":          {text: ""},
		"something else than it": {text: "bearerToken: hush: hush\nproject: [", fails: true},
	} {
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, variables := range []map[string]string{{"HOME": home}, {"USERPROFILE": home}, {"HOME": "/nowhere", "XDG_CONFIG_HOME": filepath.Join(home, ".config")}} {
			got, err := in(variables).KargoProject()
			if got != test.want || (err != nil) != test.fails {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: the error quotes the file: %v", name, err)
			}
		}
	}
	for _, variables := range []map[string]string{nil, {"HOME": filepath.Join(home, "other")}} {
		if got, err := in(variables).KargoProject(); got != "" || err != nil {
			t.Errorf("without a file: %q, %v", got, err)
		}
	}
}

func TestNamespaces(t *testing.T) {
	for args, want := range map[string][]string{"": nil, "--namespace=": nil, "-n=web": {"web"}, "-n=web,api -n=web -n=shop": {"web", "api", "shop"}} {
		connection, set := NewConnectionFlags(), pflag.NewFlagSet("", pflag.ContinueOnError)
		connection.AddTo(set)
		if err := set.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		first := ""
		if len(want) > 0 {
			first = want[0]
		}
		if diff := cmp.Diff(want, connection.Namespaces); diff != "" || *connection.Kube.Namespace != first {
			t.Errorf("%q: client-go has %q; (-want +got):\n%s", args, *connection.Kube.Namespace, diff)
		}
	}
}

func TestParseStages(t *testing.T) {
	for args, want := range map[string][]string{
		"prod":                      {"prod"},
		"prod,stage/qa stages/uat":  {"prod", "qa", "uat"},
		"stage prod qa":             {"prod", "qa"},
		"Stages.kargo.akuity.io qa": {"qa"},
		"stage":                     {"stage"},
		"stage/stage":               {"stage"},
		"prod,":                     nil,
		"freight/x":                 nil,
	} {
		got, err := ParseStages(strings.Fields(args))
		if (err != nil) != (want == nil) {
			t.Errorf("%q: %v", args, err)
		}
		if err == nil && !cmp.Equal(got, want) {
			t.Errorf("%q: %q, want %q", args, got, want)
		}
	}
}

func TestParseFreight(t *testing.T) {
	for arg, want := range map[string]string{
		"lucky": "lucky", "freight/lucky": "lucky", "freights.kargo.akuity.io/lucky": "lucky",
		"ghcr.io/acme/app:v1": "ghcr.io/acme/app:v1", "": "", "freight/": "",
	} {
		got, err := ParseFreight(arg)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", arg, got, err)
		}
	}
}

// What the log writes is harmless on a terminal.
func TestTheLogIsSanitized(t *testing.T) {
	var out bytes.Buffer
	if _, err := (visibleLines{&out}).Write([]byte("one\x1b[2J\ntwo\n")); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "one\\x1b[2J\ntwo\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := StartLog(Env{IOStreams: genericiooptions.IOStreams{ErrOut: &out}}, 0); err != nil {
		t.Error(err)
	}
}
