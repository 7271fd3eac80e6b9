package completion

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render"
)

// shimName is the name under which kubectl looks for what completes the plugin.
const shimName = "kubectl_complete-kargo_avail"

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
		err = mustComplete(path, plugin)
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(env.Out, "%s %s\n", render.Visible(path), outcome); err != nil {
		return &cli.WriteError{Err: err}
	}
	if found, err := exec.LookPath(shimName); err != nil || !sameFile(found, path) {
		cli.Tell(env, cli.ColorNever, &cli.Input{Notes: []string{
			fmt.Sprintf("kubectl will not find it there unless %s is on PATH, before any other that has a %s", filepath.Dir(path), shimName),
		}})
	}
	return nil
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
// asks it.
func mustComplete(path, plugin string) error {
	if sameFile(path, plugin) {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), asks) {
			return nil
		}
	}
	return fmt.Errorf("%s is there and does not complete this plugin: remove it, and try again", path)
}

func sameFile(a, b string) bool {
	first, errFirst := os.Stat(a)
	second, errSecond := os.Stat(b)
	return errFirst == nil && errSecond == nil && os.SameFile(first, second)
}
