package formats

import (
	"io"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
)

// tableFormat is the format without a name.
func tableFormat() Format {
	return Format{Table: true, List: withoutArgument("", writeTable)}
}

// wideFormat is the table with more columns.
func wideFormat() Format {
	return Format{Name: "wide", Table: true, List: withoutArgument("wide", func(w io.Writer, l List) error {
		l.Options.Wide = true
		return writeTable(w, l)
	})}
}

func writeTable(w io.Writer, l List) error {
	return listing.Write(w, l.Projects, l.Header.At, l.Options)
}
