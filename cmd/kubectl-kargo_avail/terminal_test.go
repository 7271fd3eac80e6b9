package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"syscall"

	"github.com/creack/pty"
)

// inTerminal runs a command on a terminal of so many columns and returns what it
// shows there, standard output and error together. The error is that of the command.
func inTerminal(ctx context.Context, dir string, env []string, columns uint16, name string, args ...string) (string, error) {
	return inTerminalReading(ctx, nil, dir, env, columns, name, args...)
}

// inTerminalReading does so with a standard input that is not the terminal, unless it
// is nil.
func inTerminalReading(ctx context.Context, in io.Reader, dir string, env []string, columns uint16, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.Dir, cmd.Env = in, dir, env
	const stdout = 1
	terminal, err := pty.StartWithAttrs(cmd, &pty.Winsize{Rows: 50, Cols: columns}, controlledBy(stdout))
	if err != nil {
		return "", err
	}
	defer func() { _ = terminal.Close() }() // nothing was written to it
	var shown bytes.Buffer
	// Linux ends the reading of a terminal that nobody writes to with EIO.
	if _, err := io.Copy(&shown, terminal); err != nil && !errors.Is(err, syscall.EIO) {
		return "", err
	}
	return strings.ReplaceAll(shown.String(), "\r\n", "\n"), cmd.Wait()
}
