package manifest

import (
	"fmt"
	"math"

	"go.yaml.in/yaml/v3"
)

// Scalar returns what a scalar means in JSON, by the rules of YAML 1.1 that Kubernetes goes
// by: nil, a bool, int64, uint64, float64 or string. An error is about a value that its tag
// does not allow, or that JSON does not have.
func Scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool", "!!int", "!!float":
		return number(n)
	}
	if n.Style == 0 { // neither quoted nor tagged
		switch n.Value {
		case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
			return true, nil
		case "n", "N", "no", "No", "NO", "off", "Off", "OFF":
			return false, nil
		}
	}
	return n.Value, nil
}

// number returns a number or a truth value.
func number(n *yaml.Node) (any, error) {
	var value any
	if err := n.Decode(&value); err != nil {
		return nil, fmt.Errorf("%q is no %s", n.Value, n.ShortTag())
	}
	switch v := value.(type) {
	case bool, int64, uint64:
		return v, nil
	case int:
		return int64(v), nil
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
	}
	return nil, fmt.Errorf("%q is no number that JSON knows", n.Value)
}
