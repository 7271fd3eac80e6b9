package formats

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"go.yaml.in/yaml/v3"
)

// yamlFormat is -o yaml.
func yamlFormat() Format {
	return Format{Name: "yaml", Document: true, List: withoutArgument("yaml", writeYAML), Marshal: MarshalYAML, Change: changeYAML}
}

// writeYAML writes a report as it is computed, one Stage at a time.
func writeYAML(w io.Writer, l List) error {
	y := &yamlWriter{w: w}
	y.marshal(l.Header, 0)
	lead := "projects:\n"
	for project := range l.Projects {
		y.text(lead)
		lead = ""
		y.marshal([]struct {
			Name string `json:"name"`
		}{{project.Name}}, 0)
		y.text("  stages:\n")
		for stage := range project.Stages {
			if y.stage(&stage); y.err != nil {
				return y.err
			}
		}
	}
	if lead != "" {
		y.text("projects: []\n")
	}
	return y.err
}

// yamlWriter keeps the first error and writes nothing after it.
type yamlWriter struct {
	w   io.Writer
	err error
}

func (y *yamlWriter) text(s string) {
	if y.err == nil {
		_, y.err = io.WriteString(y.w, s)
	}
}

// marshal writes v as YAML, moved to the right. Block scalars keep their meaning
// as all lines move by the same number of columns; empty lines in them stay empty.
func (y *yamlWriter) marshal(v any, indent int) {
	if y.err != nil {
		return
	}
	var text []byte
	if text, y.err = MarshalYAML(v); y.err != nil {
		return
	}
	y.text(indented(string(text), indent))
}

// indented moves text to the right.
func indented(text string, indent int) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			out.WriteString(strings.Repeat(" ", indent))
		}
		out.WriteString(line)
	}
	return out.String()
}

// MarshalYAML returns as YAML what v is as JSON, in its order. What a terminal might
// act on stands in it as escapes, which mean the same.
func MarshalYAML(v any) ([]byte, error) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(escapeYAML(string(text))), &document); err != nil {
		return nil, err
	}
	style(&document)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.CompactSeqIndent()
	enc.SetIndent(2)
	if err := enc.Encode(&document); err != nil {
		return nil, err
	}
	return []byte(escapeYAML(out.String())), enc.Close()
}

// style gives the nodes of a JSON document the style of YAML, and quotes the texts
// in which something has to be escaped.
func style(n *yaml.Node) {
	n.Style = 0
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && (strings.IndexFunc(n.Value, needsEscape) >= 0 || isOldBool(n.Value)) {
		n.Style = yaml.DoubleQuotedStyle
	}
	for _, child := range n.Content {
		style(child)
	}
}

// isOldBool reports whether a text without quotes is a truth value to those who read
// YAML 1.1, as kubectl does.
func isOldBool(text string) bool {
	switch strings.ToLower(text) {
	case "y", "yes", "on", "n", "no", "off":
		return true
	default:
		return false
	}
}

// needsEscape reports whether a character is neither printable nor a line's end.
func needsEscape(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }

// escapeYAML writes the characters that a terminal might act on as YAML escapes.
// All of them have to stand in texts with double quotes.
func escapeYAML(text string) string {
	if strings.IndexFunc(text, needsEscape) < 0 {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		switch {
		case !needsEscape(r):
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}
