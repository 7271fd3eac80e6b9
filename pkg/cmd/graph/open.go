package graph

import (
	"bytes"
	"fmt"
	"os"

	"github.com/cli/browser"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// openPage writes the page into a temporary file and opens it in the person's browser. The
// file stays: a browser reads it after this process has ended.
func openPage(env cli.Env, page *bytes.Buffer) error {
	file, err := os.CreateTemp("", "kargo-avail-*.html")
	if err != nil {
		return err
	}
	if _, err := page.WriteTo(file); err != nil {
		_ = file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	browser.Stdout, browser.Stderr = env.ErrOut, env.ErrOut // of what opens the browser
	if err := browser.OpenFile(file.Name()); err != nil {
		return fmt.Errorf("no browser could be started (%w); the page is %s", err, file.Name())
	}
	fmt.Fprintln(env.ErrOut, "Opened "+file.Name())
	return nil
}
