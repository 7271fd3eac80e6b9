package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/picture"
)

// TestPictureIsOfRealOutput runs what the picture in README shows, in a terminal with
// colours, and wants the picture to be of that. With -update it is drawn.
func TestPictureIsOfRealOutput(t *testing.T) {
	root := filepath.Join("..", "..")
	const columns = 112
	var shown strings.Builder
	for _, args := range []string{"gate prod prod-eu", "what-if prod=all"} {
		run := append(strings.Fields(args), "-f", "examples/wait-gate.yaml", "--at", "2026-11-23T04:48:45Z")
		printed, err := inTerminal(t.Context(), root, append(os.Environ(), "TERM=xterm-256color"), columns, binary, append(run, "--color", "always")...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", args, err, printed)
		}
		if shown.Len() > 0 {
			shown.WriteString("\n")
		}
		shown.WriteString(picture.Prompt("kubectl kargo-avail "+strings.Join(run, " ")) + printed)
	}
	want, err := picture.Draw("kubectl kargo-avail lists which Freight is available to three Stages under any and under all, and what-if says what one of them would lose under all", shown.String())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "images", "tour.svg")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("make docs draws it (-output +picture):\n%s", diff)
	}
}
