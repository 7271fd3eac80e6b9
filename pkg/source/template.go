package source

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"al.essio.dev/pkg/shellescape"
)

// signs are what is looked for in text that cannot be parsed.
type signs struct {
	// kargo matches what may be an object of Kargo's.
	kargo *regexp.Regexp
	// template matches an action of a Go template, as Helm has them. Kargo's own
	// expressions, ${{ … }}, are none.
	template *regexp.Regexp
}

func newSigns() signs {
	return signs{
		kargo:    regexp.MustCompile(`kargo\.akuity\.io/(v\d|\{\{)|\bkind["']?\s*:\s*["']?(Stage|Freight|Promotion|Warehouse|ProjectConfig)\b`),
		template: regexp.MustCompile(`(?m)(^|[^$'"{])\{\{-?\s*[\w.$/("]|(^|[^$])\{\{-?\s*(\.|\$|include|toYaml|if|range|with|end|define|template|tpl|else|/\*)`),
	}
}

// renderFirst says that a template has to be rendered, and how.
func (d *documents) renderFirst() string {
	if d.chart == "" {
		return "a template, not YAML: render it first"
	}
	return fmt.Sprintf("a Helm template: render the chart first: helm template %s | kubectl kargo-avail … -f -", shellescape.Quote(d.chart))
}

// chartOf returns the directory of the Helm chart that a file is a template of, "" when
// it is none: a directory with a Chart.yaml above one named templates.
func chartOf(name string) string {
	for directory := filepath.Dir(name); directory != filepath.Dir(directory); directory = filepath.Dir(directory) {
		if filepath.Base(directory) != "templates" {
			continue
		}
		chart := filepath.Dir(directory)
		if info, err := os.Stat(filepath.Join(chart, "Chart.yaml")); err == nil && info.Mode().Type()&fs.ModeDir == 0 {
			return chart
		}
	}
	return ""
}
