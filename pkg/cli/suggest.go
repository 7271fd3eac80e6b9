package cli

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// maxSuggestions is how many near names are worth reading.
const maxSuggestions = 3

// DidYouMean returns a question that names the known names nearest to one that was
// mistyped, or "" when none is near.
func DidYouMean(name string, known []string) string {
	known = slices.Compact(slices.Sorted(slices.Values(known)))
	distance := func(candidate string) int {
		if letters(name) == letters(candidate) {
			return 1 // swapped, as fingers do
		}
		return levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(candidate))
	}
	near := slices.DeleteFunc(known, func(candidate string) bool {
		return distance(candidate) > (len(name)+2)/3 && !strings.HasPrefix(candidate, name)
	})
	if len(near) == 0 {
		return ""
	}
	slices.SortStableFunc(near, func(a, b string) int { return distance(a) - distance(b) })
	return "Did you mean " + strings.Join(near[:min(len(near), maxSuggestions)], ", ") + "?"
}

// letters returns the letters of a name in the order of the alphabet.
func letters(name string) string {
	runes := []rune(strings.ToLower(name))
	slices.Sort(runes)
	return string(runes)
}
