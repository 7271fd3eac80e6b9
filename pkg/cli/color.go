package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// ColorMode says when to color. It is a pflag.Value.
type ColorMode string

// The color modes.
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

// Colors reports whether text that goes to the stream is to be colored. A mode other
// than auto decides. Else NO_COLOR, set to anything, turns color off (kubectl and
// no-color.org differ on an empty value, and either may be meant); FORCE_COLOR and
// CLICOLOR_FORCE turn it on; and without them a terminal gets color, unless it is dumb.
func (e Env) Colors(mode ColorMode, stream io.Writer) bool {
	if mode != ColorAuto {
		return mode == ColorAlways
	}
	if _, set := e.Getenv("NO_COLOR"); set {
		return false
	}
	for _, name := range []string{"FORCE_COLOR", "CLICOLOR_FORCE"} {
		switch value, _ := e.Getenv(name); value {
		case "":
		case "0", "false":
			if name == "FORCE_COLOR" {
				return false
			}
		default:
			return true
		}
	}
	return IsTerminal(stream) && !e.isDumb()
}
