package cli

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"k8s.io/klog/v2"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// StartLog writes client-go's log to stderr, from a verbosity of 1 on. client-go masks
// the credentials in the headers that it logs.
func StartLog(env Env, verbosity int) error {
	if verbosity <= 0 {
		return nil
	}
	var level klog.Level
	if err := level.Set(strconv.Itoa(verbosity)); err != nil {
		return fmt.Errorf("-v: %w", err)
	}
	klog.LogToStderr(false)
	klog.SetOutput(visibleLines{env.ErrOut})
	klog.ClearLogger()
	return nil
}

// visibleLines sanitizes what is written line by line. Each write is whole lines.
type visibleLines struct{ out io.Writer }

func (w visibleLines) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		if _, err := fmt.Fprintln(w.out, term.Sanitize(string(bytes.TrimRight(line, "\n")))); err != nil {
			return 0, err
		}
	}
	return len(text), nil
}
