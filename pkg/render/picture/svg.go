package picture

import (
	_ "embed" // for the style
	"fmt"
	"html"
	"io"
	"strings"
)

//go:embed assets/picture.css
var pictureCSS string

// SVG writes the pictures as one image, one below the other.
func SVG(w io.Writer, pictures []Picture) error {
	const heading = 30
	width, height := 0.0, 0.0
	var body, titles strings.Builder
	for i := range pictures {
		d := newDrawing(&pictures[i], "", pictures[i].allLines())
		d.draw()
		fmt.Fprintf(&body, `<text class="name" x="%d" y="%.0f">%s</text>`+"\n", margin, height+20, html.EscapeString(pictures[i].heading()))
		fmt.Fprintf(&body, "<g transform=\"translate(0,%.0f)\">\n%s</g>\n", height+heading, d.out.String())
		titles.WriteString(pictures[i].heading() + ". ")
		width, height = max(width, d.width()), height+heading+d.height()
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="title">
<title id="title">%s</title>
<style>
%s</style>
%s
%s</svg>
`, width, height, width, height, html.EscapeString(strings.TrimSpace(titles.String())), pictureCSS, tip, body.String())
	return err
}

// allLines are what the boxes say.
func (p *Picture) allLines() [][]string {
	text := make([][]string, len(p.Graph.Nodes))
	for i := range text {
		text[i] = p.lines(i)
	}
	return text
}
