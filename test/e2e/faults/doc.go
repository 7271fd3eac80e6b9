// Package faults puts a proxy between the plugin and an API server that damages answers,
// and checks what the plugin makes of them. Table has the faults, by name. A run is one
// command with one fault in its requests, chosen by a seed. It fails when the command
// gives another answer than without the fault, unless it says that it failed, or what it
// does not know, or no client can see the fault. A run of set-strategy fails when the
// command says of its write what is not so.
//
//	go test -count=1 ./faults -runs 3000 -seed 7
//	go test -count=1 ./faults -fault 'behind a write' -verb set-strategy
package faults
