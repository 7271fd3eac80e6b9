package browser

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// payloads are names that mean something in one format or another.
func payloads() []string {
	return []string{
		`</script><script>window.pwned=1</script>`, `<img src=x onerror="window.pwned=1">`, `" onload="window.pwned=1`, `'><svg/onload=window.pwned=1>`,
		`]]><!--`, `&lt;b&gt;&amp;`, `"]:::x`, `end`, `subgraph`, `style: x#35;y`, `classDef a:b#1;`, `a"b`, "`**bold**`", `%%{init: {}}%%`, `#quot;#35;`,
		`\N\G\l`, `a\`, `a -> b`, `{a|b}`, `a;b`, `a--b`, `⟦stage⟧`, `${x}`, `$&`, `naïve-日本`, `javascript:alert(1)`,
	}
}

// evil writes a Project in which everything has such names.
func evil(t *testing.T) string {
	t.Helper()
	object := func(kind string, name string, more map[string]any) map[string]any {
		o := map[string]any{"apiVersion": "kargo.akuity.io/v1alpha1", "kind": kind, "metadata": map[string]any{"name": name, "namespace": "evil", "creationTimestamp": "2026-01-01T00:00:00Z"}}
		maps.Copy(o, more)
		return o
	}
	var text strings.Builder
	add := func(o map[string]any) {
		line, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString("---\n" + string(line) + "\n")
	}
	add(object("Promotion", "p", map[string]any{"spec": map[string]any{"stage": "x", "freight": "x"}}))
	before := ""
	for i, name := range payloads() {
		origin := map[string]any{"kind": "Warehouse", "name": payloads()[i%2]}
		sources := map[string]any{"direct": true}
		if before != "" && i%3 > 0 {
			sources = map[string]any{"stages": []string{before}}
		}
		add(object("Warehouse", name, nil))
		add(object("Freight", fmt.Sprintf("f%d", i), map[string]any{"alias": name, "origin": origin}))
		add(object("Stage", name, map[string]any{"spec": map[string]any{
			"promotionTemplate": map[string]any{"spec": map[string]any{"steps": []any{map[string]any{"uses": "x"}}}},
			"requestedFreight":  []any{map[string]any{"origin": origin, "sources": sources}},
		}}))
		before = name
	}
	path := filepath.Join(t.TempDir(), "evil.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// explain runs the verb explain on the recorded pipeline.
func explain(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), plugin, append([]string{"explain"}, waitGate(args...)...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// wantNames wants each payload as the whole of one of the texts.
func wantNames(t *testing.T, got []string) {
	t.Helper()
	for _, name := range payloads() {
		if !slices.Contains(got, name) {
			t.Errorf("no text is %q in %q", name, got)
		}
	}
}

func TestPayloadsInThePage(t *testing.T) {
	b := watched(t, save(t, "page.html", graph(t, "-f", evil(t), "-o", "html")))
	wantNames(t, eval[[]string](b, `JSON.parse(document.getElementById("data").textContent)[0].nodes.map((n) => n.plain)`))
	count := func(selector string) int {
		return eval[int](b, `document.querySelectorAll(`+quote(t, selector)+`).length`)
	}
	for selector, want := range map[string]int{"script": 2, "img": 0, "aside script, aside img, aside svg": 0, ".node": len(payloads()) + 2} {
		if got := count(selector); got != want {
			t.Errorf("%d elements are %s, want %d", got, selector, want)
		}
	}
	for i := range payloads() {
		eval[bool](b, fmt.Sprintf(`(() => { const s = document.getElementById("freight"); s.selectedIndex = %d; return s.dispatchEvent(new Event("change")); })()`, i%10))
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelectorAll(".node")[%d].dispatchEvent(new MouseEvent("click", {bubbles: true}))`, i)))
	}
	if eval[bool](b, `"pwned" in window`) {
		t.Error("a payload was run")
	}
}

func TestPayloadsInTheImage(t *testing.T) {
	b := watched(t, save(t, "image.svg", graph(t, "-f", evil(t), "-o", "svg")))
	if root := eval[string](b, `document.documentElement.tagName`); root != "svg" {
		t.Fatalf("the image is a %s", root)
	}
	titles := eval[[]string](b, `[...document.querySelectorAll(".node title")].map((n) => n.textContent.split("\n")[0])`)
	wantNames(t, titles)
	for _, element := range []string{"script", "img", "parsererror", "svg > svg"} {
		if n := eval[int](b, `document.querySelectorAll(`+quote(t, element)+`).length`); n > 0 {
			t.Errorf("%d elements are %s", n, element)
		}
	}
	if eval[bool](b, `"pwned" in window`) {
		t.Error("a payload was run")
	}
}

// mermaid draws a text with Mermaid and returns the text of the boxes.
func mermaid(b *tab, text string) []string {
	b.Helper()
	return eval[[]string](b, `(async () => {
		mermaid.initialize({ startOnLoad: false });
		await mermaid.parse(`+quote(b.T, text)+`);
		const drawn = await mermaid.render("m" + Math.floor(Math.random() * 1e9), `+quote(b.T, text)+`);
		const page = new DOMParser().parseFromString(drawn.svg, "text/html");
		page.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
		return [...page.querySelectorAll(".node .nodeLabel")].map((n) => n.textContent.split("\n")[0].trim());
	})()`)
}

func TestMermaidDrawsEverything(t *testing.T) {
	b := open(t, "about:blank")
	b.load("mermaid", "dist", "mermaid.min.js")
	wantNames(t, mermaid(b, graph(t, "-f", evil(t), "-o", "mermaid")))
	files, err := filepath.Glob(filepath.Join("..", "graph", "golden", "*.mmd"))
	if err != nil || len(files) < 11 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if boxes := mermaid(b, string(text)); len(boxes) < 4 {
			t.Errorf("%s has the boxes %q", file, boxes)
		}
	}
	if eval[bool](b, `"pwned" in window`) {
		t.Error("a payload was run")
	}
}

// dot draws a text with Graphviz and returns the ids and labels of the nodes.
func dot(b *tab, text string) (ids, labels []string) {
	b.Helper()
	drawn := eval[struct {
		Objects []struct{ Name, Label string }
	}](b, `Viz.instance().then((viz) => viz.renderJSON(`+quote(b.T, text)+`))`)
	for _, object := range drawn.Objects {
		ids, labels = append(ids, object.Name), append(labels, object.Label)
	}
	return ids, labels
}

func TestGraphvizDrawsEverything(t *testing.T) {
	b := open(t, save(t, "empty.html", ""))
	b.load("@viz-js", "viz", "dist", "viz-global.js")
	ids, _ := dot(b, graph(t, "-f", evil(t), "-o", "dot"))
	var names []string
	for _, id := range ids {
		if name, ok := strings.CutPrefix(id, "Stage/"); ok {
			names = append(names, strings.ReplaceAll(name, `\\`, `\`))
		}
	}
	wantNames(t, names)
	files, err := filepath.Glob(filepath.Join("..", "graph", "golden", "*.dot"))
	if err != nil || len(files) < 11 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if ids, _ := dot(b, string(text)); len(ids) < 4 {
			t.Errorf("%s has the nodes %q", file, ids)
		}
	}
}
