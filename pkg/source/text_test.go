package source

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTextsReadEachFileOnce(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(file("below"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.yaml": "\ufeffa: {{ b }}\r\n", "b.json": "{", "c.txt": "c", "below/d.yml": ""} {
		if err := os.WriteFile(file(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a.yaml", file("z.yaml")); err != nil {
		t.Fatal(err)
	}
	texts, err := Files{Paths: []string{file("z.yaml"), "-", dir, file("c.txt")}, Recursive: true, Stdin: strings.NewReader("in")}.Texts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Text{
		{Name: file("z.yaml"), Path: file("z.yaml"), Data: []byte("\ufeffa: {{ b }}\r\n")},
		{Name: "standard input", Data: []byte("in")},
		{Name: file("b.json"), Path: file("b.json"), Data: []byte("{")},
		{Name: file("below/d.yml"), Path: file("below/d.yml"), Data: []byte("")},
		{Name: file("c.txt"), Path: file("c.txt"), Data: []byte("c")},
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTextsSayWhyOneCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("gone", filepath.Join(dir, "b.yaml")); err != nil {
		t.Fatal(err)
	}
	texts, err := Files{Paths: []string{dir}}.Texts(t.Context())
	if err != nil || len(texts) != 2 {
		t.Fatalf("%d files, %v", len(texts), err)
	}
	if texts[0].Err != nil || texts[1].Err == nil || texts[1].Data != nil {
		t.Errorf("%v, %v", texts[0].Err, texts[1].Err)
	}
	if _, err := (Files{Paths: []string{filepath.Join(dir, "c")}}).Texts(t.Context()); err == nil {
		t.Error("a path that does not exist is no error")
	}
}

func TestTextsTogetherHaveALimit(t *testing.T) {
	texts, err := Files{Paths: []string{"-"}, Stdin: strings.NewReader("12345"), limits: &limits{input: 4}}.Texts(t.Context())
	if err != nil || len(texts) != 1 || texts[0].Err == nil {
		t.Errorf("%v, %v", texts, err)
	}
}

func TestTextsEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	defer func() { _ = out.Close() }()
	cancel()
	if _, err := (Files{Paths: []string{"-"}, Stdin: in}).Texts(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A file in UTF-16 reads like the same one in UTF-8.
func TestTextsReadUTF16(t *testing.T) {
	for stored, isUTF16 := range map[string]bool{
		"\xff\xfea\x00:\x00\xe9\x00\n\x00": true,
		"\xfe\xff\x00a\x00:\x00\xe9\x00\n": true,
		"a:\u00e9\n":                       false,
	} {
		texts, err := Files{Paths: []string{"-"}, Stdin: strings.NewReader(stored)}.Texts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := []Text{{Name: StandardInput, Data: []byte("a:\u00e9\n"), UTF16: isUTF16}}
		if diff := cmp.Diff(want, texts); diff != "" {
			t.Errorf("%q (-want +got):\n%s", stored, diff)
		}
	}
}
