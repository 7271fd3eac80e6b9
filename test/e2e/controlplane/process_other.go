//go:build !linux

package controlplane

import "syscall"

// endWithParent has no counterpart here: after a panic of the test binary the
// servers have to be ended by hand. They share its process group, so that an
// interrupt from the terminal reaches them too.
func endWithParent() *syscall.SysProcAttr {
	return nil
}
