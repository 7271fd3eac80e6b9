// Package picture draws what a terminal shows as SVG, for the documents. A test of the
// command line makes the pictures from real output.
package picture

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// The size of a cell of the terminal, and of what is around it, in pixels.
const (
	cellWidth, cellHeight = 8.4, 19
	fontSize              = 14
	margin                = 16
)

// Draw returns an SVG of text with the colors and weights that it asks for. The title is
// for who cannot see it. What is not a color, a weight or a line is left out; an escape
// sequence that is not known is an error.
func Draw(title, text string) (string, error) {
	var lines []textLine
	columns := 0
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		runs, width, err := runsOf(line)
		if err != nil {
			return "", err
		}
		columns = max(columns, width)
		lines = append(lines, textLine{Y: number(margin + cellHeight*float64(len(lines)+1) - 5), Runs: runs})
	}
	width, height := number(2*margin+cellWidth*float64(columns)), number(2*margin+cellHeight*float64(len(lines)))
	picture := svg{
		Namespace: "http://www.w3.org/2000/svg", ViewBox: "0 0 " + width + " " + height, Width: width, Height: height, Role: "img",
		Title: title,
		Background: rectangle{
			Width: width, Height: height, Radius: "8", Fill: background,
		},
		Screen: screen{
			Font: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
			Size: number(fontSize), Fill: foreground, Lines: lines,
		},
	}
	drawn, err := xml.MarshalIndent(picture, "", " ")
	if err != nil {
		return "", err
	}
	return string(drawn) + "\n", nil
}

type svg struct {
	XMLName    xml.Name  `xml:"svg"`
	Namespace  string    `xml:"xmlns,attr"`
	ViewBox    string    `xml:"viewBox,attr"`
	Width      string    `xml:"width,attr"`
	Height     string    `xml:"height,attr"`
	Role       string    `xml:"role,attr"`
	Title      string    `xml:"title"`
	Background rectangle `xml:"rect"`
	Screen     screen    `xml:"g"`
}

type rectangle struct {
	Width  string `xml:"width,attr"`
	Height string `xml:"height,attr"`
	Radius string `xml:"rx,attr"`
	Fill   string `xml:"fill,attr"`
}

type screen struct {
	Font  string     `xml:"font-family,attr"`
	Size  string     `xml:"font-size,attr"`
	Fill  string     `xml:"fill,attr"`
	Lines []textLine `xml:"text"`
}

// textLine is a line of the terminal.
type textLine struct {
	Y    string `xml:"y,attr"`
	Runs []run  `xml:"tspan"`
}

// run is text that looks alike. It says where it is and how wide, as no two fonts have
// marks of the same width.
type run struct {
	X       string `xml:"x,attr"`
	Width   string `xml:"textLength,attr"`
	Adjust  string `xml:"lengthAdjust,attr"`
	Fill    string `xml:"fill,attr,omitempty"`
	Weight  string `xml:"font-weight,attr,omitempty"`
	Opacity string `xml:"opacity,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// look is how text is to look.
type look struct{ fill, weight, opacity string }

// runsOf splits a line into runs and counts its columns. A blank that is followed by
// another one ends a run: what is in a column of a table begins where it begins.
func runsOf(line string) (runs []run, columns int, err error) {
	parser := ansi.NewParser()
	var state byte
	var now look
	var text strings.Builder
	start := 0
	flush := func() {
		shown := strings.TrimRight(text.String(), " ")
		if blanks := len(shown) - len(strings.TrimLeft(shown, " ")); blanks > 0 {
			start, shown = start+blanks, shown[blanks:]
		}
		if shown != "" {
			runs = append(runs, run{
				X: number(margin + cellWidth*float64(start)), Width: number(cellWidth * float64(ansi.StringWidth(shown))), Adjust: "spacingAndGlyphs",
				Fill: now.fill, Weight: now.weight, Opacity: now.opacity, Text: shown,
			})
		}
		text.Reset()
		start = columns
	}
	for len(line) > 0 {
		sequence, width, n, next := ansi.DecodeSequence(line, state, parser)
		switch {
		case width > 0:
			if sequence != " " && strings.HasSuffix(text.String(), "  ") {
				flush()
			}
			text.WriteString(sequence)
			columns += width
		case strings.HasPrefix(sequence, "\x1b["):
			flush()
			if now, err = now.with(parser); err != nil {
				return nil, 0, fmt.Errorf("%w in %q", err, sequence)
			}
		case sequence != "\r":
			return nil, 0, fmt.Errorf("what does %q look like?", sequence)
		}
		line, state = line[n:], next
	}
	flush()
	return runs, columns, nil
}

// The colors of the picture.
const (
	background = "#0d1117"
	foreground = "#e6edf3"
)

// with is the look after an escape sequence that sets it.
func (l look) with(parser *ansi.Parser) (look, error) {
	if ansi.Cmd(parser.Command()).Final() != 'm' {
		return l, errors.New("an escape sequence that sets no color")
	}
	params := []int{}
	parser.Params().ForEach(0, func(_, param int, _ bool) { params = append(params, param) })
	if len(params) == 0 {
		params = []int{0}
	}
	colors := map[int]string{31: "#ff7b72", 32: "#3fb950", 33: "#d29922", 39: ""}
	for _, param := range params {
		fill, isColor := colors[param]
		switch {
		case param == 0:
			l = look{}
		case param == 1:
			l.weight = "bold"
		case param == 2:
			l.opacity = "0.6"
		case param == 22:
			l.weight, l.opacity = "", ""
		case isColor:
			l.fill = fill
		default:
			return l, fmt.Errorf("the attribute %d is not known", param)
		}
	}
	return l, nil
}

// number is a length in pixels as short as it may be.
func number(pixels float64) string {
	text := fmt.Sprintf("%.1f", pixels)
	return strings.TrimSuffix(text, ".0")
}

// Prompt is a command as it stands before its output.
func Prompt(command string) string { return "\x1b[1m$ " + command + "\x1b[22m\n" }
