// Package browser tests what graph draws with what people look at it with: the page and the
// image in a headless Chromium, the text with Mermaid's own parser and with Graphviz.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// plugin is the binary under test. root is the context of the browser that all tests share;
// each test opens a tab of its own.
var (
	plugin string
	root   context.Context
)

const missing = `there is no Chromium: as root on Debian or Ubuntu, "make browser-tools" installs it;
elsewhere install Chromium or Chrome, or set CHROMIUM to the path of one`

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	chromium, err := findChromium()
	if err != nil {
		return 0, err
	}
	if _, err := os.Stat(filepath.Join("node_modules", "axe-core")); err != nil {
		return 0, errors.New(`node_modules is missing: "make browser-tools" installs it with npm ci`)
	}
	dir, err := os.MkdirTemp("", "kargo-avail-browser-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	plugin = filepath.Join(dir, "kubectl-kargo_avail")
	build := exec.Command("go", "build", "-trimpath", "-o", plugin, "./cmd/kubectl-kargo_avail")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1400, 800), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	root, cancel = chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(root); err != nil {
		return 0, fmt.Errorf("%s does not start: %w", chromium, err)
	}
	return m.Run(), nil
}

func findChromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New(missing)
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

// newTab opens an empty tab. It is closed when the test ends.
func newTab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(root)
	t.Cleanup(cancel)
	b := &tab{t, ctx}
	b.do()
	b.ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	return b
}

// open opens a page in a new tab.
func open(t *testing.T, url string) *tab {
	t.Helper()
	b := newTab(t)
	b.do(chromedp.Navigate(url))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// call sends a command of the DevTools protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// eval evaluates an expression, a promise too, and decodes what it is.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	result, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// load runs a script from node_modules.
func (b *tab) load(path ...string) {
	b.Helper()
	script, err := os.ReadFile(filepath.Join(append([]string{"node_modules"}, path...)...))
	if err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](string(script)))
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
