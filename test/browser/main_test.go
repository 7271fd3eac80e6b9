// Package browser tests what graph draws with what people look at it with: the page and the
// image in a headless Chromium, the text with Mermaid's own parser and with Graphviz.
package browser

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// plugin is the binary under test, chromium the browser.
var plugin, chromium string

const missing = `chromium is missing: as root, "make browser-tools" installs it (apt-get update && apt-get install -y chromium);
or set CHROMIUM to the path of another Chromium or Chrome`

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if chromium, err = findChromium(); err != nil {
		fmt.Fprintln(os.Stderr, missing)
		return 1
	}
	if _, err := os.Stat(filepath.Join("node_modules", "axe-core")); err != nil {
		fmt.Fprintln(os.Stderr, `node_modules is missing: "make browser-tools" installs it (npm ci)`)
		return 1
	}
	dir, err := os.MkdirTemp("", "kargo-avail-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	plugin = filepath.Join(dir, "kubectl-kargo_avail")
	build := exec.Command("go", "build", "-trimpath", "-o", plugin, "./cmd/kubectl-kargo_avail")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func findChromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	var err error
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		var path string
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", err
}

// graph runs the verb and returns what it prints.
func graph(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), plugin, append([]string{"graph"}, args...)...)
	command.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("graph %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// waitGate are the arguments for the recorded pipeline of nine Stages.
func waitGate(more ...string) []string {
	return append([]string{"-f", filepath.Join("..", "..", "examples", "wait-gate.yaml"), "--at", "2026-11-23T04:48:45Z"}, more...)
}

// save writes a text into a file and returns its URL.
func save(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// tab is a page that is open in a browser.
type tab struct {
	*testing.T
	ctx context.Context
}

// open starts a browser and opens a page.
func open(t *testing.T, url string, actions ...chromedp.Action) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.WindowSize(1400, 800),
		chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	b := &tab{t, ctx}
	b.do(append(actions, chromedp.Navigate(url))...)
	return b
}

func (b *tab) do(actions ...chromedp.Action) {
	b.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// eval evaluates an expression, a promise too, and decodes what it is.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	var result T
	b.do(chromedp.Evaluate(expression, &result, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return result
}

// load runs a script from node_modules.
func (b *tab) load(path ...string) {
	b.Helper()
	script, err := os.ReadFile(filepath.Join(append([]string{"node_modules"}, path...)...))
	if err != nil {
		b.Fatal(err)
	}
	var ignored any
	b.do(chromedp.Evaluate(string(script)+"\n;0", &ignored))
}

// quote writes a text as a literal of JavaScript.
func quote(t *testing.T, text string) string {
	t.Helper()
	literal, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(literal)
}
