//go:build !unix

package main

import "syscall"

// controlledBy has no counterpart here, where there is no such terminal to open either.
func controlledBy(int) *syscall.SysProcAttr { return nil }
