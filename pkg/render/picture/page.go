package picture

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page's style and script
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/go-json-experiment/json"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

var (
	//go:embed assets/page.css
	pageCSS string
	//go:embed assets/page.js
	pageJS string
)

// StageHere and FreightHere stand for the names of the node and of the Freight in what a
// Judged says of each node.
const (
	StageHere   = "⟦stage⟧"
	FreightHere = "⟦freight⟧"
)

// Judged is the Project of a Picture with verdicts on one piece of Freight, and what
// explain says of it at each node; "" where it does not concern the node.
type Judged struct {
	Project *report.GraphProject
	Explain []string
}

// PageProject is a Picture for a page, with the pieces of Freight that can be chosen.
type PageProject struct {
	Picture
	Freight []Judged
	// Selected is the index of the piece that is shown first; -1 for the newest.
	Selected int
}

// Page writes a page for a browser that needs nothing else: no network, no other file.
func Page(w io.Writer, projects []PageProject) error {
	var body strings.Builder
	data := make([]*pageData, 0, len(projects))
	for i := range projects {
		p := &projects[i]
		d := newDrawing(&p.Picture, fmt.Sprintf("p%d", i), p.text())
		d.draw()
		fmt.Fprintf(&body, "<div id=\"p%d\"%s><svg width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"group\" aria-label=\"%s\">\n%s</svg></div>\n",
			i, hiddenUnless(i == 0), d.width(), d.height(), d.width(), d.height(), html.EscapeString("Pipeline of "+p.Project.Name), d.out.String())
		data = append(data, p.data(d))
	}
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	css := pictureCSS + pageCSS
	_, err = fmt.Fprintf(w, pageHTML, hash(css), hash(pageJS), title0(projects), css, projectChoice(projects), tip, body.String(), inScript(text), pageJS)
	return err
}

const pageHTML = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>%s</title>
<style>%s</style>
</head>
<body>
<header>
<h1 id="title"></h1>
%s<label>Freight <select id="freight"></select></label>
<label class="find">Find <input id="find" type="search" placeholder="Stage or reason"></label>
<output id="status"></output>
<button id="smaller" type="button" aria-label="Zoom out">−</button><button id="larger" type="button" aria-label="Zoom in">+</button><button id="fit" type="button">Fit</button>
<span class="keys"><kbd>←</kbd> upstream <kbd>→</kbd> downstream <kbd>↑</kbd> <kbd>↓</kbd> beside <kbd>Enter</kbd> explain <kbd>/</kbd> find</span>
</header>
<main id="picture" tabindex="0" aria-label="Pipeline">
<svg width="0" height="0" aria-hidden="true" focusable="false">%s</svg>
%s</main>
<aside aria-label="Details"><div id="details" aria-live="polite"></div></aside>
<script type="application/json" id="data">%s</script>
<script>%s</script>
</body>
</html>
`

func title0(projects []PageProject) string {
	var names []string
	for i := range projects {
		names = append(names, term.Sanitize(projects[i].Project.Name))
	}
	return html.EscapeString(strings.Join(names, ", ") + " - pipeline")
}

// projectChoice lets a person choose among several Projects.
func projectChoice(projects []PageProject) string {
	var options strings.Builder
	for i := range projects {
		fmt.Fprintf(&options, `<option value="%d">%s</option>`, i, html.EscapeString(term.Sanitize(projects[i].Project.Name)))
	}
	return fmt.Sprintf("<label%s>Project <select id=\"project\">%s</select></label>\n", hiddenUnless(len(projects) > 1), options.String())
}

func hiddenUnless(shown bool) string {
	if shown {
		return ""
	}
	return " hidden"
}

// hash is how a Content-Security-Policy names an inline style or script.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// inScript makes JSON safe inside an element: nothing in it can end the element.
func inScript(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("<"), []byte(`\u003c`))
	text = bytes.ReplaceAll(text, []byte(">"), []byte(`\u003e`))
	return bytes.ReplaceAll(text, []byte("&"), []byte(`\u0026`))
}

// text is what the boxes say at first. All Stages have as many lines, as what they say
// depends on the Freight.
func (p *PageProject) text() [][]string {
	shown := p.Picture
	if len(p.Freight) > 0 {
		shown.Project = p.Freight[max(p.Selected, 0)].Project
	}
	text := make([][]string, len(p.Graph.Nodes))
	for i := range text {
		node := shown.node(i)
		text[i] = []string{stageName(node), p.takes(p.node(i))}
		if node.Stage == nil {
			continue
		}
		state, why := pageState(node.Stage)
		text[i] = append(text[i], state, why)
	}
	return text
}

// pageState is what a box says of the Freight that was chosen.
func pageState(stage *report.GraphStage) (state, why string) {
	code, _ := stateCode(stage)
	switch code {
	case '-':
		return "", ""
	case 'b':
		return "✖ blocked", reason(stage, stage.Freight)
	case 'r', 'u':
		return "● " + describeCode(code), ""
	default:
		if stage.ControlFlow && code == 'v' {
			return "✔ passed on", ""
		}
		return "✔ " + describeCode(code), ""
	}
}

func describeCode(code byte) string {
	return map[byte]string{'r': "runs here, verified", 'u': "runs here, not verified", 'v': "verified", 'a': "available"}[code]
}

// stateCode is the state of the chosen Freight as the page's script knows it, and the
// answers as configured, under any and under all as bits.
func stateCode(stage *report.GraphStage) (code byte, flags int) {
	if stage == nil || stage.Freight == nil {
		return '-', 0
	}
	f := stage.Freight
	for bit, yes := range []bool{f.Available.Configured, f.Available.Any, f.Available.All} {
		if yes {
			flags |= 1 << bit
		}
	}
	switch stateOf(stage) {
	case Running:
		if f.Here.Verified {
			return 'r', flags
		}
		return 'u', flags
	case Verified:
		return 'v', flags
	case Available:
		return 'a', flags
	case NotConcerned, Blocked:
	}
	return 'b', flags
}

// argument quotes a name for a shell.
func argument(name string) string { return shellescape.Quote(term.Sanitize(name)) }

// freightLabel is what the list of Freight calls a piece.
func freightLabel(f *report.GraphFreight, several bool) string {
	label := describe.Freight(f.Alias, f.Name)
	if short := describe.Artifacts(f.Artifacts); len(short) > 0 {
		label += " " + short[0]
	}
	if several {
		label += " (" + term.Sanitize(originName(f.Origin)) + ")"
	}
	return label
}
