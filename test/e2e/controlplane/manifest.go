package controlplane

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// readDir reads the *.yaml files of dir, of which there must be some.
func readDir(dir string) ([]*unstructured.Unstructured, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read the manifests in %q: %w", dir, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read the manifests in %q: no *.yaml file there", dir)
	}
	return readFiles(files)
}

func readFiles(files []string) ([]*unstructured.Unstructured, error) {
	var all []*unstructured.Unstructured
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a manifest: %w", err)
		}
		objects, err := decode(content)
		if err != nil {
			return nil, fmt.Errorf("read %q: %w", file, err)
		}
		all = append(all, objects...)
	}
	return all, nil
}

// decode returns the objects of a YAML stream in order: each document is an
// object, a list of objects, or empty.
func decode(stream []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(stream), 4096)
	for {
		var raw runtime.RawExtension
		err := documents.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(raw.Raw) == 0 || string(raw.Raw) == "null" {
			continue
		}
		decoded, err := runtime.Decode(unstructured.UnstructuredJSONScheme, raw.Raw)
		if err != nil {
			return nil, err
		}
		objects, err = appendObjects(objects, decoded)
		if err != nil {
			return nil, err
		}
	}
}

func appendObjects(objects []*unstructured.Unstructured, decoded runtime.Object) ([]*unstructured.Unstructured, error) {
	switch decoded := decoded.(type) {
	case *unstructured.Unstructured:
		return append(objects, decoded), nil
	case *unstructured.UnstructuredList:
		for i := range decoded.Items {
			objects = append(objects, &decoded.Items[i])
		}
		return objects, nil
	default:
		return nil, fmt.Errorf("%T is neither an object nor a list", decoded)
	}
}
