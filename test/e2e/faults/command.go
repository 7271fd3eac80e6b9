package faults

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Outcome is what a command came to.
type Outcome struct {
	Stdout, Stderr string
	Exit           int
}

// Command runs the plugin against a server.
type Command struct {
	// Plugin is the path of the program.
	Plugin string
	// Server is the URL of the API server, or of a Proxy before it.
	Server string
	// Home is a folder for what the command keeps.
	Home string
	// Limit is how long a command may take.
	Limit time.Duration
}

func (c *Command) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.Plugin, append(args, "--server", c.Server, "--cache-dir", filepath.Join(c.Home, "cache"))...)
	cmd.Env = []string{"HOME=" + c.Home, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + filepath.Join(c.Home, "none")}
	return cmd
}

// Run runs a command to its end.
func (c *Command) Run(ctx context.Context, args ...string) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	cmd := c.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return Outcome{}, fmt.Errorf("%q does not end within %s; it said %q", args, c.Limit, &stderr)
	}
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return Outcome{}, err
	}
	return Outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}, nil
}

// Watch runs a command that watches. It calls change when something was said on standard
// error, and ends the command when it has printed a line of which until is true. An
// outcome of a command that did not get there by itself has the exit code of the signal.
func (c *Command) Watch(ctx context.Context, change func(), until func(line string) bool, args ...string) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	cmd := c.command(ctx, args...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return Outcome{}, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return Outcome{}, err
	}
	if err := cmd.Start(); err != nil {
		return Outcome{}, err
	}
	said := make(chan string)
	go func() {
		defer close(said)
		var text strings.Builder
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "Watching") {
				change()
			}
			text.WriteString(lines.Text() + "\n")
		}
		said <- text.String()
	}()
	var out strings.Builder
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		out.WriteString(lines.Text() + "\n")
		if until(lines.Text()) {
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
			break
		}
	}
	text := <-said
	_ = cmd.Wait() // the exit code says it all
	if ctx.Err() != nil {
		return Outcome{}, fmt.Errorf("%q does not get there within %s: %q; it said %q", args, c.Limit, out.String(), text)
	}
	return Outcome{out.String(), text, cmd.ProcessState.ExitCode()}, nil
}

// weaker reports whether an answer says the same as another one, or less: something is
// unknown.
func weaker(got, truth any) bool {
	switch g := got.(type) {
	case nil:
		return true
	case map[string]any:
		t, ok := truth.(map[string]any)
		if !ok {
			return false
		}
		if g["reason"] == "Unknown" {
			return true
		}
		for name, value := range g {
			if name != "warnings" && !weaker(value, t[name]) && (name != "kargoVersion" || value != "unknown") {
				return false
			}
		}
		return true
	case []any:
		t, ok := truth.([]any)
		if !ok || len(g) != len(t) {
			return false
		}
		for i := range g {
			if !weaker(g[i], t[i]) {
				return false
			}
		}
		return true
	default:
		return got == truth
	}
}

// isWeaker is weaker for JSON documents. Where auto-promotion is unknown, so is everything
// that an Explanation says in words because of it.
func isWeaker(got, truth string) bool {
	var g, t any
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(truth), &t) != nil {
		return false
	}
	if unknownPolicies(g) {
		withoutPolicies(g)
		withoutPolicies(t)
	}
	return weaker(g, t)
}

// unknownPolicies reports whether an Explanation says that the policies are unknown.
func unknownPolicies(document any) bool {
	explanation, _ := document.(map[string]any)
	stage, _ := explanation["stage"].(map[string]any)
	policies, explained := stage["autoPromotion"].(map[string]any)
	return explained && policies["enabled"] == nil
}

// withoutPolicies removes from an Explanation what follows from the policies.
func withoutPolicies(document any) {
	explanation, _ := document.(map[string]any)
	stage, _ := explanation["stage"].(map[string]any)
	delete(stage, "autoPromotion")
	list, _ := explanation["freight"].([]any)
	for _, item := range list {
		freight, _ := item.(map[string]any)
		delete(freight, "autoPromotion")
		delete(freight, "steps")
		delete(freight, "disagreements")
	}
}

// Schema makes an OpenAPI v3 document of CRDs, as an API server does.
func Schema(folder string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	schemas := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var crd struct {
			Spec struct {
				Names    struct{ Kind string }
				Versions []struct {
					Schema struct{ OpenAPIV3Schema map[string]any }
				}
			}
		}
		if err := yaml.Unmarshal(text, &crd); err != nil {
			return nil, err
		}
		schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		schema["x-kubernetes-group-version-kind"] = []any{map[string]any{"group": group, "version": "v1alpha1", "kind": crd.Spec.Names.Kind}}
		schemas["kargo."+crd.Spec.Names.Kind] = schema
	}
	return json.Marshal(map[string]any{"openapi": "3.0.0", "components": map[string]any{"schemas": schemas}})
}

func hashOf(text []byte) string { return fmt.Sprintf("%X", sha512.Sum512(text)) }

func newUID(i int) types.UID { return types.UID(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)) }
