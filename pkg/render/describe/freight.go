package describe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Freight is what people call a piece of Freight: its alias, else its short name.
func Freight(alias, name string) string {
	if alias != "" {
		return term.Sanitize(alias)
	}
	return term.Sanitize(ShortHash(name))
}

// Named is what people call a piece of Freight.
func Named(n report.Named) string { return Freight(n.Alias, n.Name) }

// ShortHash shortens each long hash in a text to its first seven digits, as Git does.
func ShortHash(text string) string {
	const shown, shortest = 7, 32
	var out strings.Builder
	for len(text) > 0 {
		n := max(wordPrefix(text), 1)
		word := text[:n]
		if len(word) >= shortest && strings.Trim(word, "0123456789abcdef") == "" {
			word = word[:shown]
		}
		out.WriteString(word)
		text = text[n:]
	}
	return out.String()
}

// wordPrefix returns how many bytes at the start of text are letters, digits or
// underscores.
func wordPrefix(text string) int {
	for i := range len(text) {
		c := text[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return i
		}
	}
	return len(text)
}

// Artifacts names what Freight contains.
func Artifacts(artifacts []string) []string {
	short := make([]string, 0, len(artifacts))
	for _, artifact := range artifacts {
		short = append(short, term.Sanitize(shortArtifact(artifact)))
	}
	return short
}

// Version says which versions Freight contains, without their repositories: a tag, a chart
// version, the first digits of a commit; of many the first two. "" for Freight without any.
func Version(artifacts []string) string {
	const most = 2
	var versions []string
	for _, artifact := range artifacts {
		version := term.Sanitize(shortArtifact(artifact))
		if i := strings.LastIndexAny(version, ":@"); i >= 0 {
			version = version[i+1:]
		}
		if !slices.Contains(versions, version) {
			versions = append(versions, version)
		}
	}
	shown := strings.Join(versions[:min(len(versions), most)], ",")
	if more := len(versions) - most; more > 0 {
		shown += fmt.Sprintf("+%d", more)
	}
	return shown
}

// shortArtifact drops from an artifact the path to its repository and most of a hash.
func shortArtifact(artifact string) string {
	repo, version := kargo.SplitArtifact(artifact)
	return shortRepository(repo) + ShortHash(version)
}

// shortRepository drops from a repository the path to it.
func shortRepository(repo string) string {
	return strings.TrimSuffix(repo[strings.LastIndex(repo, "/")+1:], ".git")
}

// ArtifactChanges says what other artifacts there are: "guestbook v1.1.0 → v1.3.0". The
// arrow is what stands between two versions.
func ArtifactChanges(changes []report.ArtifactChange, arrow string) []string {
	version := func(v *string) string { return strings.TrimLeft(ShortHash(*v), ":@") }
	var texts []string
	for _, c := range changes {
		text := shortRepository(c.Repository)
		switch {
		case c.From == nil:
			text += " " + version(c.To) + " (new)"
		case c.To == nil:
			text += " " + version(c.From) + " (no longer)"
		default:
			text += fmt.Sprintf(" %s %s %s", version(c.From), arrow, version(c.To))
		}
		texts = append(texts, term.Sanitize(text))
	}
	return texts
}

// Discovered says when Freight was discovered: its age or, where the style asks for it, the
// instant in UTC.
func Discovered(at *time.Time, now time.Time, style term.Style) string {
	if !style.AbsoluteTime || at == nil {
		return Age(at, now)
	}
	return at.UTC().Format(time.RFC3339)
}

// Age says how long ago an instant was, as kubectl does; "-" precedes it when the
// instant is still to come, as --at can look back.
func Age(since *time.Time, now time.Time) string {
	if since == nil {
		return "<unknown>"
	}
	if since.After(now) {
		return "-" + duration.HumanDuration(since.Sub(now))
	}
	return duration.HumanDuration(now.Sub(*since))
}

// Field makes text one field for awk: never empty, and without spaces.
func Field(text string) string {
	if text == "" {
		return "-"
	}
	return strings.ReplaceAll(text, " ", `\x20`)
}
