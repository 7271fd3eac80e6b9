// Package faults puts a proxy between the plugin and an API server that damages answers,
// and checks what the plugin makes of them. Table has the faults, by name. A run is one
// command with one fault in one of its requests, chosen by a seed; it fails when the
// command ends with exit code 0 and another answer than without the fault, unless no
// client can see the fault.
//
//	go test -count=1 ./faults -runs 3000 -seed 7
package faults
