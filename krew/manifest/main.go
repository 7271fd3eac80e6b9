// Command manifest writes the krew manifest of a release wherever the repository
// keeps one, from krew/manifest.yaml.tmpl and the checksums of the release.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
)

// source is the template that all manifests are made from, in the repository.
const source = "krew/manifest.yaml.tmpl"

func main() {
	root := flag.String("root", ".", "the root of the repository")
	tag := flag.String("tag", "", "the tag of the release, such as v0.1.0")
	checksums := flag.String("checksums", "", "the release's checksums.txt")
	flag.Parse()
	if err := run(*root, *tag, *checksums); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(root, tag, checksums string) error {
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+(-[\w.]+)?$`).MatchString(tag) {
		return fmt.Errorf("-tag %q is not a release such as v0.1.0", tag)
	}
	text, err := os.ReadFile(checksums)
	if err != nil {
		return fmt.Errorf("read -checksums: %w", err)
	}
	manifest, err := render(filepath.Join(root, source), tag, sumsOf(string(text)))
	if err != nil {
		return err
	}
	for _, name := range copies() {
		if err := os.WriteFile(filepath.Join(root, name), manifest, 0o644); err != nil { //nolint:gosec // it is published
			return fmt.Errorf("write the manifest: %w", err)
		}
	}
	return nil
}

// copies are the places of the manifest: where people look for one, under the name
// that krew's validator wants, and where krew looks when the repository is an index.
func copies() []string {
	return []string{"plugin.yaml", "krew/kargo-avail.yaml", "plugins/kargo-avail.yaml"}
}

// sumsOf reads the checksums of files by their name, as sha256sum writes them.
func sumsOf(text string) map[string]string {
	sums := map[string]string{}
	for line := range strings.Lines(text) {
		if sum, name, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			sums[name] = sum
		}
	}
	return sums
}

// render does with the template what krew-release-bot does, with sums by the name
// of the asset: each asset that the template names has to have one.
func render(path, tag string, sums map[string]string) ([]byte, error) {
	values := struct{ TagName string }{tag}
	uriAndSum := func(uri, _ string) (string, error) {
		parsed, err := template.New("uri").Parse(uri)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		if err := parsed.Execute(&b, values); err != nil {
			return "", err
		}
		asset := b.String()[strings.LastIndexByte(b.String(), '/')+1:]
		if sums[asset] == "" {
			return "", fmt.Errorf("the checksums do not name %s", asset)
		}
		return fmt.Sprintf("uri: %s\n    sha256: %s", b.String(), sums[asset]), nil
	}
	parsed, err := template.New(filepath.Base(path)).Funcs(template.FuncMap{"addURIAndSha": uriAndSum}).ParseFiles(path)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	var manifest bytes.Buffer
	if err := parsed.Execute(&manifest, values); err != nil {
		return nil, fmt.Errorf("make the manifest: %w", err)
	}
	return manifest.Bytes(), nil
}
