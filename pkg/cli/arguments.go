package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// ParseStage reads what names a Stage on a command line: "prod", "stage/prod" or
// "stages.kargo.akuity.io/prod".
func ParseStage(arg string) (name string, err error) {
	resource, name, ok := strings.Cut(arg, "/")
	if !ok {
		resource, name = "stage", arg
	}
	resource = strings.TrimSuffix(strings.ToLower(resource), "."+kargo.Group)
	if resource != "stage" && resource != "stages" {
		return "", fmt.Errorf("%q does not name a Stage: expected NAME, stage/NAME or stages.%s/NAME", arg, kargo.Group)
	}
	if name == "" || strings.Contains(name, "/") {
		return "", fmt.Errorf("%q does not name a Stage: expected one name after %q", arg, resource+"/")
	}
	return name, nil
}

// ParseWarehouse reads what names an origin: "app" or "Warehouse/app".
func ParseWarehouse(arg string) (name string, err error) {
	kind, name, ok := strings.Cut(arg, "/")
	if !ok {
		kind, name = kargo.KindWarehouse, arg
	}
	if !strings.EqualFold(kind, kargo.KindWarehouse) || name == "" {
		return "", fmt.Errorf("%q does not name a Warehouse: expected NAME or %s/NAME", arg, kargo.KindWarehouse)
	}
	return name, nil
}

// IsStageType reports whether a word is the type that kubectl wants before the names of
// Stages: "stage", "stages", or either with Kargo's group.
func IsStageType(word string) bool {
	word = strings.TrimSuffix(strings.ToLower(word), "."+kargo.Group)
	return word == "stage" || word == "stages"
}

// ParseStages reads what names Stages on a command line: each as ParseStage does, or
// several with commas between them. A type before the names is dropped, as in
// "stage prod"; a Stage of that name is "stage/stage".
func ParseStages(args []string) (names []string, err error) {
	if len(args) > 1 && IsStageType(args[0]) {
		args = args[1:]
	}
	var problems []error
	for _, arg := range args {
		for part := range strings.SplitSeq(arg, ",") {
			name, err := ParseStage(part)
			problems = append(problems, err)
			names = append(names, name)
		}
	}
	return names, errors.Join(problems...)
}

// ParseOneStage reads the one Stage of a verb that is about one.
func ParseOneStage(arg string) (name string, err error) {
	names, err := ParseStages([]string{arg})
	if err != nil {
		return "", err
	}
	if len(names) > 1 {
		return "", fmt.Errorf("%q names %d Stages: this command is about one Stage at a time", arg, len(names))
	}
	return names[0], nil
}

// CutFreight reads what names Freight with its type, such as "freight/lucky-koala", and
// reports whether it does.
func CutFreight(arg string) (reference string, ok bool) {
	resource, reference, ok := strings.Cut(arg, "/")
	resource = strings.TrimSuffix(strings.ToLower(resource), "."+kargo.Group)
	return reference, ok && (resource == "freight" || resource == "freights")
}

// ParseFreight reads what names Freight on a command line: a name, an alias, a part of
// what it contains, or any of these behind "freight/".
func ParseFreight(arg string) (reference string, err error) {
	if cut, ok := CutFreight(arg); ok {
		arg = cut
	}
	if arg == "" {
		return "", errors.New("FREIGHT is empty")
	}
	return arg, nil
}
