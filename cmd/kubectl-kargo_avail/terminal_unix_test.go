//go:build unix

package main

import "syscall"

// controlledBy has the terminal at this descriptor of a command control it, so that
// another descriptor can be something else.
func controlledBy(descriptor int) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: descriptor}
}
