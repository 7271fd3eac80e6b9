package docs

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd"
)

var update = flag.Bool("update", false, "write the pages about the commands")

// root is the root of the repository.
const root = "../.."

// TestPagesAreOfTheCommands wants docs/cli and docs/man to be what the commands say of
// themselves. With -update they are written.
func TestPagesAreOfTheCommands(t *testing.T) {
	for folder, page := range map[string]func(*testing.T, *cobra.Command) (name, text string){"cli": markdown, "man": manual} {
		dir := filepath.Join(root, "docs", folder)
		if *update {
			empty(t, dir)
		}
		want := map[string]string{}
		for _, command := range documented(t) {
			name, text := page(t, command)
			want[name] = text
			if *update {
				writeFile(t, filepath.Join(dir, name), text)
			}
		}
		if len(want) < 8 {
			t.Fatalf("docs/%s: only %d commands", folder, len(want))
		}
		if diff := cmp.Diff(want, filesOf(t, dir)); diff != "" {
			t.Errorf("docs/%s; make docs writes it (-commands +files):\n%s", folder, diff)
		}
	}
}

// documented are the commands that have a page: those that help lists, and each with
// the text of its help made fit for a page.
func documented(t *testing.T) []*cobra.Command {
	t.Helper()
	env := cli.Env{
		IOStreams: genericiooptions.IOStreams{In: &bytes.Buffer{}, Out: &bytes.Buffer{}, ErrOut: &bytes.Buffer{}},
		Now:       time.Now,
		Getenv:    func(string) (string, bool) { return "", false },
	}
	top := cmd.New(env)
	top.Long += "\n\nThese variables of the environment stand in for flags that are not given:\n\n" + cli.VariablesHelp()
	top.PersistentFlags().Lookup("cache-dir").DefValue = "$HOME/.kube/cache"
	var commands []*cobra.Command
	var add func(*cobra.Command)
	add = func(c *cobra.Command) {
		c.DisableAutoGenTag = true
		c.Long = prose(strings.TrimSpace(c.Long))
		commands = append(commands, c)
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() {
				add(sub)
			}
		}
	}
	add(top)
	return commands
}

// prose is the text of a help as Markdown: what is indented there stays as it is, and
// nothing else is markup.
func prose(help string) string {
	var lines []string
	for line := range strings.SplitSeq(help, "\n") {
		if strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "  ") {
			line = "  " + strings.ReplaceAll(line, "\t", "  ")
			if len(lines) > 0 && lines[len(lines)-1] != "" && !strings.HasPrefix(lines[len(lines)-1], "    ") {
				lines = append(lines, "")
			}
		} else {
			line = strings.NewReplacer("*", `\*`, "<", `\<`, "_", `\_`).Replace(line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func markdown(t *testing.T, command *cobra.Command) (name, text string) {
	t.Helper()
	var page bytes.Buffer
	if err := doc.GenMarkdown(command, &page); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(command.CommandPath(), " ", "_") + ".md", page.String()
}

// manual has no date: a page is as old as the release that it comes with.
func manual(t *testing.T, command *cobra.Command) (name, text string) {
	t.Helper()
	title := strings.ReplaceAll(command.CommandPath(), " ", "-")
	header := doc.GenManHeader{Title: strings.ToUpper(title), Section: "1", Date: &time.Time{}, Source: "kubectl-kargo-avail", Manual: "kubectl plugins"}
	var page bytes.Buffer
	if err := doc.GenMan(command, &header, &page); err != nil {
		t.Fatal(err)
	}
	return title + ".1", strings.Replace(page.String(), `"Jan 0001"`, `""`, 1)
}

// filesOf returns the texts of the files in a folder by their names.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		files[entry.Name()] = readFile(t, filepath.Join(dir, entry.Name()))
	}
	return files
}

// empty removes the files of a folder: commands that are no more have no page.
func empty(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
