package picture

import (
	"encoding/xml"
	"strings"
	"testing"
)

// What cluster or file says is text in the picture, and never markup.
func TestTextIsEscaped(t *testing.T) {
	const text = `<script>alert("1")</script> & ' ]]>`
	drawn, err := Draw(text, "\x1b[31m"+text+"\x1b[0m\n")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(drawn, "<script") {
		t.Error(drawn)
	}
	var read svg
	if err := xml.Unmarshal([]byte(drawn), &read); err != nil {
		t.Fatal(err)
	}
	if read.Title != text || read.Screen.Lines[0].Runs[0].Text != text {
		t.Errorf("got %+v", read)
	}
}

// A mark that a font draws wider or narrower moves nothing that stands behind it.
func TestColumnsStandWhereTheyStand(t *testing.T) {
	drawn, err := Draw("", "a   \x1b[32m✔\x1b[0m   b\nlonger  c  d\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`x="16" textLength="8.4" lengthAdjust="spacingAndGlyphs">a<`, `x="49.6" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#3fb950">✔<`, `x="83.2" textLength="8.4" lengthAdjust="spacingAndGlyphs">b<`, `x="108.4" textLength="8.4" lengthAdjust="spacingAndGlyphs">d<`} {
		if !strings.Contains(drawn, want) {
			t.Errorf("no %s in\n%s", want, drawn)
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	for _, text := range []string{"\x1b[2J", "\x1b[95m", "\a", "\x1b]0;title\a"} {
		if drawn, err := Draw("", text); err == nil {
			t.Errorf("%q is drawn as %s", text, drawn)
		}
	}
}
