package assets

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProgressInALogIsALinePerHalfMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log syncBuffer
		p := startProgress(&log, "etcd v3.4.5")
		p.say("building etcd v3.4.5, once")
		p.set("downloading its modules")
		time.Sleep(31 * time.Second)
		output := &buildOutput{packages: map[string]bool{"a": true, "b/c": true}, progress: p}
		writeAll(t, output, "a\nb/")
		time.Sleep(30 * time.Second)
		writeAll(t, output, "c\n# b/c\nx.go:1: undefined\n")
		time.Sleep(30 * time.Second)
		p.stop()
		time.Sleep(time.Minute)

		want := `building etcd v3.4.5, once
etcd v3.4.5: downloading its modules, 30s
etcd v3.4.5: 1 of 2 packages compiled, 1m0s
etcd v3.4.5: linking, 1m30s
`
		if diff := cmp.Diff(want, log.b.String()); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff("# b/c\nx.go:1: undefined\n", output.rest.String()); diff != "" {
			t.Errorf("what is left for the error (-want +got):\n%s", diff)
		}
	})
}

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	t.Parallel()
	var terminal bytes.Buffer
	p := &progress{log: &terminal, terminal: true, what: "etcd v3.4.5", step: "linking", started: time.Now(), end: make(chan struct{}), ended: make(chan struct{})}
	close(p.ended)
	p.report()
	p.say("built")
	p.stop()
	want := eraseLine + "etcd v3.4.5: linking, 0s" + eraseLine + "built\n" + eraseLine
	if diff := cmp.Diff(want, terminal.String()); diff != "" {
		t.Errorf("terminal (-want +got):\n%s", diff)
	}
}

func writeAll(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}
