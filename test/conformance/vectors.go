package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Vector is one Project and what Kargo answers about it.
type Vector struct {
	// Name is the folder and the number, such as "v1.11.2/0007".
	Name string `json:"-"`
	// File holds the Project's objects as YAML documents, some of them lists.
	File string `json:"-"`

	// Release is the Kargo that answered.
	Release string `json:"kargoVersion"`
	// Now is the instant for which it answered.
	Now time.Time `json:"now"`
	// Namespace is the Project's name.
	Namespace string `json:"namespace"`
	// Stages are by name; every Stage of the Project is there.
	Stages map[string]Stage `json:"stages"`
}

// Stage is what Kargo answers about one Stage: as it is configured, and with the
// strategy of every request replaced by OneOf and by All.
type Stage struct {
	ControlFlow bool `json:"controlFlow"`
	// AutoPromotionEnabled is nil where Kargo was not asked.
	AutoPromotionEnabled *bool  `json:"autoPromotionEnabled"`
	Configured           Answer `json:"configured"`
	Any                  Answer `json:"any"`
	All                  Answer `json:"all"`
}

// Answers returns the three answers by the words of the machine contract.
func (s Stage) Answers() map[string]Answer {
	return map[string]Answer{"configured": s.Configured, "any": s.Any, "all": s.All}
}

// Answer holds names of Freight, sorted.
type Answer struct {
	// Available is what the promotion check admits, Listed what the controllers'
	// listing has: empty where ListError says why the listing fails.
	Available []string `json:"available"`
	Listed    []string `json:"listed"`
	ListError string   `json:"listError"`
	// Candidates are what auto-promotion would pick, by origin ("Warehouse/NAME");
	// nil where Kargo was not asked.
	Candidates map[string]string `json:"autoPromotionCandidates"`
}

const answersSuffix = ".expected.json"

// Load returns the vectors of the folders in dir, in the order of their names.
func Load(dir string) ([]Vector, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"+answersSuffix))
	if err != nil {
		return nil, err
	}
	vectors := make([]Vector, 0, len(files))
	for _, file := range files {
		v, err := load(file)
		if err != nil {
			return nil, fmt.Errorf("reading vector %s: %w", file, err)
		}
		vectors = append(vectors, v)
	}
	return vectors, nil
}

func load(file string) (Vector, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Vector{}, err
	}
	base := strings.TrimSuffix(file, answersSuffix)
	v := Vector{
		Name: filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(base),
		File: base + ".yaml",
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // an answer that nobody compares is a gap
	if err := decoder.Decode(&v); err != nil {
		return Vector{}, err
	}
	_, err = os.Stat(v.File)
	return v, err
}
