//go:build !unix

package source

import "os"

// keepOwner does nothing: files have no owner to give here.
func keepOwner(*os.File, os.FileInfo) {}
