package graph

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd"
)

var update = flag.Bool("update", false, "write what is drawn now")

// formats maps the endings of golden files to the formats that they hold.
func formats() map[string]string {
	return map[string]string{"txt": "", "svg": "svg", "html": "html", "mmd": "mermaid", "dot": "dot", "json": "json"}
}

// pipelines returns the files with pipelines, by name.
func pipelines(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for pattern, ending := range map[string]string{"../../examples/*.yaml": ".yaml", "../conformance/recorded/*.expected.json": ".expected.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			file = strings.TrimSuffix(file, ending) + ".yaml"
			files[strings.TrimSuffix(filepath.Base(file), ".yaml")] = file
		}
	}
	if len(files) < 11 {
		t.Fatalf("only %d pipelines were found", len(files))
	}
	return files
}

// moment is the time that an example names, or that a recorded moment was expected at.
func moment(t *testing.T, file string) string {
	t.Helper()
	at := regexp.MustCompile(`Read it as of then: --at (\S+Z)`)
	if strings.Contains(file, "recorded") {
		file, at = strings.TrimSuffix(file, ".yaml")+".expected.json", regexp.MustCompile(`"now": "(\S+Z)"`)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	named := at.FindSubmatch(text)
	if named == nil {
		t.Fatalf("no time is named in %s", file)
	}
	return string(named[1])
}

// withoutAssets leaves the style, the script and their hashes out of a page: they are the
// same in all, and files of their own.
func withoutAssets(page string) string {
	for _, part := range []string{`(<style>)[^<]*`, `(<script>)(?s:.*?)(?:</script>)`, `(sha256-)[^']*`} {
		page = regexp.MustCompile(part).ReplaceAllString(page, "$1")
	}
	return page
}

// draw runs the verb and returns what it prints.
func draw(t *testing.T, args ...string) string {
	t.Helper()
	streams, _, out, errOut := genericiooptions.NewTestIOStreams()
	env := cli.Env{IOStreams: streams, Now: time.Now, Getenv: func(string) (string, bool) { return "", false }}
	if code := cmd.Run(t.Context(), env, append([]string{"graph"}, args...)); code != cli.ExitDone {
		t.Fatalf("graph %s exits with %d: %s", strings.Join(args, " "), code, errOut)
	}
	return out.String()
}

// Every pipeline is drawn as its golden files say. -update writes them.
func TestGolden(t *testing.T) {
	for name, file := range pipelines(t) {
		for ending, format := range formats() {
			t.Run(name+"."+ending, func(t *testing.T) {
				args := []string{"-f", file, "--at", moment(t, file)}
				if format != "" {
					args = append(args, "-o", format)
				}
				got := draw(t, args...)
				if format == "html" {
					got = withoutAssets(got)
				}
				path := filepath.Join("golden", name+"."+ending)
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("make golden writes it (-golden +drawn):\n%s", diff)
				}
			})
		}
	}
}
