package faults

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Outcome is what a command came to.
type Outcome struct {
	Stdout, Stderr string
	Exit           int
}

// Command runs the plugin against a server.
type Command struct {
	// Plugin is the path of the program.
	Plugin string
	// Server is the URL of the API server, or of a Proxy before it.
	Server string
	// Home is a folder for what the command keeps.
	Home string
	// Limit is how long a command may take.
	Limit time.Duration
}

func (c *Command) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.Plugin, append(args, "--server", c.Server, "--cache-dir", filepath.Join(c.Home, "cache"))...)
	cmd.Env = []string{"HOME=" + c.Home, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + filepath.Join(c.Home, "none")}
	return cmd
}

// Run runs a command to its end.
func (c *Command) Run(ctx context.Context, args ...string) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	cmd := c.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return Outcome{}, fmt.Errorf("%q does not end within %s; it said %q", args, c.Limit, &stderr)
	}
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return Outcome{}, err
	}
	return Outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}, nil
}

// Watch runs a command that watches. It calls change when the command prints a line that
// says that it has begun; nil is a command that says nothing, of which it is after a
// second. It ends the command when that has printed a line with until; "" ends by itself.
func (c *Command) Watch(ctx context.Context, began *regexp.Regexp, change func() error, until string, args ...string) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	cmd := c.command(ctx, args...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return Outcome{}, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return Outcome{}, err
	}
	if err := cmd.Start(); err != nil {
		return Outcome{}, err
	}
	var changed error
	begin := sync.OnceFunc(func() { changed = change() })
	if began == nil {
		time.Sleep(time.Second)
		begin()
	}
	var out, said strings.Builder
	var reading sync.WaitGroup
	reading.Go(func() {
		eachLine(stderr, &said, func(line string) {
			if began != nil && began.MatchString(line) {
				begin()
			}
		})
	})
	reading.Go(func() {
		eachLine(stdout, &out, func(line string) {
			if until != "" && strings.Contains(line, until) {
				_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
			}
		})
	})
	reading.Wait()
	_ = cmd.Wait() // the exit code says it all
	if ctx.Err() != nil {
		return Outcome{}, fmt.Errorf("%q does not get there within %s: %q; it said %q", args, c.Limit, &out, &said)
	}
	return Outcome{out.String(), said.String(), cmd.ProcessState.ExitCode()}, changed
}

// eachLine calls visit with each line of a stream, and copies it.
func eachLine(from io.Reader, to *strings.Builder, visit func(line string)) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		to.WriteString(lines.Text() + "\n")
		visit(lines.Text())
	}
}
