package source

import (
	"io"
	"strings"
	"testing"
	"time"
)

// A pipe that nobody writes to is not waited for in silence.
func TestFilesSayThatTheyWait(t *testing.T) {
	stdin, writer := io.Pipe()
	said := make(chan string, 2)
	go func() {
		if name := <-said; name == StandardInput {
			_, _ = io.WriteString(writer, wholeYAML)
		}
		_ = writer.Close()
	}()
	s, err := Files{Paths: []string{"-"}, Stdin: stdin, delay: time.Millisecond, Waiting: func(name string) { said <- name }}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, s, map[string]contents{"default": whole()})
}

func TestFilesThatComeAtOnceAreNotWaitedFor(t *testing.T) {
	f := Files{Paths: []string{"-"}, Stdin: strings.NewReader(wholeYAML), delay: time.Hour, Waiting: func(name string) { t.Errorf("waiting for %s", name) }}
	if _, err := f.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Stdin = strings.NewReader(wholeYAML)
	if _, err := f.Texts(t.Context()); err != nil {
		t.Fatal(err)
	}
}
