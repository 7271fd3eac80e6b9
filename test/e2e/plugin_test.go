package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

func TestKubectlFindsThePlugin(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	stdout, stderr, exit := c.Kubectl(t, c.kubeconfig(t, controlplane.Admin(), ""), "plugin", "list")
	got := outcome{stdout, stderr, exit}
	want := outcome{Stdout: "The following compatible plugins are available:\n\n" + filepath.Join(pluginDir(t), "kubectl-kargo_avail") + "\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kubectl plugin list (-want +got):\n%s", diff)
	}
}

// kubectl hands on what the plugin says and how it ends.
func TestKubectlAddsNothing(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "plain")
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	for exit, args := range map[int][]string{
		0: {"list", "-o", "json", aged},
		2: {"--no-such-flag"},
		3: {"no-such-stage"},
	} {
		want := c.alone(t, admin, args...)
		if want.Exit != exit {
			t.Errorf("kubectl-kargo_avail %q exits with %d, want %d", args, want.Exit, exit)
		}
		if diff := cmp.Diff(want, c.kargoAvail(t, admin, args...)); diff != "" {
			t.Errorf("kubectl kargo-avail %q is not kubectl-kargo_avail (-plugin +kubectl):\n%s", args, diff)
		}
	}
}

// aged has the plugin judge after everything in testdata/project.yaml, and after
// it was written to an API server, so that ages stay as they are.
const aged = "--at=2100-01-01T00:00:00Z"

// sharedCluster is a control plane with our own CRDs and the plugin, which runs
// for all tests. A test keeps to its own Projects and users there.
func sharedCluster(t *testing.T) cluster {
	t.Helper()
	cp, err := run.shared()
	if err != nil {
		t.Fatal(err)
	}
	return cluster{cp}
}

// pluginDir is the folder of the plugin, which is built if it is not yet.
func pluginDir(t *testing.T) string {
	t.Helper()
	dir, err := run.plugin()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// newProject loads testdata/project.yaml as a Project of this name, and returns it.
func (c cluster) newProject(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/project.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.load(t, write(t, name+".yaml", strings.ReplaceAll(string(text), "PROJECT", name)))
	return name
}

// write writes a file of the test's own and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// outcome is what a command came to.
type outcome struct {
	Stdout, Stderr string
	Exit           int
}

// kargoAvail runs kubectl kargo-avail to its end.
func (c cluster) kargoAvail(t *testing.T, kubeconfig string, args ...string) outcome {
	t.Helper()
	stdout, stderr, exit := c.Kubectl(t, kubeconfig, append([]string{"kargo-avail"}, args...)...)
	return outcome{stdout, stderr, exit}
}

// alone runs the plugin without a kubectl, in the same surroundings.
func (c cluster) alone(t *testing.T, kubeconfig string, args ...string) outcome {
	t.Helper()
	cmd := c.KubectlCommand(t, kubeconfig, args...)
	cmd.Path = filepath.Join(pluginDir(t), "kubectl-kargo_avail")
	cmd.Args[0] = cmd.Path
	return finish(t, cmd)
}

// finish runs a command to its end.
func finish(t *testing.T, cmd *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// wantFailure checks that nothing was printed, that stderr is so many lines and has
// all of the texts, and the exit code.
func (o outcome) wantFailure(t *testing.T, exit, lines int, texts ...string) {
	t.Helper()
	if o.Stdout != "" || o.Exit != exit || strings.Count(o.Stderr, "\n") != lines {
		t.Errorf("got stdout %q, exit %d, stderr\n%swant nothing on stdout, exit %d, %d lines", o.Stdout, o.Exit, o.Stderr, exit, lines)
	}
	o.wantStderr(t, texts...)
}

func (o outcome) wantStderr(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(o.Stderr, text) {
			t.Errorf("no %q in stderr\n%s", text, o.Stderr)
		}
	}
}

// availability is the part of the plugin's -o json that these tests look at. A nil
// pointer or map is null, which is unknown.
type availability struct {
	KargoVersion string
	Warnings     []string
	Projects     []struct {
		Name   string
		Stages []struct {
			Name          string
			AutoPromotion struct {
				Enabled    *bool
				Candidates struct {
					Configured map[string]string
				}
			}
			Freight []struct {
				Alias             string
				Available, Listed struct{ Configured, Any, All *bool }
				Here              struct {
					Promotion *struct{ Phase string }
				}
				Blockers []struct{ Stage, Reason string }
			}
		}
	}
}

// read decodes -o json.
func (o outcome) read(t *testing.T) availability {
	t.Helper()
	var a availability
	if err := json.Unmarshal([]byte(o.Stdout), &a); err != nil {
		t.Fatalf("not JSON: %v\nstdout\n%sstderr\n%s", err, o.Stdout, o.Stderr)
	}
	return a
}

// lines says what is known in a few words: a line for each Stage and each Freight,
// with any, all and configured as + (yes), - (no) and ? (unknown).
func (a availability) lines() []string {
	var lines []string
	for _, project := range a.Projects {
		for _, stage := range project.Stages {
			candidate := "?"
			if picked := stage.AutoPromotion.Candidates.Configured; picked != nil {
				candidate = fmt.Sprintf("%.4s", picked["Warehouse/app"])
			}
			lines = append(lines, fmt.Sprintf("%s: auto %s, picks %s", stage.Name, sign(stage.AutoPromotion.Enabled), candidate))
			if stage.Freight == nil {
				lines = append(lines, stage.Name+": Freight ?")
			}
			for _, freight := range stage.Freight {
				line := fmt.Sprintf("%s: %s available %s%s%s, listed %s%s%s", stage.Name, freight.Alias,
					sign(freight.Available.Any), sign(freight.Available.All), sign(freight.Available.Configured),
					sign(freight.Listed.Any), sign(freight.Listed.All), sign(freight.Listed.Configured))
				for _, blocker := range freight.Blockers {
					line += fmt.Sprintf(", %s %s", blocker.Stage, blocker.Reason)
				}
				if freight.Here.Promotion != nil {
					line += ", here " + freight.Here.Promotion.Phase
				}
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func sign(truth *bool) string {
	switch {
	case truth == nil:
		return "?"
	case *truth:
		return "+"
	default:
		return "-"
	}
}

// cells are the words of a table, line by line.
func (o outcome) cells() [][]string {
	var cells [][]string
	for line := range strings.Lines(o.Stdout) {
		cells = append(cells, strings.Fields(line))
	}
	return cells
}
