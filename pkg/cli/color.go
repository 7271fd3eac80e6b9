package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// ColorMode says when to colour. It is a pflag.Value.
type ColorMode string

// The colour modes.
const (
	ColorAuto   ColorMode = "auto"
	ColorAlways ColorMode = "always"
	ColorNever  ColorMode = "never"
)

// colorModes lists the modes, for help and errors.
func colorModes() []string {
	return []string{string(ColorAuto), string(ColorAlways), string(ColorNever)}
}

// Set accepts a mode by its name.
func (m *ColorMode) Set(text string) error {
	if !slices.Contains(colorModes(), text) {
		return fmt.Errorf("must be one of %s", strings.Join(colorModes(), ", "))
	}
	*m = ColorMode(text)
	return nil
}

// String returns the mode's name.
func (m *ColorMode) String() string { return string(*m) }

// Type names the value in help.
func (*ColorMode) Type() string { return strings.Join(colorModes(), "|") }

// Colors reports whether text that goes to the stream is to be coloured. Left to
// itself it is on a terminal, unless TERM is dumb or NO_COLOR is set to anything,
// be it to nothing: kubectl and no-color.org differ on that, and either may mean it.
func (e Env) Colors(mode ColorMode, stream io.Writer) bool {
	if mode != ColorAuto {
		return mode == ColorAlways
	}
	_, noColor := e.Getenv("NO_COLOR")
	terminal, _ := e.Getenv("TERM")
	return IsTerminal(stream) && !noColor && terminal != "dumb"
}
