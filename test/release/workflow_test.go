package release

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rhysd/actionlint"
	"sigs.k8s.io/yaml"
)

// workflow is the part of a GitHub workflow that decides what it may do.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		TimeoutMinutes int `json:"timeout-minutes"`
		Steps          []struct{ Uses, Run string }
	}
}

// What a workflow runs cannot change under it, and it may do no more than it says.
func TestWorkflowsArePinnedAndModest(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(run.root, ".github", "workflows", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflow was found: %v", err)
	}
	pin := regexp.MustCompile(`^\S+@([0-9a-f]{40}|v\d+\.\d+\.\d+)$`)
	target := regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
	targets := map[string]bool{}
	for _, match := range target.FindAllStringSubmatch(read(t, filepath.Join(run.root, "Makefile")), -1) {
		targets[match[1]] = true
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			var w workflow
			if err := yaml.Unmarshal([]byte(read(t, file)), &w); err != nil {
				t.Fatal(err)
			}
			wantModest(t, w.Permissions)
			for name, job := range w.Jobs {
				if job.TimeoutMinutes == 0 {
					t.Errorf("%s has no time limit", name)
				}
				for _, step := range job.Steps {
					if step.Uses != "" && !pin.MatchString(step.Uses) {
						t.Errorf("%s uses %s, which is neither a commit nor a whole version", name, step.Uses)
					}
					for _, used := range regexp.MustCompile(`(?m)^\s*make (?:-C \S+ )?([a-z0-9-]+)`).FindAllStringSubmatch(step.Run, -1) {
						if !targets[used[1]] {
							t.Errorf("%s runs make %s, which is no target", name, used[1])
						}
					}
				}
			}
		})
	}
}

// What GitHub would refuse in a workflow, or only find out when it runs, is seen here.
func TestWorkflowsAreValid(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	// No options: the programs for scripts that a machine may have would make the answer its own.
	linter, err := actionlint.NewLinter(&said, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.LintRepository(run.root)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Error("\n" + said.String())
	}
}

// What goes into the krew manifests was verified first, as people are told to do it.
func TestManifestsAreMadeFromWhatWasSigned(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(run.root, ".github", "workflows", "krew.yaml"))
	verified, made := strings.Index(text, "cosign verify-blob "), strings.Index(text, "make manifests ")
	if verified < 0 || made < verified {
		t.Error("the manifests are made from what nobody has verified")
	}
	identity := regexp.MustCompile(`--certificate-\S+ \S+`)
	told := identity.FindAllString(read(t, filepath.Join(run.root, "RELEASING.md")), -1)
	if diff := cmp.Diff(told, identity.FindAllString(text, -1)); diff != "" || len(told) != 2 {
		t.Errorf("who has to have signed (-RELEASING.md +krew.yaml):\n%s", diff)
	}
}

// TestEveryModuleIsKeptUpToDate wants dependabot to know each folder that has a go.mod.
func TestEveryModuleIsKeptUpToDate(t *testing.T) {
	t.Parallel()
	var config struct {
		Updates []struct {
			Ecosystem   string `json:"package-ecosystem"`
			Directories []string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(run.root, ".github", "dependabot.yml"))), &config); err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for _, update := range config.Updates {
		known[update.Ecosystem] = update.Directories
	}
	var modules []string
	for _, pattern := range []string{"go.mod", "*/*/go.mod", "*/*/*/go.mod"} {
		files, err := filepath.Glob(filepath.Join(run.root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			folder := strings.TrimPrefix(filepath.Dir(file), filepath.Clean(run.root))
			modules = append(modules, "/"+strings.TrimPrefix(filepath.ToSlash(folder), "/"))
		}
	}
	if diff := cmp.Diff(modules, known["gomod"]); diff != "" {
		t.Errorf("modules (-there are +dependabot knows):\n%s", diff)
	}
	if _, ok := known["github-actions"]; !ok {
		t.Error("nothing keeps the actions up to date")
	}
}

// wantModest wants the permissions of a whole workflow to be said, and to write
// nothing: a job that writes says so itself.
func wantModest(t *testing.T, permissions map[string]string) {
	t.Helper()
	if permissions == nil {
		t.Error("the workflow does not say its permissions")
	}
	for scope, access := range permissions {
		if access != "read" {
			t.Errorf("the workflow may %s %s; give that to the job that needs it", access, scope)
		}
	}
}
