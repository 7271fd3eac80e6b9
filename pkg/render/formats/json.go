package formats

import (
	"bytes"
	"io"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// jsonFormat is -o json.
func jsonFormat() Format {
	return Format{Name: "json", Document: true, List: withoutArgument("json", writeJSON), Marshal: MarshalJSON, Change: changeJSON}
}

// writeJSON writes a report as it is computed, one Stage at a time.
func writeJSON(w io.Writer, l List) error {
	escaper := newJSONEscaper(w)
	if err := encodeJSON(escaper, l.Header, l.Projects); err != nil {
		return err
	}
	return escaper.Close()
}

// MarshalJSON returns v as an indented document with the escapes that JSON writes.
func MarshalJSON(v any) ([]byte, error) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	escaper := newJSONEscaper(&out)
	if _, err := newJSONLayout(escaper).Write(append(text, '\n')); err != nil {
		return nil, err
	}
	return out.Bytes(), escaper.Close()
}

func encodeJSON(w io.Writer, header report.Header, projects iter.Seq[report.ProjectStages]) error {
	e := &jsonWriter{enc: jsontext.NewEncoder(newJSONLayout(w))}
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
		e.err = json.MarshalEncode(e.enc, v, json.Deterministic(true))
	}
}

// members writes the members of a struct into the object that is open.
func (e *jsonWriter) members(v any) {
	if e.err != nil {
		return
	}
	var text []byte
	if text, e.err = json.Marshal(v, json.Deterministic(true)); e.err != nil {
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
