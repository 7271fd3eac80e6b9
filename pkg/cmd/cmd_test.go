package cmd_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd"
)

// env returns a world without a terminal and without an environment.
func env() (_ cli.Env, out, errOut *bytes.Buffer) {
	streams, _, out, errOut := genericiooptions.NewTestIOStreams()
	return cli.Env{
		IOStreams: streams,
		Now:       func() time.Time { return time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC) },
		Getenv:    func(string) (string, bool) { return "", false },
	}, out, errOut
}

// Every verb says what it does, at length too, and shows how.
func TestEveryCommandIsDocumented(t *testing.T) {
	e, _, _ := env()
	for _, c := range commands(cmd.New(e)) {
		if c.Short == "" || c.Long == "" || c.RunE == nil {
			t.Errorf("%s lacks a short or a long text, or does nothing", c.CommandPath())
		}
		if strings.Count(c.Example, "\n  kubectl kargo-avail")+strings.Count(c.Example, "\n  kubectl get") < 2 {
			t.Errorf("%s has fewer than two examples", c.CommandPath())
		}
	}
}

func commands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, child := range c.Commands() {
		all = append(all, commands(child)...)
	}
	return all
}

// What the examples show must at least be understood.
func TestExamplesParse(t *testing.T) {
	e, _, _ := env()
	checked := 0
	for _, c := range commands(cmd.New(e)) {
		for line := range strings.Lines(c.Example) {
			words, ours := strings.CutPrefix(strings.TrimSpace(line), "kubectl kargo-avail")
			if !ours {
				continue
			}
			words, _, _ = strings.Cut(words, "|")
			root := cmd.New(e)
			target, args, err := root.Find(strings.Fields(words))
			if err == nil {
				err = target.ParseFlags(args)
			}
			if err != nil {
				t.Errorf("%s: example %q: %v", c.CommandPath(), strings.TrimSpace(line), err)
			}
			checked++
		}
	}
	if checked < 6 {
		t.Errorf("%d examples were checked", checked)
	}
}

func TestASignalDecidesTheExitCode(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		e, out, errOut := env()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cli.SignalError{Signal: signal})
		if got := cmd.Run(ctx, e, []string{"-f", "../../examples/wait-gate.yaml"}); got != want {
			t.Errorf("exit code %d after %v, want %d", got, signal, want)
		}
		if errOut.Len() > 0 {
			t.Errorf("said %q after %v; output %q", errOut, signal, out)
		}
	}
}

// stuckPipe is one that nobody reads: the first write tells, and does not return.
type stuckPipe struct {
	stuck   func()
	release <-chan struct{}
}

func (p stuckPipe) Write(text []byte) (int, error) {
	p.stuck()
	<-p.release
	return len(text), nil
}

func TestASignalEndsWhatIsStuckInAWrite(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	release := make(chan struct{})
	defer close(release)
	e, _, errOut := env()
	e.Out = stuckPipe{func() { cancel(cli.SignalError{Signal: syscall.SIGTERM}) }, release}
	if got := cmd.Run(ctx, e, []string{"-f", "../../examples/wait-gate.yaml", "-o", "json"}); got != 143 || errOut.Len() > 0 {
		t.Errorf("exit code %d and %q", got, errOut)
	}
}

// brokenPipe fails as a pipe does that nobody reads any more.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestAClosedPipeIsNoFailure(t *testing.T) {
	for _, format := range []string{"", "json", "yaml", "name", "wide", "custom-columns=A:.alias", "jsonpath={.kind}"} {
		e, _, errOut := env()
		e.Out = brokenPipe{}
		if got := cmd.Run(t.Context(), e, []string{"-f", "../../examples/wait-gate.yaml", "-o", format}); got != cli.ExitDone {
			t.Errorf("-o %q: exit code %d and %q", format, got, errOut)
		}
	}
}

// Help fits a screen or little more: what all commands take is said once, by options.
func TestHelpIsShort(t *testing.T) {
	const most = 75
	e, _, _ := env()
	for _, c := range commands(cmd.New(e)) {
		e, out, _ := env()
		words := slices.Concat(strings.Fields(c.CommandPath())[2:], []string{"--help"})
		if got := cmd.Run(t.Context(), e, words); got != cli.ExitDone {
			t.Fatalf("%q: exit code %d", words, got)
		}
		help := out.String()
		if lines := strings.Count(help, "\n"); lines > most {
			t.Errorf("%q has %d lines", words, lines)
		}
		for line := range strings.Lines(help) {
			if len([]rune(line)) > 101 {
				t.Errorf("%q has the long line %q", words, line)
			}
		}
		if strings.Contains(help, "--kubeconfig") || !strings.Contains(help, `"kubectl kargo-avail options"`) {
			t.Errorf("%q repeats the flags of all commands, or does not say where they are:\n%s", words, help)
		}
	}
	e, out, _ := env()
	if got := cmd.Run(t.Context(), e, []string{"options"}); got != cli.ExitDone || !strings.Contains(out.String(), "--kubeconfig") || !strings.Contains(out.String(), "KARGO_AVAIL_LIMIT") {
		t.Errorf("options: exit code %d, %s", got, out)
	}
}
