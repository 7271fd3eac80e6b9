// Package assets gets the programs that the end-to-end tests run: the API
// server, etcd and kubectl, the plugin itself, and those that make releases and
// install them.
//
// Nothing is downloaded as a binary. A program that is not in the folder named
// by $KUBEBUILDER_ASSETS is built from the modules under test/tools, once, into
// the user's cache; what cannot be had is an error, never a reason to skip.
package assets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Binaries are the absolute paths of the programs of a control plane.
type Binaries struct {
	APIServer string
	Etcd      string
	Kubectl   string
}

// Source says where Find looks and builds.
type Source struct {
	// Given is a folder that may hold some or all of the programs; "" is none.
	Given string
	// Cache is the folder that builds go to and are found in by the next run.
	Cache string
	// Root is the root of this repository.
	Root string
	// Log is told how far a build is, since the first one takes minutes.
	Log io.Writer
}

// DefaultSource is $KUBEBUILDER_ASSETS, the user's cache and the repository
// around the working directory.
func DefaultSource(log io.Writer) (Source, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return Source{}, fmt.Errorf("find a folder to build into: %w; set HOME or XDG_CACHE_HOME", err)
	}
	root, err := Root()
	if err != nil {
		return Source{}, err
	}
	return Source{
		Given: os.Getenv("KUBEBUILDER_ASSETS"),
		Cache: filepath.Join(cache, "kubectl-kargo-avail", "tools"),
		Root:  root,
		Log:   log,
	}, nil
}

// Find returns the programs, building those that are nowhere yet. Any number
// of processes may call it at once: one builds, the others wait for it.
func (s Source) Find(ctx context.Context) (Binaries, error) {
	var b Binaries
	var errs [3]error
	b.APIServer, errs[0] = s.Program(ctx, "kube-apiserver")
	b.Kubectl, errs[1] = s.Program(ctx, "kubectl")
	b.Etcd, errs[2] = s.Program(ctx, "etcd")
	if err := errors.Join(errs[:]...); err != nil {
		return Binaries{}, fmt.Errorf("%w\nput kube-apiserver, etcd and kubectl into a folder and name it in KUBEBUILDER_ASSETS to do without building them", err)
	}
	return b, nil
}

// Program returns the path of one program by its name, building it as Find does:
// one of Find's, goreleaser, krew or validate-krew-manifest.
func (s Source) Program(ctx context.Context, name string) (string, error) {
	for _, load := range []func() (module, error){s.kubernetes, s.etcd, s.krew, s.goreleaser} {
		m, err := load()
		if err != nil {
			return "", err
		}
		if m.packages[name] != "" {
			return s.program(ctx, m, name)
		}
	}
	return "", fmt.Errorf("no module under test/tools builds %q", name)
}

// program is the path of one program, given or built.
func (s Source) program(ctx context.Context, m module, name string) (string, error) {
	if s.Given != "" {
		given, err := filepath.Abs(filepath.Join(s.Given, name))
		if err != nil {
			return "", fmt.Errorf("look into KUBEBUILDER_ASSETS %q: %w", s.Given, err)
		}
		if isFile(given) {
			return given, nil
		}
	}
	return m.build(ctx, s, name)
}

// Root is the root of this repository, searched for upwards from the working
// directory: go test starts every package in its own folder.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if isFile(filepath.Join(dir, kubernetesModule, "go.mod")) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find the repository: no %s above %q; run inside a clone of it", kubernetesModule, start)
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
