package docs

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// actionStep is what the composite action does in one of its steps.
func actionStep(t *testing.T, name string) string {
	t.Helper()
	var action struct {
		Runs struct {
			Using string
			Steps []struct{ Name, Run, Shell string }
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(root, "action.yml"))), &action); err != nil {
		t.Fatal(err)
	}
	for _, step := range action.Runs.Steps {
		if step.Name == name && step.Shell == "bash" {
			return step.Run
		}
	}
	t.Fatalf("no step %q in action.yml", name)
	return ""
}

// release puts a release, in which the plugin is a shell script, beside a gh that serves it.
func release(t *testing.T, plugin, checksumOf string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	packed := tar.NewWriter(zipped)
	if err := packed.WriteHeader(&tar.Header{Name: "kubectl-kargo_avail", Mode: 0o755, Size: int64(len(plugin))}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{func() error { _, err := packed.Write([]byte(plugin)); return err }, packed.Close, zipped.Close} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	write("archive", archive.String())
	if checksumOf == "" {
		checksumOf = archive.String()
	}
	write("sum", fmt.Sprintf("%x", sha256.Sum256([]byte(checksumOf))))
	write("gh", `#!/bin/sh
# gh release download --repo R --clobber --pattern ARCHIVE --pattern checksums.txt
cp "`+dir+`/archive" "$7"
echo "$(cat "`+dir+`/sum")  $7" > checksums.txt
`)
	return dir
}

// step runs a step of the action.
func step(t *testing.T, script, dir string, env ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-e", "-c", script)
	command.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "RUNNER_TEMP=" + dir, "GITHUB_PATH=" + filepath.Join(dir, "path"), "GITHUB_OUTPUT=" + filepath.Join(dir, "output"), "VERSION="}, env...)
	out, err := command.CombinedOutput()
	return string(out), err
}

func TestActionInstallsWhatTheChecksumNames(t *testing.T) {
	dir := release(t, "#!/bin/sh\necho installed\n", "")
	if out, err := step(t, actionStep(t, "Install"), dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	path := strings.TrimSpace(readFile(t, filepath.Join(dir, "path")))
	if out, err := exec.CommandContext(t.Context(), filepath.Join(path, "kubectl-kargo_avail")).Output(); err != nil || string(out) != "installed\n" {
		t.Errorf("installed is %q, %v", out, err)
	}

	dir = release(t, "#!/bin/sh\necho installed\n", "something else")
	if out, err := step(t, actionStep(t, "Install"), dir); err == nil {
		t.Errorf("a wrong checksum is accepted:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "path")); err == nil {
		t.Error("a binary with a wrong checksum is on the PATH")
	}
}

func TestActionKeepsTheExitCode(t *testing.T) {
	dir := release(t, "", "")
	plugin := "#!/bin/sh\nprintf '%s|' \"$@\"\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "kubectl-kargo_avail"), []byte(plugin), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := step(t, actionStep(t, "Lint"), dir, "FOLDER=a b", "ARGS=--fail-on error"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := readFile(t, filepath.Join(dir, "kargo-avail.sarif")); got != "lint|-f|a b|-R|-o|sarif|--fail-on|error|" {
		t.Errorf("lint is given %s", got)
	}
	if got := readFile(t, filepath.Join(dir, "output")); got != "code=1\n" {
		t.Errorf("the output is %q", got)
	}
	if _, err := step(t, actionStep(t, "Result"), dir, "CODE=1"); err == nil {
		t.Error("findings do not fail the action")
	}
}

func TestPreCommitHookIsOurs(t *testing.T) {
	var hooks []struct {
		ID            string   `yaml:"id"`
		Entry         string   `yaml:"entry"`
		Args          []string `yaml:"args"`
		Language      string   `yaml:"language"`
		PassFilenames bool     `yaml:"pass_filenames"`
	}
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(root, ".pre-commit-hooks.yaml"))), &hooks); err != nil {
		t.Fatal(err)
	}
	if len(hooks) != 1 || hooks[0].Entry != "kubectl-kargo_avail lint" || hooks[0].Language != "golang" || hooks[0].PassFilenames {
		t.Errorf("the hooks are %+v", hooks)
	}
	if _, err := os.Stat(filepath.Join(root, "cmd", "kubectl-kargo_avail")); err != nil {
		t.Error(err)
	}
}
