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

// matrixFormat has Freight down and Stages across.
func matrixFormat() Format {
	return Format{Name: Matrix, Table: true, List: withoutArgument(Matrix, func(w io.Writer, l List) error {
		return listing.WriteMatrix(w, l.Projects, l.Header.At, l.Options)
	})}
}

// Matrix is the name of the format that shows a whole Project at one look.
const Matrix = "matrix"

// overviewFormat has a line per Stage and origin.
func overviewFormat() Format {
	return Format{Name: Overview, Table: true, List: withoutArgument(Overview, func(w io.Writer, l List) error {
		return listing.WriteOverview(w, l.Projects, l.Options)
	})}
}

// Overview is the name of the format that has a line per Stage and origin.
const Overview = "overview"

func writeTable(w io.Writer, l List) error {
	return listing.Write(w, l.Projects, l.Header.At, l.Options)
}
