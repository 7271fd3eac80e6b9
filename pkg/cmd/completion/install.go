package completion

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// shimName is the name under which kubectl looks for what completes the plugin.
const shimName = "kubectl_complete-kargo_avail"

// pluginName is the name under which kubectl looks for the plugin.
const pluginName = "kubectl-kargo_avail"

// asks is what a script does that completes the plugin.
const asks = "kubectl kargo-avail " + cobra.ShellCompRequestCmd

// shim returns a script that does what the plugin does when it is called by shimName.
func shim(windows bool) string {
	if windows {
		return "@" + asks + " %*\r\n"
	}
	return "#!/bin/sh\nexec " + asks + " \"$@\"\n"
}

// Arguments returns the arguments of a command line whose first word is the program. A
// program that is called by shimName is asked to complete them.
func Arguments(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	program, args := strings.TrimSuffix(filepath.Base(words[0]), ".exe"), words[1:]
	if program == shimName {
		return slices.Concat([]string{cobra.ShellCompRequestCmd}, args)
	}
	return args
}

// installBeside puts a link to the plugin, or a script, beside the plugin, as it was
// called: krew has it on PATH by a link. What is there already is left as it is.
func installBeside(env cli.Env, windows bool) error {
	plugin, err := pluginPath(env.Program)
	if err != nil {
		return err
	}
	path := filepath.Join(filepath.Dir(plugin), shimName)
	if windows {
		path += ".cmd"
	}
	err = create(path, filepath.Base(plugin), windows)
	outcome := "installed"
	if errors.Is(err, os.ErrExist) {
		outcome = "already installed"
		err = mustComplete(path, plugin, windows)
	}
	if err != nil {
		return elsewhere(err, filepath.Base(path), windows)
	}
	if _, err := fmt.Fprintf(env.Out, "%s %s\n", term.Sanitize(path), outcome); err != nil {
		return &cli.WriteError{Err: err}
	}
	if notes := notes(path, plugin); len(notes) > 0 {
		cli.PrintNotes(env, notes...)
	}
	return nil
}

// elsewhere adds to what kept a file from being made the way out, if the folder is one
// that may not be written to.
func elsewhere(err error, name string, windows bool) error {
	if !errors.Is(err, os.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return err
	}
	command := "kubectl kargo-avail completion kubectl > FOLDER/" + name
	if !windows {
		command += " && chmod +x FOLDER/" + name
	}
	return fmt.Errorf("%w; put it into a folder on PATH that you may write to: %s", err, command)
}

// notes says what keeps kubectl from completing the plugin, once the file is there.
func notes(path, plugin string) []string {
	var notes []string
	if found, err := exec.LookPath(shimName); err != nil || !sameFile(found, path) {
		notes = append(notes, fmt.Sprintf("kubectl will not find it there unless %s is on PATH, before any other that has a %s", filepath.Dir(path), shimName))
	}
	if name := strings.TrimSuffix(filepath.Base(plugin), ".exe"); name != pluginName {
		notes = append(notes, fmt.Sprintf("kubectl kargo-avail looks for %s, and this is %s: rename it, and remove %s before --install is run again", pluginName, name, path))
	}
	return notes
}

// pluginPath returns where the plugin is that was called so.
func pluginPath(program string) (string, error) {
	if filepath.Base(program) != program {
		return filepath.Abs(program)
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("where the plugin is cannot be told: %w; call it by its path", err)
	}
	return filepath.Abs(path)
}

// create makes a file that completes, unless there is one.
func create(path, plugin string, windows bool) error {
	if !windows {
		return os.Symlink(plugin, path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755) //nolint:gosec // it is a program
	if err != nil {
		return err
	}
	_, err = f.WriteString(shim(windows))
	return errors.Join(err, f.Close())
}

// mustComplete returns an error when a file is neither the plugin nor a script that
// asks it, or cannot be run, as which kubectl passes it over.
func mustComplete(path, plugin string, windows bool) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || !sameFile(path, plugin) && !asksPlugin(path) {
		return fmt.Errorf("%s is there and does not complete this plugin: remove it, and try again", path)
	}
	if !windows && info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is there and cannot be run: chmod +x it, or remove it, and try again", path)
	}
	return nil
}

// asksPlugin reports whether a file is a script that asks the plugin.
func asksPlugin(path string) bool {
	text, err := os.ReadFile(path)
	return err == nil && strings.Contains(string(text), asks)
}

func sameFile(a, b string) bool {
	first, errFirst := os.Stat(a)
	second, errSecond := os.Stat(b)
	return errFirst == nil && errSecond == nil && os.SameFile(first, second)
}
