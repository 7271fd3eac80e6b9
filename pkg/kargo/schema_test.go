package kargo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// The fields by which releases are told apart, as an OpenAPI document shows them.
const (
	soakTime       = `"requiredSoakTime": {"type": "string"}`
	strategy       = `"availabilityStrategy": {"type": "string"}`
	options        = `"autoPromotionOptions": {"type": "object", "properties": {"selectionPolicy": {"type": "string"}}}`
	annotations    = `"annotations": {"type": "object", "additionalProperties": {"type": "string"}}`
	discoveredAt   = `"discoveredAt": {"type": "string", "format": "date-time"}`
	holds          = `"autoPromotionHolds": {"type": "object"}`
	effectiveHolds = `"effectiveAutoPromotionHolds": {"type": "object"}`
	targets        = `"targets": {"type": "object"}`
)

// installation is the schema of a Kargo, as far as it matters here.
type installation struct {
	sources, image, status, freight, spec []string
}

// openAPI writes the installation as the API server does.
func (i installation) openAPI() string {
	object := func(properties ...string) string {
		return `{"type": "object", "properties": {` + strings.Join(properties, ", ") + `}}`
	}
	list := func(items string) string { return `{"type": "array", "items": ` + items + `}` }
	image := object(append([]string{`"repoURL": {"type": "string"}`}, i.image...)...)
	reference := object(`"name": {"type": "string"}`, `"images": `+list(image))
	history := object(`"items": {"type": "object", "additionalProperties": ` + reference + `}`)
	status := append([]string{`"freightHistory": ` + list(history)}, i.status...)
	request := object(`"sources": ` + object(append([]string{`"direct": {"type": "boolean"}`}, i.sources...)...))
	return document(
		schemaOf("Stage", `"spec": `+object(append([]string{`"requestedFreight": ` + list(request)}, i.spec...)...), `"status": `+object(status...)),
		schemaOf("Freight", append([]string{`"alias": {"type": "string"}`}, i.freight...)...),
		schemaOf("StageList", `"items": {"type": "array"}`),
	)
}

func schemaOf(kind string, properties ...string) string {
	return fmt.Sprintf(`"io.akuity.kargo.v1alpha1.%s": {"type": "object", "properties": {%s},
		"x-kubernetes-group-version-kind": [{"group": "kargo.akuity.io", "version": "v1alpha1", "kind": %q}]}`,
		kind, strings.Join(properties, ", "), kind)
}

func document(schemas ...string) string {
	return `{"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.37.2"}, "paths": {"/apis": {}}, "components": {"schemas": {` +
		strings.Join(schemas, ", ") + `}}}`
}

func TestReleasesOf(t *testing.T) {
	upTo := func(n int) installation {
		var i installation
		for _, add := range []func(){
			func() { i.sources = append(i.sources, soakTime) },
			func() { i.sources = append(i.sources, strategy) },
			func() { i.image = append(i.image, annotations) },
			func() { i.sources = append(i.sources, options) },
			func() { i.freight = append(i.freight, discoveredAt); i.status = append(i.status, holds) },
			func() { i.status = append(i.status, effectiveHolds) },
			func() { i.spec = append(i.spec, targets) },
		}[:n] {
			add()
		}
		return i
	}
	tests := []struct {
		name, document, want string
	}{
		{"no landmark at all", upTo(0).openAPI(), "v1.1.3 or earlier"},
		{"soak times", upTo(1).openAPI(), "v1.2.0 - v1.2.3"},
		{"strategies, which v1.3.2 and v1.3.3 share", upTo(2).openAPI(), "v1.3.0 - v1.3.4"},
		{"annotations of images in the history", upTo(3).openAPI(), "v1.4.0 - v1.7.10"},
		{"selection policies", upTo(4).openAPI(), "v1.8.0 - v1.10.10"},
		{"discovery times", upTo(5).openAPI(), "v1.11.0"},
		{"effective holds", upTo(6).openAPI(), "v1.11.1 - v1.11.x"},
		{"targets", upTo(7).openAPI(), "v1.12.0 or later"},
		{
			"a landmark at another place is none",
			installation{status: []string{soakTime, options}, freight: []string{strategy, effectiveHolds}}.openAPI(),
			"v1.1.3 or earlier",
		},
		{
			"maps of anything and of nothing, where a bool stands for the schema",
			document(
				schemaOf("Stage", `"status": {"properties": {"freightHistory": {"items": {"properties": {"items": {"additionalProperties": true}}}}}}`),
				schemaOf("Freight", `"status": {"additionalProperties": false}`),
			),
			"v1.1.3 or earlier",
		},
		{
			"properties of other kinds than object, list and map",
			document(schemaOf("Stage", `"spec": {"x-kubernetes-preserve-unknown-fields": true}, "status": {}`), schemaOf("Freight", `"alias": {}`)),
			"v1.1.3 or earlier",
		},
		{"no Kargo", document(), "unknown"},
		{"no schemas", `{"openapi": "3.0.0"}`, "unknown"},
		{"null schemas", `{"components": {"schemas": null}}`, "unknown"},
		{"no Freight", document(schemaOf("Stage", `"spec": {}`)), "unknown"},
		{"no Stage", document(schemaOf("Freight", discoveredAt)), "unknown"},
		{
			"a CRD without a schema",
			document(schemaOf("Stage", `"spec": {}`), `"f": {"type": "object", "x-kubernetes-group-version-kind": [{"group": "kargo.akuity.io", "kind": "Freight"}]}`),
			"unknown",
		},
		{
			"a Stage and a Freight of another group",
			strings.ReplaceAll(upTo(6).openAPI(), `"group": "kargo.akuity.io"`, `"group": "stages.example"`),
			"unknown",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := kargo.ReleasesOf(strings.NewReader(test.document))
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != test.want {
				t.Errorf("ReleasesOf() = %s, want %s", got, test.want)
			}
			if got.Given {
				t.Error("ReleasesOf() says that a person gave the release")
			}
		})
	}
}

func TestReleasesOfWhatIsNoDocument(t *testing.T) {
	for _, text := range []string{``, `null garbage`, `[]`, `{"components": `, `{"components": {"schemas": {"s": {"properties": 7}}}}`} {
		if got, err := kargo.ReleasesOf(strings.NewReader(text)); err == nil {
			t.Errorf("ReleasesOf(%q) = %s, want an error", text, got)
		}
	}
}
