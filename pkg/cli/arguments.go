package cli

import (
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
