package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// projects is an API server with Projects that have a Stage "prod" each and one named
// after the Project. Who asks may list the Stages of some.
type projects struct {
	// allowed says of each Project whether its Stages may be listed.
	allowed map[string]bool
	// everywhere says that the Stages of all namespaces may be listed at once, hidden that
	// the Projects may not be.
	everywhere, hidden bool
	// bare is a Project without a Stage "prod".
	bare string
}

// ServeHTTP is part of http.Handler.
func (p projects) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	resource, namespace := parts[len(parts)-1], ""
	if len(parts) > 4 {
		namespace = parts[4]
	}
	switch {
	case resource == "projects" && !p.hidden:
		var items []any
		for name := range p.allowed {
			items = append(items, map[string]any{"metadata": map[string]any{"name": name}})
		}
		reply(w, resource, items)
	case resource == "projects", parts[0] == "api", resource == "stages" && namespace == "" && !p.everywhere, resource == "stages" && namespace != "" && !p.allowed[namespace]:
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"%s in %q is forbidden"}`, resource, namespace)
	case resource == "stages":
		var items []any
		for name := range p.allowed {
			for _, stage := range []string{"prod", name} {
				if only := strings.TrimPrefix(r.URL.Query().Get("fieldSelector"), "metadata.name="); (namespace == "" || namespace == name) && (only == "" || only == stage) && (stage != "prod" || name != p.bare) {
					items = append(items, map[string]any{"metadata": map[string]any{"name": stage, "namespace": name}})
				}
			}
		}
		reply(w, resource, items)
	case resource == "v1alpha1":
		_, _ = io.WriteString(w, `{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"kargo.akuity.io/v1alpha1","resources":[{"name":"stages"}]}`)
	default:
		reply(w, resource, []any{})
	}
}

func reply(w io.Writer, resource string, items []any) {
	var texts []string
	for _, item := range items {
		text, _ := json.Marshal(item) // of maps and texts
		texts = append(texts, string(text))
	}
	_, _ = io.WriteString(w, listOf(resource, "{}", texts...))
}

// start returns an environment and options that lead to the server.
func (p projects) start(t *testing.T) (env cli.Env, options cli.Options, errOut *bytes.Buffer) {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	kubeconfig := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(kubeconfig, fmt.Appendf(nil, `{"apiVersion":"v1","kind":"Config","current-context":"prod",`+
		`"contexts":[{"name":"prod","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":%q}}]}`, server.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	connection := cli.NewConnectionFlags()
	*connection.Kube.KubeConfig = kubeconfig
	releases, err := kargo.ParseRelease("v1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	errOut = &bytes.Buffer{}
	env = cli.Env{
		IOStreams: genericiooptions.IOStreams{Out: io.Discard, ErrOut: errOut},
		Now:       time.Now,
		Getenv:    func(string) (string, bool) { return "", false },
	}
	return env, cli.Options{Connection: connection, Releases: releases}, errOut
}

func names(in *Input) string {
	var names []string
	for _, e := range in.Projects {
		names = append(names, e.Project().Name)
	}
	return strings.Join(names, " ")
}

func TestSeveralProjects(t *testing.T) {
	all := map[string]bool{"api": true, "shop": true, "web": true}
	some := map[string]bool{"api": true, "shop": false, "web": true, "zoo": false}
	const leftOut = "left out, as you are not allowed to list Stages there: shop, zoo"
	for name, test := range map[string]struct {
		server  projects
		named   []string
		want    string
		warning string
		err     string
	}{
		"two that are named":             {server: projects{allowed: all}, named: []string{"web", "api"}, want: "api web"},
		"one of two may not be read":     {server: projects{allowed: some}, named: []string{"web", "shop"}, err: `listing stages.kargo.akuity.io in namespace "shop"`},
		"all, at once":                   {server: projects{allowed: all, everywhere: true}, want: "api shop web"},
		"all, one by one":                {server: projects{allowed: all}, want: "api shop web"},
		"all that may be read":           {server: projects{allowed: some}, want: "api web", warning: leftOut},
		"all, none of which may be read": {server: projects{allowed: map[string]bool{"shop": false}}, err: "ask for one Project with -n or -p"},
		"all, which may not be listed":   {server: projects{allowed: all, hidden: true}, err: "ask for one Project with -n or -p"},
	} {
		t.Run(name, func(t *testing.T) {
			env, options, _ := test.server.start(t)
			options.Projects, options.AllProjects = test.named, len(test.named) == 0
			in, err := Projects(t.Context(), env, options)
			if err != nil {
				if test.err == "" || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %q", err, test.err)
				}
				return
			}
			if got := names(in); got != test.want || test.err != "" {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := strings.Join(in.Header.Warnings, "\n"); !strings.Contains(got, test.warning) || test.warning == "" && strings.Contains(got, "left out") {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
		})
	}
}

// A Stage that is not where it is looked for may be in another Project.
func TestStagesOfOtherProjects(t *testing.T) {
	all := map[string]bool{"api": true, "shop": true, "web": true}
	many := map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true, "g": true, "default": true}
	for name, test := range map[string]struct {
		server  projects
		project string
		stage   string
		want    string
	}{
		"one has it":               {projects{allowed: all, everywhere: true}, "web", "shop", "not found in Project \"web\"\nProject \"shop\" has a Stage of this name: -p shop"},
		"several have it":          {projects{allowed: all, everywhere: true, bare: "web"}, "web", "prod", "name one with -p: api, shop"},
		"more than a person reads": {projects{allowed: many, everywhere: true, bare: "default"}, "default", "prod", "name one with -p: a, b, c, d, e and 2 more"},
		"nobody has it":            {projects{allowed: all, everywhere: true}, "web", "zoo", "not found in Project \"web\""},
		"nobody may know":          {projects{allowed: all}, "web", "shop", "not found in Project \"web\""},
		"it can be no name":        {projects{allowed: all, everywhere: true}, "web", "a,b", "not found in Project \"web\""},
	} {
		t.Run(name, func(t *testing.T) {
			env, options, _ := test.server.start(t)
			options.Project = test.project
			in, err := Projects(t.Context(), env, options)
			if err != nil {
				t.Fatal(err)
			}
			if err := in.RequireStages([]string{test.stage}); err == nil || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// Where neither a flag nor the context names a Project, Kargo's own default does.
func TestKargosDefaultProject(t *testing.T) {
	config := t.TempDir()
	if err := os.MkdirAll(filepath.Join(config, "kargo"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(config, "kargo", "config")
	if err := os.WriteFile(path, []byte("project: shop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := projects{allowed: map[string]bool{"default": true, "shop": true, "web": true}}
	env, options, errOut := server.start(t)
	env.Getenv = func(name string) (string, bool) {
		return map[string]string{"XDG_CONFIG_HOME": config}[name], name == "XDG_CONFIG_HOME"
	}
	read := func(project string) string {
		t.Helper()
		options.Project = project
		in, err := Projects(t.Context(), env, options)
		if err != nil {
			t.Fatal(err)
		}
		return names(in)
	}
	if diff := cmp.Diff([]string{"shop", "web"}, []string{read(""), read("web")}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.WriteFile(path, []byte("project: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := read(""); got != "default" || !strings.Contains(errOut.String(), "Warning: the default Project of the kargo CLI is unknown") {
		t.Errorf("with a broken file: %q, and said %q", got, errOut)
	}
}
