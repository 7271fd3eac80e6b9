package manifest_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/diff"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The golden file of each file says what setting every request of it changes, what is
// noted, and what is refused.
func TestCorpus(t *testing.T) {
	files := corpus(t)
	if len(files) < 30 {
		t.Fatalf("only %d files", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data := read(t, file)
			var said strings.Builder
			for _, strategy := range []kargo.Strategy{kargo.All, kargo.OneOf, ""} {
				fmt.Fprintf(&said, "=== %s\n", orUnset(strategy))
				f, err := manifest.Parse(filepath.Base(file), data)
				if err != nil {
					fmt.Fprintf(&said, "error: %v\n", err)
					continue
				}
				edited, done := setAll(t, f, strategy, &said)
				said.Write(visible(diff.Diff("before", data, "after", edited)))
				onlyIntended(t, filepath.Base(file), data, edited)
				if !onlyStrategies(t, f, strategy, done, data, edited) {
					t.Error("the file cannot be decoded")
				}
				again(t, filepath.Base(file), strategy, done, edited)
			}
			compare(t, filepath.Join("testdata", "golden", filepath.Base(file)+".txt"), said.String())
		})
	}
}

func orUnset(s kargo.Strategy) string {
	if s == "" {
		return "unset"
	}
	return string(s)
}

// setAll sets all requests of a file, and writes what was said of it. Done are the
// requests that were not refused.
func setAll(t *testing.T, f *manifest.File, strategy kargo.Strategy, said *strings.Builder) (edited []byte, done map[request]bool) {
	t.Helper()
	done = map[request]bool{}
	for _, note := range f.Notes {
		fmt.Fprintln(said, "note:", note)
	}
	for i, s := range f.Stages {
		for j := range s.Requests {
			notes, err := s.Set(j, strategy)
			for _, note := range notes {
				fmt.Fprintln(said, "note:", note)
			}
			if err != nil {
				fmt.Fprintln(said, "error:", err)
			}
			done[request{i, j}] = err == nil
		}
	}
	edited, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return edited, done
}

// onlyIntended holds that the lines that changed are the same but for the strategy,
// the commas around it, and the sources that have nothing else.
func onlyIntended(t *testing.T, file string, before, after []byte) {
	t.Helper()
	intended := map[string][]string{
		// The key is in the line before.
		"explicit-keys.yaml": {": OneOf", ": All"},
		// The field was the first of a list's entry: its line keeps the dash, and the
		// next field takes its place if it can.
		"misplaced.yaml": {"- origin: {kind: Warehouse, name: c}", "origin: {kind: Warehouse, name: c}", "-"},
		// The next line moves up to the comma.
		"flow-leading-commas.yaml": {", requiredSoakTime: 1h"},
	}
	left, comments := map[string]int{}, map[string]int{}
	for line := range strings.SplitSeq(string(diff.Diff("", lines(before), "", lines(after))), "\n") {
		sign, ok := map[bool]int{strings.HasPrefix(line, "+"): 1, strings.HasPrefix(line, "-"): -1}[true]
		if !ok || strings.HasPrefix(line, "+++") || strings.HasPrefix(line, "---") || slices.Contains(intended[file], strings.TrimSpace(line[1:])) {
			continue
		}
		rest := besideStrategy(line[1:])
		if comment := strings.TrimPrefix(rest, "-"); strings.HasPrefix(comment, "#") && strings.Contains(line, "availabilityStrategy") {
			comments[comment] += sign
			continue
		}
		left[rest] += sign
	}
	for comment, n := range comments {
		left[comment] += max(n, 0) // one may go with its line
	}
	for rest, n := range left {
		if n != 0 && rest != "" {
			t.Errorf("of the lines that changed, this did, too: %q", rest)
		}
	}
}

// besideStrategy returns what a line says besides a strategy.
func besideStrategy(line string) string {
	line = regexp.MustCompile(`["']?availabilityStrategy["']?\s*:\s*(&\w+ |!!str |\*\w+)*["']?(All|OneOf|Most|null|~|1|true|\{"<<": "OneOf"\}|\[All\])?["']?`).ReplaceAllString(line, "")
	line = regexp.MustCompile(`["']?sources["']?\s*:\s*(&\w+ *)?(null|~)?\s*(\{\s*\})?`).ReplaceAllString(line, "")
	return regexp.MustCompile(`[\s,]+`).ReplaceAllString(line, "")
}

// lines ends all lines alike.
func lines(text []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

// again holds that setting once more what was not refused changes nothing, and that
// it says the strategy.
func again(t rapid.TB, file string, strategy kargo.Strategy, done map[request]bool, edited []byte) {
	t.Helper()
	f, err := manifest.Parse(file, edited)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range f.Stages {
		for j, r := range s.Requests {
			if !done[request{i, j}] {
				continue
			}
			notes, err := s.Set(j, strategy)
			if err != nil || len(notes) > 0 || r.Misplaced {
				t.Errorf("%s of %s: once more: %q, %v", r.Origin, s.Name, notes, err)
			}
			if r.Strategy != strategy && (r.Strategy.Normal() != strategy || strategy == "") {
				t.Errorf("%s of %s says %q", r.Origin, s.Name, r.Strategy)
			}
		}
	}
	once, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(edited, once) {
		t.Errorf("setting once more changes the file:\n%s", diff.Diff("once", edited, "twice", once))
	}
}

// request is one by the indexes of its Stage and of itself.
type request struct{ stage, index int }

// visible shows carriage returns and marks of the byte order.
func visible(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r"), []byte(`\r`))
	return bytes.ReplaceAll(text, []byte("\ufeff"), []byte(`\ufeff`))
}

func corpus(tb testing.TB) []string {
	tb.Helper()
	var files []string
	for _, pattern := range []string{"*.yaml", "*.json"} {
		found, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			tb.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

func read(tb testing.TB, file string) []byte {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, golden)), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
