// Package graph holds what graph draws of every example and every recorded moment, in
// every format, against golden files.
package graph
