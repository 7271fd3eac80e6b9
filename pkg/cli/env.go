// Package cli holds what the verbs share on the side of the command line: their
// environment, the flags that they have in common, how arguments are parsed, and how
// errors, warnings and exit codes are reported. Package load reads the Projects.
package cli

import (
	"os"
	"strings"
	"time"

	"golang.org/x/term"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// Env is the world that a verb runs in.
type Env struct {
	genericiooptions.IOStreams
	// Now is the clock.
	Now func() time.Time
	// Getenv reads an environment variable; set reports whether it is there at all.
	Getenv func(name string) (value string, set bool)
	// Program is how the command was called: by a path, or a name to be found on PATH.
	Program string
}

// IsTerminal reports whether a stream is a terminal.
func IsTerminal(stream any) bool {
	ok, _ := TerminalSize(stream)
	return ok
}

// isDumb reports whether the terminal can neither move its cursor nor show colors.
func (e Env) isDumb() bool {
	kind, _ := e.Getenv("TERM")
	return kind == "dumb"
}

// ShowsASCIIOnly reports whether the terminal may be unable to show other characters:
// TERM is dumb, or the locale has another encoding than UTF-8. A locale that is not set
// says nothing about the terminal.
func (e Env) ShowsASCIIOnly() bool {
	if e.isDumb() {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale, _ := e.Getenv(name); locale != "" {
			locale = strings.ToLower(locale)
			return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return false
}

// Terminal reports whether the output goes to a terminal, and how many columns it
// has, 0 when that cannot be told.
func (e Env) Terminal() (ok bool, columns int) {
	return TerminalSize(e.Out)
}

// TerminalSize reports whether a stream is a terminal, and how many columns it has, 0 when
// that cannot be told.
func TerminalSize(stream any) (ok bool, columns int) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false, 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return true, 0
	}
	return true, columns
}
