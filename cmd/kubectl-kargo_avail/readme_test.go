package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readmeColumns is the width of the terminal that README shows.
const readmeColumns = 120

// TestReadmeShowsWhatIsPrinted runs the plugin's commands in README's console
// blocks and wants the output that follows them there. With -update it is written.
func TestReadmeShowsWhatIsPrinted(t *testing.T) {
	root := filepath.Join("..", "..")
	path := filepath.Join(root, "README.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	readme, ran := string(text), 0
	for _, block := range consoleBlocks(readme) {
		command, shown, _ := strings.Cut(block, "\n")
		line, ours := strings.CutPrefix(command, "$ go run ./cmd/kubectl-kargo_avail ")
		if !ours {
			continue
		}
		ran++
		printed, err := inTerminal(t.Context(), root, append(os.Environ(), "NO_COLOR=1"), readmeColumns, binary, strings.Fields(line)...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, printed)
		}
		if *update {
			readme = strings.Replace(readme, block, command+"\n"+printed, 1)
		} else if diff := cmp.Diff(shown, printed); diff != "" {
			t.Errorf("%s (-README +printed):\n%s", command, diff)
		}
	}
	if ran == 0 {
		t.Error("README runs the plugin nowhere")
	}
	if *update {
		if err := os.WriteFile(path, []byte(readme), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// consoleBlocks returns the insides of the blocks that are marked as console.
func consoleBlocks(markdown string) []string {
	var blocks []string
	for _, part := range strings.Split(markdown, "```console\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		blocks = append(blocks, block)
	}
	return blocks
}
