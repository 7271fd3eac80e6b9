package completion

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// What is printed is what releases have.
func TestTheScriptIsThatOfTheReleases(t *testing.T) {
	for name, windows := range map[string]bool{shimName: false, shimName + ".cmd": true} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "completion", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(text), shim(windows)); diff != "" {
			t.Errorf("completion/%s (-file +printed):\n%s", name, diff)
		}
	}
}

func TestArguments(t *testing.T) {
	for called, want := range map[string][]string{
		"kubectl-kargo_avail":                          {"list", ""},
		"/opt/bin/kubectl-kargo_avail":                 {"list", ""},
		"kubectl_complete-kargo_avail":                 {"__complete", "list", ""},
		"/home/me/bin/kubectl_complete-kargo_avail":    {"__complete", "list", ""},
		"./kubectl_complete-kargo_avail.exe":           {"__complete", "list", ""},
		"/opt/kubectl_complete-kargo_avail/kubectl":    {"list", ""},
		"/opt/bin/kubectl_complete-kargo_avail.backup": {"list", ""},
	} {
		if diff := cmp.Diff(want, Arguments([]string{called, "list", ""})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", called, diff)
		}
	}
	if got := Arguments(nil); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}

// installed is what installing beside a plugin comes to, which is called by its path.
func installed(t *testing.T, plugin string, windows bool) (out, errOut string, err error) {
	t.Helper()
	streams, _, stdout, stderr := genericiooptions.NewTestIOStreams()
	err = installBeside(cli.Env{IOStreams: streams, Program: plugin}, windows)
	return stdout.String(), stderr.String(), err
}

func newPlugin(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("the plugin"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInstallOffPathSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	plugin := newPlugin(t, "kubectl-kargo_avail")
	path := filepath.Join(filepath.Dir(plugin), shimName)
	for _, outcome := range []string{"installed", "already installed"} {
		out, errOut, err := installed(t, plugin, false)
		if err != nil || out != path+" "+outcome+"\n" || !strings.Contains(errOut, "Note: kubectl will not find it there unless "+filepath.Dir(plugin)+" is on PATH") {
			t.Errorf("got %q, %q, %v", out, errOut, err)
		}
	}
	if !sameFile(path, plugin) {
		t.Errorf("%s does not lead to the plugin", path)
	}
}

// Where links need rights that people do not have, it is a script.
func TestInstallOnWindows(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	plugin := newPlugin(t, "kubectl-kargo_avail.exe")
	path := filepath.Join(filepath.Dir(plugin), shimName+".cmd")
	for _, outcome := range []string{"installed", "already installed"} {
		if out, _, err := installed(t, plugin, true); err != nil || out != path+" "+outcome+"\n" {
			t.Errorf("got %q, %v", out, err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != shim(true) {
		t.Errorf("%s has %q, %v", path, text, err)
	}
}

func TestInstallWithoutAPlaceToInstallTo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, _, err := installed(t, "kubectl-kargo_avail", false); err == nil || !strings.Contains(err.Error(), "where the plugin is cannot be told") {
		t.Errorf("a plugin that is not on PATH: %v", err)
	}
	gone := filepath.Join(t.TempDir(), "gone", "kubectl-kargo_avail")
	if _, _, err := installed(t, gone, false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
}

// What kubectl would pass over is not installed, whatever is in it.
func TestInstallWhereAFileCannotBeRun(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	plugin := newPlugin(t, "kubectl-kargo_avail")
	path := filepath.Join(filepath.Dir(plugin), shimName)
	if err := os.WriteFile(path, []byte(shim(false)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, err := installed(t, plugin, false)
	if want := path + " is there and cannot be run: chmod +x it, or remove it, and try again"; err == nil || err.Error() != want || out != "" {
		t.Errorf("got %q, %v, want %s", out, err, want)
	}
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, _, err := installed(t, plugin, false); err != nil || out != path+" already installed\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

// The name with a hyphen is the one that people write first, and kubectl never finds.
func TestInstallBesideAPluginOfAnotherName(t *testing.T) {
	plugin := newPlugin(t, "kubectl-kargo-avail")
	dir := filepath.Dir(plugin)
	t.Setenv("PATH", dir)
	_, errOut, err := installed(t, plugin, false)
	want := "Note: kubectl kargo-avail looks for kubectl-kargo_avail, and this is kubectl-kargo-avail: rename it, and remove " + filepath.Join(dir, shimName) + " before --install is run again\n"
	if err != nil || errOut != want {
		t.Errorf("got %q, %v, want %q", errOut, err, want)
	}
}

func TestAFolderThatMayNotBeWrittenTo(t *testing.T) {
	for _, cause := range []error{os.ErrPermission, syscall.EROFS} {
		err := elsewhere(&os.LinkError{Op: "symlink", Old: "a", New: "b", Err: cause}, "shim", false)
		if !errors.Is(err, cause) || !strings.HasSuffix(err.Error(), "kubectl kargo-avail completion kubectl > FOLDER/shim && chmod +x FOLDER/shim") {
			t.Errorf("%v: got %v", cause, err)
		}
	}
	if err := elsewhere(os.ErrPermission, "shim.cmd", true); !strings.HasSuffix(err.Error(), " > FOLDER/shim.cmd") {
		t.Errorf("on Windows: %v", err)
	}
	if err := elsewhere(os.ErrNotExist, "shim", false); !errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), "FOLDER") {
		t.Errorf("got %v", err)
	}
}
