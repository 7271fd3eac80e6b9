package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// ErrTemplate says that a file has to be rendered before it is YAML.
var ErrTemplate = errors.New("a template is not YAML: render it first, or edit it by hand")

// fault is what is wrong at a line of a file; line 0 is unknown.
type fault struct {
	line int
	err  error
}

func (f *fault) Error() string { return f.err.Error() }

func (f *fault) Unwrap() error { return f.err }

// lineOf returns the line of a fault, 0 where none is known.
func lineOf(err error) int {
	if at, ok := errors.AsType[*fault](err); ok {
		return at.line
	}
	return 0
}

func faultAt(n *yaml.Node, format string, args ...any) error {
	return &fault{n.Line, fmt.Errorf(format, args...)}
}

// parse returns the roots of the documents of a text.
func (t *text) parse() ([]*yaml.Node, error) {
	if !utf8.Valid(t.data) {
		return nil, errors.New("it is not UTF-8 text")
	}
	start := t.starts[0]
	if bytes.HasPrefix(bytes.TrimLeft(t.data[start:], " \t\r\n"), []byte("{")) {
		if roots, err := t.parseJSON(start); err == nil {
			t.isJSON = true
			return roots, nil
		}
	}
	roots, err := parseYAML(t.data)
	if err != nil {
		return nil, t.explain(err)
	}
	return roots, nil
}

// parseJSON reads JSON documents that follow one another, as trees like those of
// YAML.
func (t *text) parseJSON(start int) ([]*yaml.Node, error) {
	b := jsonBuilder{text: t, start: start, Decoder: jsontext.NewDecoder(bytes.NewReader(t.data[start:]))}
	var roots []*yaml.Node
	for {
		root, err := b.node()
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
}

type jsonBuilder struct {
	*jsontext.Decoder
	text  *text
	start int
}

func (b *jsonBuilder) node() (*yaml.Node, error) {
	switch kind := b.PeekKind(); kind {
	case '{':
		return b.collection(yaml.MappingNode, '}')
	case '[':
		return b.collection(yaml.SequenceNode, ']')
	default:
		return b.scalar(kind)
	}
}

func (b *jsonBuilder) collection(kind yaml.Kind, closing jsontext.Kind) (*yaml.Node, error) {
	if _, err := b.ReadToken(); err != nil {
		return nil, err
	}
	n := b.at(1)
	n.Kind, n.Style = kind, yaml.FlowStyle
	for b.PeekKind() != closing {
		child, err := b.node()
		if err != nil {
			return nil, noEnd(err)
		}
		n.Content = append(n.Content, child)
	}
	_, err := b.ReadToken()
	return n, err
}

func (b *jsonBuilder) scalar(kind jsontext.Kind) (*yaml.Node, error) {
	value, err := b.ReadValue()
	if err != nil {
		return nil, err
	}
	n := b.at(len(value))
	n.Kind, n.Value = yaml.ScalarNode, string(value)
	if kind != '"' {
		return n, nil
	}
	unquoted, err := jsontext.AppendUnquote(nil, value)
	n.Style, n.Tag, n.Value = yaml.DoubleQuotedStyle, "!!str", string(unquoted)
	return n, err
}

// at returns a node at the bytes that were read last.
func (b *jsonBuilder) at(size int) *yaml.Node {
	offset := b.start + int(b.InputOffset()) - size
	return &yaml.Node{Line: b.text.line(offset) + 1, Column: offset - b.text.lineStart(offset) + 1}
}

// noEnd keeps an end within a document from being taken for one between documents.
func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// explain puts a parser's error into its place, and names a template for what it is.
func (t *text) explain(err error) error {
	// Kargo's own expressions, ${{ … }}, are no template.
	if at := regexp.MustCompile(`(?m)(^|[^$])\{\{`).FindIndex(t.data); at != nil {
		return &fault{t.line(at[1]) + 1, ErrTemplate}
	}
	parts := regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`).FindStringSubmatch(err.Error())
	if parts == nil {
		return err
	}
	line, _ := strconv.Atoi(parts[1]) // 0 when there is none
	return &fault{line, errors.New(parts[2])}
}
