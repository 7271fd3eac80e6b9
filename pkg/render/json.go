package render

import (
	"bytes"
	"io"
	"iter"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// JSON writes a report as it is computed, one Stage at a time.
func JSON(w io.Writer, header report.Header, projects iter.Seq[report.ProjectStages]) error {
	escaper := newJSONEscaper(w)
	if err := writeJSON(escaper, header, projects); err != nil {
		return err
	}
	return escaper.Close()
}

func writeJSON(w io.Writer, header report.Header, projects iter.Seq[report.ProjectStages]) error {
	e := &jsonWriter{enc: jsontext.NewEncoder(w, jsontext.WithIndent("    "))}
	e.token(jsontext.BeginObject)
	e.members(header)
	e.token(jsontext.String("projects"), jsontext.BeginArray)
	for project := range projects {
		e.token(jsontext.BeginObject, jsontext.String("name"), jsontext.String(project.Name))
		e.token(jsontext.String("stages"), jsontext.BeginArray)
		for stage := range project.Stages {
			if e.value(&stage); e.err != nil {
				return e.err
			}
		}
		e.token(jsontext.EndArray, jsontext.EndObject)
	}
	e.token(jsontext.EndArray, jsontext.EndObject)
	return e.err
}

// jsonWriter keeps the first error and writes nothing after it.
type jsonWriter struct {
	enc *jsontext.Encoder
	err error
}

func (e *jsonWriter) token(tokens ...jsontext.Token) {
	for _, token := range tokens {
		if e.err == nil {
			e.err = e.enc.WriteToken(token)
		}
	}
}

func (e *jsonWriter) value(v any) {
	if e.err == nil {
		e.err = json.MarshalEncode(e.enc, v)
	}
}

// members writes the members of a struct into the object that is open.
func (e *jsonWriter) members(v any) {
	if e.err != nil {
		return
	}
	var text []byte
	if text, e.err = json.Marshal(v); e.err != nil {
		return
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	_, e.err = d.ReadToken()
	for e.err == nil && d.PeekKind() != '}' {
		var value jsontext.Value
		if value, e.err = d.ReadValue(); e.err == nil {
			e.err = e.enc.WriteValue(value)
		}
	}
}

// YAML writes a report as it is computed, one Stage at a time.
func YAML(w io.Writer, header report.Header, projects iter.Seq[report.ProjectStages]) error {
	y := &yamlWriter{w: w}
	y.marshal(header, 0)
	lead := "projects:\n"
	for project := range projects {
		y.text(lead)
		lead = ""
		y.marshal([]struct {
			Name string `json:"name"`
		}{{project.Name}}, 0)
		y.text("  stages:\n")
		for stage := range project.Stages {
			if y.marshal([]*report.Stage{&stage}, 2); y.err != nil {
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
	if text, y.err = json.Marshal(v); y.err == nil {
		text, y.err = yaml.JSONToYAML(text)
	}
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		if line != "\n" {
			out.WriteString(strings.Repeat(" ", indent))
		}
		out.WriteString(line)
	}
	y.text(out.String())
}
