package source

import (
	"fmt"
	"strings"
)

// place is where something was found. The zero document and line are unknown.
type place struct {
	file     string
	document int
	line     int
}

// String names the file, the document unless it is the first, and the line.
func (p place) String() string {
	var b strings.Builder
	b.WriteString(p.file)
	if p.document > 1 {
		fmt.Fprintf(&b, ", document %d", p.document)
	}
	if p.line > 0 {
		fmt.Fprintf(&b, ", line %d", p.line)
	}
	return b.String()
}

func (p place) at(line int) place {
	p.line = line
	return p
}

func (p place) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %w", p, fmt.Errorf(format, args...))
}
