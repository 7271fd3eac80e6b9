package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// watched opens a page and fails the test if it logs an error or asks for anything but
// itself.
func watched(t *testing.T, url string) *tab {
	t.Helper()
	var mu sync.Mutex
	var problems []string
	note := func(problem string) {
		mu.Lock()
		defer mu.Unlock()
		problems = append(problems, problem)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, problem := range problems {
			t.Error(problem)
		}
	})
	b := newTab(t)
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, runtime.Enable, cdp.Empty{})
	if err := chromedp.Listen(b.ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if e.Request.URL != url {
				note("the page asks for " + e.Request.URL)
			}
		case *log.EventEntryAdded:
			note("logged: " + e.Entry.Text)
		case *runtime.EventExceptionThrown:
			note("thrown: " + e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description)
		case *runtime.EventConsoleAPICalled:
			note(fmt.Sprintf("console.%s", e.Type))
		}
	}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(url))
	return b
}

func text(b *tab, selector string) string {
	b.Helper()
	return eval[string](b, "document.querySelector("+quote(b.T, selector)+").textContent")
}

// wantText wants words in an element.
func (b *tab) wantText(selector, want string) {
	b.Helper()
	if got := text(b, selector); !strings.Contains(got, want) {
		b.Errorf("%s says %q, want %q in it", selector, got, want)
	}
}

// choose selects the piece of Freight whose label begins so.
func (b *tab) choose(freight string) {
	b.Helper()
	eval[bool](b, `(() => { const s = document.getElementById("freight");
		s.value = [...s.options].find((o) => o.textContent.startsWith(`+quote(b.T, freight)+`)).value;
		return s.dispatchEvent(new Event("change")); })()`)
}

// label is the accessible name of the node of a Stage.
func (b *tab) label(stage string) string {
	b.Helper()
	for _, label := range eval[[]string](b, `[...document.querySelectorAll(".node")].map((n) => n.getAttribute("aria-label"))`) {
		if strings.HasPrefix(label, stage+",") || strings.HasPrefix(label, stage+" (") {
			return label
		}
	}
	b.Fatalf("no node %s", stage)
	return ""
}

func TestChooseFreight(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	b.wantText("#status", "available to 3 of 9 Stages")
	if got := b.label("gate"); !strings.Contains(got, "gate, all of 2, blocked") {
		t.Errorf("gate is %q", got)
	}
	b.choose("bbbbbb")
	if got := b.label("gate"); !strings.Contains(got, "passed on") {
		t.Errorf("gate is %q", got)
	}
	if classes := eval[[]string](b, `[...document.querySelectorAll("path.line")].map((l) => l.getAttribute("class"))`); !slices.Contains(classes, "line open") {
		t.Errorf("no line is open: %q", classes)
	}
	b.choose("none")
	b.wantText("#status", "9 Stages")
	if got := b.label("dev"); !strings.Contains(got, "dddddd") {
		t.Errorf("dev is %q", got)
	}
}

func TestFreightThatWasNamedIsShown(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html", "--freight", "aaaaaa")...)))
	if got := eval[string](b, `document.getElementById("freight").selectedOptions[0].textContent`); !strings.HasPrefix(got, "aaaaaa") {
		t.Errorf("shown is %q", got)
	}
}

func TestFind(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	b.do(chromedp.Focus(chromedp.CSS("#picture")))
	b.press("/", "Slash")
	b.do(chromedp.SendKeys(chromedp.CSS("#find"), "prod"))
	b.wantText("#status", "5 of 10 found")
	b.do(chromedp.SendKeys(chromedp.CSS("#find"), kb.Enter))
	if got := eval[string](b, `document.activeElement.getAttribute("aria-label")`); !strings.HasPrefix(got, "prod") {
		t.Errorf("Enter leads to %q", got)
	}
	// Reasons are found, too.
	eval[bool](b, `(() => { const f = document.getElementById("find"); f.value = "promotion queued"; return f.dispatchEvent(new Event("input")); })()`)
	if hits := eval[int](b, `document.querySelectorAll(".hit").length`); hits < 3 {
		t.Errorf("%d Stages are found by their reason", hits)
	}
}

// press presses a key as a keyboard does: the letter is typed unless the page handles the key.
func (b *tab) press(letter, code string) {
	b.Helper()
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: letter, Code: code, Text: letter, UnmodifiedText: letter}
	call(b, input.DispatchKeyEvent, key)
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: letter, Code: code})
}

func TestClickExplains(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	b.wantText("#details", "Legend")
	b.choose("aaaaaa")
	b.do(chromedp.Click(chromedp.CSS(`.node[aria-label^="gate"]`)))
	sentence, _, _ := strings.Cut(explain(t, "gate", "aaaaaa"), "\n")
	b.wantText("#details", sentence)
	b.wantText("#details", "kubectl kargo-avail explain gate")
	b.wantText("#details table", "✖ no✔ yes✖ no")
	if got := eval[string](b, `document.querySelector('[aria-pressed="true"]').getAttribute("aria-label")`); !strings.HasPrefix(got, "gate,") {
		t.Errorf("pressed is %q", got)
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.wantText("#details", "Legend")
}

func TestKeysWalkAlongTheEdges(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	b.do(chromedp.Focus(chromedp.CSS(`.node[tabindex="0"]`)))
	for _, step := range []struct{ key, want string }{
		{"", "warehouse-a,"},
		{kb.ArrowRight, "dev "},
		{kb.ArrowRight, "staging-a "},
		{kb.ArrowDown, "staging-b "},
		{kb.ArrowRight, "prod "},
		{kb.ArrowUp, "gate,"},
		{kb.ArrowRight, "prod-eu,"},
		{kb.ArrowLeft, "gate,"},
	} {
		if step.key != "" {
			b.do(chromedp.KeyEvent(step.key))
		}
		if got := eval[string](b, `document.activeElement.getAttribute("aria-label")`); !strings.HasPrefix(got, step.want) {
			t.Errorf("after %q the focus is on %q, want %s", step.key, got, step.want)
		}
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wantText("#details h2", "gate")
}

func TestZoom(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	width := func() int { return eval[int](b, `Number(document.querySelector("#p0 svg").getAttribute("width"))`) }
	before := width()
	b.do(chromedp.Click(chromedp.CSS("#larger")))
	larger := width()
	b.do(chromedp.Click(chromedp.CSS("#fit")))
	fits := eval[bool](b, `(() => { const m = document.getElementById("picture"); return m.scrollWidth <= m.clientWidth && m.scrollHeight <= m.clientHeight; })()`)
	if larger <= before || !fits {
		t.Errorf("width %d, then %d; fits: %t", before, larger, fits)
	}
}

func TestDarkMode(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	background := func() string { return eval[string](b, `getComputedStyle(document.body).backgroundColor`) }
	light := background()
	b.dark()
	if dark := background(); dark == light {
		t.Errorf("the background is %s in the dark, too", dark)
	}
}

func (b *tab) dark() {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
}

// A screen reader gets the whole state of every Stage.
func TestAccessibilityTree(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	var names []string
	for _, node := range call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if node.Role != nil && string(node.Role.Value) == `"button"` && node.Name != nil {
			names = append(names, strings.Trim(string(node.Name.Value), `"`))
		}
	}
	for stage, verdict := range map[string]string{
		"dev": "runs here, verified", "staging-a": "runs here, not verified", "staging-b": "available", "gate": "blocked", "prod": "blocked",
		"prod-soaked": "blocked", "prod-ap": "blocked", "prod-eu": "blocked", "prod-us": "blocked",
	} {
		if !slices.ContainsFunc(names, func(name string) bool {
			return (strings.HasPrefix(name, stage+",") || strings.HasPrefix(name, stage+" (")) && strings.Contains(name, verdict)
		}) {
			t.Errorf("no %s with %q among %q", stage, verdict, names)
		}
	}
}

// axe finds nothing, in the light and in the dark, with the legend and with an explanation.
func TestAxe(t *testing.T) {
	b := open(t, save(t, "page.html", graph(t, waitGate("-o", "html")...)))
	b.load("axe-core", "axe.min.js")
	check := func(when string) {
		t.Helper()
		for _, violation := range eval[[]string](b, `axe.run().then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html + ": " + n.failureSummary)))`) {
			t.Errorf("%s: %s", when, violation)
		}
	}
	check("light")
	b.do(chromedp.Click(chromedp.CSS(`.node[aria-label^="gate"]`)))
	check("explained")
	b.dark()
	check("dark")
}

// stages writes a Project of so many Stages in waves of four, with Freight that has come
// differently far.
func stages(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("apiVersion: kargo.akuity.io/v1alpha1\nkind: Warehouse\nmetadata: {name: app, namespace: fleet}\n")
	b.WriteString("---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Promotion\nmetadata: {name: p, namespace: fleet}\nspec: {stage: s000, freight: none}\n")
	for f := range 12 {
		fmt.Fprintf(&b, "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata: {name: f%d, namespace: fleet, creationTimestamp: \"2026-01-%02dT00:00:00Z\"}\nalias: able-ant-%d\norigin: {kind: Warehouse, name: app}\nstatus:\n  verifiedIn:\n", f, f+1, f)
		for i := range (f*n/13 + 2) % n {
			fmt.Fprintf(&b, "    s%03d: {}\n", i)
		}
	}
	for i := range n {
		sources := "direct: true"
		if i >= 4 {
			var upstreams []string
			for k := range 4 {
				upstreams = append(upstreams, fmt.Sprintf("s%03d", i/4*4-4+k))
			}
			sources = fmt.Sprintf("stages: [%s], availabilityStrategy: All", strings.Join(upstreams, ", "))
		}
		fmt.Fprintf(&b, "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: s%03d, namespace: fleet}\nspec:\n  promotionTemplate: {spec: {steps: [{uses: x}]}}\n  requestedFreight: [{origin: {kind: Warehouse, name: app}, sources: {%s}}]\n", i, sources)
	}
	path := filepath.Join(t.TempDir(), "fleet.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A page of 600 Stages is smaller than a megabyte, and opening it costs the browser's main
// thread less than two seconds of processor time, as does choosing other Freight.
func TestSixHundredStages(t *testing.T) {
	page := graph(t, "-f", stages(t, 600), "-o", "html")
	if len(page) > 1_000_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
	b := newTab(t)
	call(b, performance.Enable, performance.EnableParams{})
	b.do(chromedp.Navigate(save(t, "page.html", page)))
	work := func() float64 {
		for _, metric := range call(b, performance.GetMetrics, cdp.Empty{}).Metrics {
			if metric.Name == "ThreadTime" {
				return metric.Value
			}
		}
		t.Fatal("the browser does not say how long it has worked")
		return 0
	}
	opened := work()
	b.choose("able-ant-5")
	b.do(chromedp.Click(chromedp.CSS(`.node[aria-label^="s003"]`)))
	b.wantText("#details h2", "s003")
	chosen := work() - opened
	t.Logf("%d bytes; opened in %.2f s of work, Freight chosen in %.2f s", len(page), opened, chosen)
	if opened > 2 || chosen > 2 {
		t.Errorf("opened in %.2f s of work, Freight chosen in %.2f s", opened, chosen)
	}
}
