// Package version tells which build of the plugin this is.
package version

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Info identifies a build. What the build does not record is empty.
type Info struct {
	// Version is the module's version: a release such as "v0.1.0", a pseudo-version
	// for a build of another commit, or "(devel)".
	Version string `json:"version"`
	// Revision is the commit, Time its date in RFC 3339.
	Revision string `json:"revision"`
	Time     string `json:"time"`
	// Modified says that the work tree differed from the commit.
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Get reads what the Go toolchain wrote into the binary.
func Get() Info {
	info := Info{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	if build.Main.Version != "" {
		info.Version = build.Main.Version
	}
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			info.Revision = setting.Value
		case "vcs.time":
			info.Time = setting.Value
		case "vcs.modified":
			info.Modified = setting.Value == "true"
		}
	}
	return info
}

// UserAgent names the plugin to API servers. Parentheses would be a comment there.
func (i Info) UserAgent() string { return "kubectl-kargo_avail/" + strings.Trim(i.Version, "()") }
