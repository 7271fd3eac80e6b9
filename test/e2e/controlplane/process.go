package controlplane

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	// startLimit is how long a server may take to serve: it needs seconds on an
	// idle machine, and many more where it shares two cores with a compiler.
	startLimit = 90 * time.Second
	// stopLimit is how long a server may take to shut down on its own.
	stopLimit = 30 * time.Second
)

// process is a server that this package started. The nil process is one that
// was never started, and can be stopped.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it has ended
}

// start starts a program that writes to a log, which is appended to.
func start(program, log string, args ...string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(program), err)
	}
	defer func() { _ = out.Close() }()

	p := &process{cmd: exec.Command(program, args...), log: log, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = endWithParent()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(program), err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended shows in its log
		close(p.done)
	}()
	return p, nil
}

// wait returns when ready does not fail any more. It gives up when the process
// has ended or takes too long, with the end of its log.
func (p *process) wait(ctx context.Context, ready func(context.Context) error) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, startLimit, true, func(ctx context.Context) (bool, error) {
		if p.ended() {
			return false, errors.New("it has ended")
		}
		last = ready(ctx)
		return last == nil, nil
	})
	if err == nil {
		return nil
	}
	return fmt.Errorf("wait for %s to serve: %w\n%s", p.name(), errors.Join(err, last), p.tail())
}

// terminate asks the process to shut down and returns when it has.
func (p *process) terminate() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", p.name(), err)
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopLimit):
		return errors.Join(fmt.Errorf("stop %s: it was asked to and still runs after %s\n%s", p.name(), stopLimit, p.tail()), p.kill())
	}
}

// kill ends the process, if it still runs, and returns when it has ended.
func (p *process) kill() error {
	if p == nil || p.ended() {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", p.name(), err)
	}
	<-p.done
	return nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) name() string {
	return filepath.Base(p.cmd.Path)
}

// tail is the end of the log, where a server says why it ended.
func (p *process) tail() string {
	const lines = 20
	content, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}
