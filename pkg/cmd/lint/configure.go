package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// configName is the name of the config file that is looked for.
const configName = ".kargo-avail.yaml"

// configError says that a config file or baseline makes no sense.
type configError struct{ error }

// configure reads the config file and the baseline. What the command line says goes
// before what the config file says.
func (o *options) configure() (ignores []lint.Ignore, baseline *lint.Baseline, err error) {
	name := o.config
	if name == "" {
		name = o.findConfig()
	}
	if name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, fmt.Errorf("--config: %w", err)
		}
		config, err := lint.ParseConfig(name, data)
		if err != nil {
			return nil, nil, err
		}
		ignores = config.Ignores
		o.apply(config)
	}
	if o.baseline == "" || o.writeBaseline {
		return ignores, nil, nil
	}
	data, err := os.ReadFile(o.baseline)
	if err != nil {
		return nil, nil, fmt.Errorf("--baseline: %w", err)
	}
	baseline, err = lint.ParseBaseline(o.baseline, data)
	return ignores, baseline, err
}

func (o *options) apply(config *lint.Config) {
	if len(config.Rules) > 0 && !o.given["rules"] {
		o.rules, _ = lint.Select(config.Rules) // ParseConfig has looked at them
	}
	if config.FailOn != "" && !o.given["fail-on"] {
		o.failOn = lint.Severity(config.FailOn).Rank()
	}
	if !config.Releases.IsUnknown() && o.Releases.IsUnknown() {
		o.Releases = config.Releases
	}
	o.partial = o.partial || config.Partial && len(o.Files) > 0
}

// findConfig looks for a config file from the first file on upwards, as far as the root of
// the repository; "" when there is none.
func (o *options) findConfig() string {
	if len(o.Files) == 0 || o.Files[0] == "-" {
		return ""
	}
	start, err := filepath.Abs(o.Files[0])
	if err != nil {
		return ""
	}
	for directory := start; ; directory = filepath.Dir(directory) {
		if name := filepath.Join(directory, configName); isFile(name) {
			return relative(name)
		}
		_, err := os.Stat(filepath.Join(directory, ".git"))
		if err == nil || directory == filepath.Dir(directory) {
			return ""
		}
	}
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// relative returns a name as seen from the working directory, where that is shorter.
func relative(name string) string {
	directory, err := os.Getwd()
	if err != nil {
		return name
	}
	if short, err := filepath.Rel(directory, name); err == nil && len(short) < len(name) {
		return short
	}
	return name
}

// record writes a baseline.
func (o *options) record(env cli.Env, result lint.Result) error {
	if result.Unread {
		return errors.New("the baseline is not written: not everything could be read; run without --write-baseline to see why")
	}
	text, err := lint.MarshalBaseline(result.Findings)
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.baseline, text, fs.FileMode(0o644)); err != nil { // others read it, as it is checked in
		return err
	}
	fmt.Fprintf(env.ErrOut, "Note: written to %s: what is found there does not count with --baseline\n", o.baseline)
	return nil
}
