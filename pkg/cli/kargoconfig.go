package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// KargoProject returns the default Project of Kargo's own CLI, which
// "kargo config set-project" writes to kargo/config below XDG_CONFIG_HOME, else below
// ~/.config; "" when there is none. The file has tokens, too: errors never quote it.
func (e Env) KargoProject() (string, error) {
	path := e.kargoConfig()
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("the default Project of the kargo CLI is unknown: %w", err)
	}
	var config struct {
		Project string `yaml:"project"`
	}
	if yaml.Unmarshal(text, &config) != nil {
		return "", fmt.Errorf("the default Project of the kargo CLI is unknown: %s is not the YAML that it writes", path)
	}
	return config.Project, nil
}

// kargoConfig returns where Kargo's CLI keeps its configuration, on every platform; ""
// when there is no home.
func (e Env) kargoConfig() string {
	if folder, _ := e.Getenv("XDG_CONFIG_HOME"); folder != "" {
		return filepath.Join(folder, "kargo", "config")
	}
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home, _ := e.Getenv(name); home != "" {
			return filepath.Join(home, ".config", "kargo", "config")
		}
	}
	return ""
}
