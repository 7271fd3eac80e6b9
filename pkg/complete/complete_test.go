package complete

import (
	stdcmp "cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// world is a command with the flags that choose a Project, and an API server.
type world struct {
	Completer
	cmd *cobra.Command

	mu       sync.Mutex
	requests []string // path and label selector
	full     []string // the paths of what was asked for whole
}

// newWorld has an API server that answers with the names of lists by path, and a command
// that was given these flags.
func newWorld(t *testing.T, answers map[string]string, variables map[string]string, args ...string) *world {
	t.Helper()
	w := &world{}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.requests = append(w.requests, strings.TrimSpace(r.URL.Path+" "+r.URL.Query().Get("labelSelector")))
		if !strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadataList") {
			w.full = append(w.full, r.URL.Path)
		}
		out.Header().Set("Content-Type", "application/json")
		items, ok := answers[r.URL.Path]
		if !ok {
			out.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(out, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`)
			return
		}
		out.Header().Add("Warning", `299 - "this API is old"`)
		_, _ = io.WriteString(out, `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{},"items":[`+items+`]}`)
	}))
	t.Cleanup(server.Close)
	w.Completer, w.cmd = completer(t, variables, append(args, "--server", server.URL)...)
	return w
}

// completer is one for a command that was given these flags, in a world without a
// kubeconfig. It fails the test if anything is said.
func completer(t *testing.T, variables map[string]string, args ...string) (Completer, *cobra.Command) {
	t.Helper()
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	streams, _, out, errOut := genericiooptions.NewTestIOStreams()
	t.Cleanup(func() {
		if out.Len()+errOut.Len() > 0 {
			t.Errorf("said %q%q", out, errOut)
		}
	})
	env := cli.Env{IOStreams: streams, Now: time.Now, Getenv: func(name string) (string, bool) { return variables[name], true }}
	connection, input := cli.NewConnectionFlags(), &cli.InputFlags{}
	cmd := &cobra.Command{Use: "list"}
	connection.AddTo(cmd.Flags())
	input.AddTo(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	cmd.SetContext(t.Context())
	return New(env, connection), cmd
}

const api = "/apis/kargo.akuity.io/v1alpha1"

// item is an object of a list.
func item(namespace, name, created, alias string) string {
	return `{"metadata":{"namespace":"` + namespace + `","name":"` + name + `","creationTimestamp":"` + created + `","labels":{"kargo.akuity.io/alias":"` + alias + `"}}}`
}

const day, later = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"

func TestNamesComeFromTheProjectThatIsMeant(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		args      []string
		want      string
	}{
		"that of the context":     {nil, nil, "/namespaces/default"},
		"that of --project":       {nil, []string{"-p", "web"}, "/namespaces/web"},
		"that of --namespace":     {nil, []string{"-n", "web"}, "/namespaces/web"},
		"that of the environment": {map[string]string{"KARGO_AVAIL_PROJECT": "web"}, nil, "/namespaces/web"},
		"all":                     {map[string]string{"KARGO_AVAIL_PROJECT": "web"}, []string{"-A"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			one := strings.TrimPrefix(test.want, "/namespaces/")
			stages := item(stdcmp.Or(one, "b"), "uat", day, "") + "," + item(stdcmp.Or(one, "a"), "prod", day, "")
			if one == "" {
				stages += "," + item("b", "prod", day, "")
			}
			w := newWorld(t, map[string]string{api + test.want + "/stages": stages}, test.variables, test.args...)
			got, directive := w.Stages(w.cmd, nil, "")
			if diff := cmp.Diff([]string{"prod", "uat"}, got); diff != "" || directive != cobra.ShellCompDirectiveNoFileComp {
				t.Errorf("directive %d (-want +got):\n%s", directive, diff)
			}
			if diff := cmp.Diff([]string{api + test.want + "/stages"}, w.requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if len(w.full) > 0 {
				t.Errorf("asked for more than metadata: %q", w.full)
			}
		})
	}
}

func TestFreightOfAClusterIsNewestFirst(t *testing.T) {
	path := api + "/namespaces/default/freights"
	w := newWorld(t, map[string]string{path: item("default", "aaaa", day, "old") + "," + item("default", "bbbb", later, "new") + "," + item("default", "cccc", day, "")}, nil)
	got, directive := w.StageAndFreight(w.cmd, []string{"prod"}, "")
	if diff := cmp.Diff([]string{"new\tbbbb", "cccc\t", "old\taaaa"}, got); diff != "" || directive&cobra.ShellCompDirectiveKeepOrder == 0 {
		t.Errorf("directive %d (-want +got):\n%s", directive, diff)
	}
	if len(w.full) > 0 {
		t.Errorf("asked for more than metadata: %q", w.full)
	}
}

// Who may list only one of Projects and namespaces is offered these.
func TestProjectsAreObjectsOrNamespaces(t *testing.T) {
	objects, namespaces := api+"/projects", "/api/v1/namespaces"
	for name, test := range map[string]struct {
		answers map[string]string
		want    []string
	}{
		"both":       {map[string]string{objects: item("", "web", day, ""), namespaces: item("", "web", day, "") + "," + item("", "api", day, "")}, []string{"api", "web"}},
		"objects":    {map[string]string{objects: item("", "web", day, "")}, []string{"web"}},
		"namespaces": {map[string]string{namespaces: item("", "api", day, "")}, []string{"api"}},
		"neither":    {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, test.answers, nil)
			got, _ := listed(w.Completer, names.ProjectNames)(w.cmd, nil, "")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			slices.Sort(w.requests)
			if diff := cmp.Diff([]string{namespaces + " kargo.akuity.io/project=true", objects}, w.requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWarehousesOfACluster(t *testing.T) {
	w := newWorld(t, map[string]string{api + "/namespaces/default/warehouses": item("default", "app", day, "")}, nil)
	if got, _ := listed(w.Completer, names.WarehouseNames)(w.cmd, nil, "a"); !slices.Equal(got, []string{"app"}) {
		t.Errorf("got %q", got)
	}
}

// A server that does not answer is given up: without that, this test does not end.
func TestAServerThatIsSilentIsGivenUp(t *testing.T) {
	asked := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	c, cmd := completer(t, nil, "--server", server.URL)
	c.timeout = 100 * time.Millisecond
	if got, directive := c.Stages(cmd, nil, ""); len(got) > 0 || directive != cobra.ShellCompDirectiveNoFileComp {
		t.Errorf("got %q, directive %d", got, directive)
	}
}

// Neither is anything else waited for that knows no end, such as a command that gets
// credentials.
func TestWhatDoesNotEndIsGivenUp(t *testing.T) {
	c, cmd := completer(t, nil, "--server", "http://127.0.0.1:1")
	c.timeout = 100 * time.Millisecond
	release := make(chan struct{})
	defer close(release)
	stuck := func(names, context.Context) ([]string, error) {
		<-release
		return []string{"late"}, nil
	}
	if got := find(c, cmd, stuck); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

// The rules that are offered are those that there are.
func TestRulesThatAreOfferedAreRules(t *testing.T) {
	c, cmd := completer(t, nil)
	words, _ := c.StageRules(cmd, nil, "prod=")
	if len(words) < 5 {
		t.Errorf("only %q", words)
	}
	for _, word := range words {
		rule := strings.TrimPrefix(word, "prod=")
		if strings.HasSuffix(rule, ":") {
			rule += "1"
		}
		if _, err := change.ParseRule(rule); err != nil {
			t.Error(err)
		}
	}
}

// Each release that is offered but the newest brought rules of its own, and what is newer
// than the newest is not known.
func TestReleasesThatAreOfferedMatter(t *testing.T) {
	c, cmd := completer(t, nil)
	complete := c.flag(&pflag.Flag{Name: "kargo-version"})
	words, directive := complete(cmd, nil, "v1.")
	if len(words) < 5 || directive&cobra.ShellCompDirectiveKeepOrder == 0 {
		t.Fatalf("got %q, directive %d", words, directive)
	}
	rules := func(word string) avail.Rules {
		t.Helper()
		release, err := kargo.ParseRelease(word)
		if err != nil {
			t.Fatal(err)
		}
		return avail.RulesFor(release)
	}
	for i, word := range words[1:] {
		if i > 0 && reflect.DeepEqual(rules(word), rules(words[i])) {
			t.Errorf("%s has the rules of %s", word, words[i])
		}
	}
	if notes := rules(words[0]).Notes(); len(notes) > 0 {
		t.Errorf("the newest, %s: %q", words[0], notes)
	}
	newer := words[0][:strings.LastIndex(words[0], ".")+1] + "999"
	if notes := rules(newer).Notes(); len(notes) == 0 {
		t.Errorf("%s is known, too, and %s is offered as the newest", newer, words[0])
	}
}

func TestOnlyPlainWordsAreOffered(t *testing.T) {
	for _, word := range []string{"prod", "lucky-koala", "v1.2.3", "stage/prod", "prod=any", "arn:aws:eks:eu-1:123:cluster/x", "me@x_y", "größe", "a+b"} {
		if !isPlain(word) {
			t.Errorf("%q is not offered", word)
		}
	}
	for _, word := range []string{
		"", "-n", "two words", "tab\tbed", "a\nb", "\x1b[31m", "\x07", "\u009b31m", "bi\u202edi", "\u200b", "$(reboot)", "`reboot`", "a;b", "a|b", "a&b", "a>b", "~", "*", "a'b", `a"b`, `a\b`, "{a,b}", "#a", "!a", "%PATH%", "\xff",
	} {
		if got := offer("", []string{word}); isPlain(word) || len(got) > 0 {
			t.Errorf("%q is offered", word)
		}
	}
}
