//go:build !unix

package controlplane

import "errors"

// Pause is what no process can be told here.
func (cp *ControlPlane) Pause() error { return errors.ErrUnsupported }

// Resume is what no process can be told here.
func (cp *ControlPlane) Resume() error { return errors.ErrUnsupported }
