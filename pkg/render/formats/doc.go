// Package formats writes what is reported in the output formats of -o, one file per
// format. Formats for programs stay true to the data; what a terminal might act on is
// escaped in them.
package formats
