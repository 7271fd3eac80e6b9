package manifest_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// In whatever style a Stage is written, nothing is refused, only strategies change,
// and no comment goes that does not stand beside one.
func TestEveryStyle(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { editDrawn(rt, false) })
}

// Where requests share by anchors what they say, some are refused; all others say what
// they said.
func TestEveryStyleOfSharing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { editDrawn(rt, true) })
}

func editDrawn(rt *rapid.T, shared bool) {
	data := drawFile(rt, shared)
	strategy := rapid.SampledFrom([]kargo.Strategy{kargo.All, kargo.OneOf, ""}).Draw(rt, "strategy")
	f, err := manifest.Parse("drawn", data)
	if err != nil {
		rt.Fatalf("%v\n%s", err, data)
	}
	done := map[request]bool{}
	for i, s := range f.Stages {
		for j := range s.Requests {
			_, err := s.Set(j, strategy)
			if err != nil && !shared {
				rt.Fatalf("%v\n%s", err, data)
			}
			done[request{i, j}] = err == nil
		}
	}
	if len(done) == 0 {
		rt.Fatalf("no request\n%s", data)
	}
	edited, err := f.Bytes()
	if err != nil {
		rt.Fatalf("%v\n%s", err, data)
	}
	if !onlyStrategies(rt, f, strategy, done, data, edited) {
		rt.Fatalf("this cannot be decoded:\n%s", data)
	}
	again(rt, "drawn", strategy, done, edited)
	for _, comment := range commentsBesides(data) {
		if !bytes.Contains(edited, comment) {
			rt.Errorf("%q is gone from\n%s", comment, edited)
		}
	}
	if crlf := []byte("\r\n"); bytes.Contains(data, crlf) && bytes.Count(edited, []byte("\n")) != bytes.Count(edited, crlf) {
		rt.Errorf("line ends are mixed: %q", edited)
	}
}

// commentsBesides returns the comments of lines that speak of no strategy.
func commentsBesides(data []byte) [][]byte {
	var comments [][]byte
	for line := range bytes.Lines(data) {
		if !bytes.Contains(line, []byte("availabilityStrategy")) {
			comments = append(comments, regexp.MustCompile(`# c\d+\.`).FindAll(line, -1)...)
		}
	}
	return comments
}

// writer writes a Stage in styles that it draws.
type writer struct {
	*rapid.T
	bytes.Buffer
	comments int
	// shared says that anchors are used; those of sources and of strategies there are
	// in the document so far.
	shared              bool
	sources, strategies []string
}

func drawFile(t *rapid.T, shared bool) []byte {
	w := &writer{T: t, shared: shared}
	if w.maybe() {
		w.line(0, "---")
	}
	for range rapid.IntRange(1, 2).Draw(t, "stages") {
		if w.Len() > 4 {
			w.line(0, "---")
		}
		w.stage()
	}
	text := w.String()
	if w.maybe() {
		text = strings.TrimRight(text, "\n")
	}
	if w.maybe() {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if w.maybe() {
		text = "\ufeff" + text
	}
	return []byte(text)
}

func (w *writer) maybe() bool { return rapid.Bool().Draw(w.T, "maybe") }

func (w *writer) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.T, "one") }

// comment returns a comment, or nothing.
func (w *writer) comment() string {
	if rapid.IntRange(0, 3).Draw(w.T, "comment") > 0 {
		return ""
	}
	w.comments++
	return fmt.Sprintf("%s# c%d.", w.one(" ", "  ", "\t"), w.comments)
}

// line writes a line, perhaps with a comment, and perhaps others before it.
func (w *writer) line(indent int, text string) {
	if rapid.IntRange(0, 9).Draw(w.T, "before") == 0 && text != "---" && w.Len() > 0 {
		w.comments++
		comment := fmt.Sprintf("%s# c%d.\n", strings.Repeat(" ", indent), w.comments)
		w.WriteString(w.one("\n", comment, "\n"+comment+"\n"))
	}
	w.WriteString(strings.Repeat(" ", indent) + text + w.comment() + "\n")
}

// alias returns an alias of one of the anchors, or nothing.
func (w *writer) alias(anchors []string) string {
	if !w.shared || len(anchors) == 0 || w.maybe() {
		return ""
	}
	return "*" + w.one(anchors...)
}

func (w *writer) stage() {
	w.sources, w.strategies = nil, nil
	w.line(0, "apiVersion: kargo.akuity.io/v1alpha1")
	w.line(0, w.one("kind: Stage", `"kind": "Stage"`))
	w.line(0, w.one("metadata: {name: prod}", "metadata: {name: été, namespace: web}"))
	w.line(0, "spec:"+w.one("", " &spec"))
	w.line(2, "requestedFreight:")
	indent := rapid.IntRange(2, 5).Draw(w.T, "indent")
	for range rapid.IntRange(1, 3).Draw(w.T, "requests") {
		w.request(indent)
	}
	if w.maybe() {
		w.line(2, "promotionTemplate: {spec: {steps: [{uses: git-clone}]}}")
	}
}

func (w *writer) request(indent int) {
	fields := []string{"origin"}
	for _, field := range []string{"sources", "availabilityStrategy"} {
		if rapid.IntRange(0, 4).Draw(w.T, field) > 0 == (field == "sources") {
			fields = append(fields, field)
		}
	}
	fields = rapid.Permutation(fields).Draw(w.T, "fields")
	if w.one("block", "block", "flow") == "flow" {
		w.line(indent, "- "+w.flow(fields, indent+4))
		return
	}
	for i, field := range fields {
		mark, column := "", indent+2
		if i == 0 {
			mark, column = "- ", indent
		}
		switch {
		case field == "sources" && w.maybe():
			anchor := fmt.Sprint("sources", w.Len())
			w.line(column, mark+w.name("sources")+":"+w.one("", " &"+anchor))
			w.block(indent + 2 + rapid.IntRange(1, 4).Draw(w.T, "deeper"))
			if strings.Contains(w.String(), "&"+anchor) {
				w.sources = append(w.sources, anchor)
			}
		default:
			w.line(column, mark+w.name(field)+": "+w.value(field, indent+6))
		}
	}
}

// block writes sources as a block.
func (w *writer) block(indent int) {
	if alias := w.alias(w.sources); alias != "" {
		w.line(indent, "<<: "+alias)
	}
	for _, field := range w.sourceFields(1) {
		if field == "stages" && w.maybe() {
			w.line(indent, "stages:")
			deeper := indent + rapid.IntRange(0, 3).Draw(w.T, "deeper")
			for range rapid.IntRange(1, 3).Draw(w.T, "stages") {
				w.line(deeper, "- "+w.one("dev", "'it''s'", `"\"quoted\" # no comment"`, "été"))
			}
			continue
		}
		w.line(indent, w.name(field)+":"+w.one(" ", "  ", "\t")+w.value(field, indent+2))
	}
}

func (w *writer) sourceFields(least int) []string {
	all := rapid.Permutation([]string{"stages", "availabilityStrategy", "requiredSoakTime", "direct"}).Draw(w.T, "fields")
	return all[:rapid.IntRange(least, len(all)).Draw(w.T, "how many")]
}

func (w *writer) name(field string) string {
	return fmt.Sprintf(w.one("%s", "%s", `"%s"`, `'%s'`), field)
}

// value writes the value of a field on one line, or between braces on several.
func (w *writer) value(field string, indent int) string {
	switch field {
	case "origin":
		return w.one("{kind: Warehouse, name: app}", `{"kind":"Warehouse","name":"app"}`)
	case "stages":
		return w.one("[dev]", "[ dev, 'x' ]", `["dev","x"]`, "[a,\n"+strings.Repeat(" ", indent)+"b]", "[]")
	case "requiredSoakTime":
		return w.one("1h", `"1h"`, "'1h'", "")
	case "direct":
		return w.one("true", "false")
	case "availabilityStrategy":
		if alias := w.alias(w.strategies); alias != "" {
			return alias
		}
		if w.shared && w.maybe() {
			anchor := fmt.Sprint("s", w.Len(), "-", len(w.strategies))
			w.strategies = append(w.strategies, anchor)
			return "&" + anchor + w.one(" All", " OneOf", "")
		}
		return w.one("All", "OneOf", `"All"`, `'OneOf'`, `""`, "null", "~", "", "Most", "!!str All", "&s"+fmt.Sprint(w.Len())+" OneOf")
	default:
		if alias := w.alias(w.sources); alias != "" {
			return alias
		}
		if w.maybe() {
			return w.flow(w.sourceFields(1), indent)
		}
		return w.one("null", "~", "{}", "{ }")
	}
}

// flow writes fields between braces: on one line, on a line each, or with the commas
// before them.
func (w *writer) flow(fields []string, indent int) string {
	space := "\n" + strings.Repeat(" ", indent)
	var written []string
	if alias := w.alias(w.sources); alias != "" && fields[0] != "origin" {
		written = append(written, "<<: "+alias)
	}
	for _, field := range fields {
		written = append(written, w.name(field)+": "+w.value(field, indent+2))
	}
	switch w.one("line", "tight", "lines", "leading", "last comma") {
	case "line":
		return "{" + strings.Join(written, ", ") + "}"
	case "tight":
		return "{ " + strings.Join(written, ",") + " }"
	case "lines":
		return "{" + w.comment() + space + strings.Join(written, ","+w.comment()+space) + w.comment() + space + "}"
	case "leading":
		return "{ " + strings.Join(written, w.comment()+space+", ") + w.comment() + space + "}"
	default:
		return "{" + w.comment() + space + strings.Join(written, ","+w.comment()+space) + "," + w.comment() + space + "}"
	}
}
