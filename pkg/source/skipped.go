package source

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// maxNamed is how many of many things of a kind are named.
const maxNamed = 5

// loss returns the error about what may be Kargo's and could not be read, nil when there
// is no such thing.
func (c *collection) loss() error {
	switch len(c.lost) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%w%s", c.lost[0], c.renderHint())
	}
	lines := []string{fmt.Sprintf("%d documents of Kargo's cannot be read, so nothing was judged:%s", len(c.lost), c.renderHint())}
	said := make([]string, 0, len(c.lost))
	for _, err := range c.lost {
		said = append(said, err.Error())
	}
	return errors.New(strings.Join(append(lines, firstOf(said, "more")...), "\n  "))
}

// renderHint says what to do about patches of a Kustomization, if that may be the cause.
func (c *collection) renderHint() string {
	if !c.kustomized {
		return ""
	}
	return " (there is a Kustomization: its patches are no objects; build it first: kubectl kustomize DIR | kubectl kargo-avail … -f -)"
}

// notes says once how much was skipped, and what could not be parsed.
func (c *collection) notes() []string {
	var notes []string
	var skipped []string
	if c.foreign > 0 {
		skipped = append(skipped, quantity(c.foreign, "object", "objects")+" of other API groups than "+kargo.Group)
	}
	if c.others > 0 {
		skipped = append(skipped, quantity(c.others, "document", "documents")+" without apiVersion and kind")
	}
	if len(skipped) > 0 {
		notes = append(notes, "skipped: "+strings.Join(skipped, ", "))
	}
	if n := len(c.unparsed); n > 0 {
		notes = append(notes, fmt.Sprintf("could not be parsed, without a sign of Kargo's objects: %s", strings.Join(firstOf(c.unparsed, "more"), "; ")))
	}
	return notes
}

// firstOf returns the first of many texts, and a last one that counts the rest.
func firstOf(texts []string, more string) []string {
	if len(texts) <= maxNamed {
		return texts
	}
	return append(texts[:maxNamed:maxNamed], fmt.Sprintf("and %d %s", len(texts)-maxNamed, more))
}

// asides puts notes at the end of a sentence.
func asides(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return " (" + strings.Join(notes, "; ") + ")"
}

func quantity(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
