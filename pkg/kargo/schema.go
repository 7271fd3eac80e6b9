package kargo

import (
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A landmark is a field that dates an installation: its first release has the
// field, and before, the last release that does not, or "v1.2.x" where that branch may
// have further patch releases.
type landmark struct {
	first, before string
	kind          string
	path          []string
}

// landmarks lists, newest first, the fields that came with a change of the rules.
// v1.3.0 to v1.3.2 and v1.3.3 differ in rules and not in schema.
func landmarks() []landmark {
	sources := func(field string) []string { return []string{"spec", "requestedFreight", "[]", "sources", field} }
	return []landmark{
		{"v1.12.0", "v1.11.x", "Stage", []string{"spec", "targets"}},
		{"v1.11.1", "v1.11.0", "Stage", []string{"status", "effectiveAutoPromotionHolds"}},
		{"v1.11.0", "v1.10.10", "Freight", []string{"discoveredAt"}},
		{"v1.8.0", "v1.7.10", "Stage", sources("autoPromotionOptions")},
		{"v1.4.0", "v1.3.4", "Stage", []string{"status", "freightHistory", "[]", "items", "{}", "images", "[]", "annotations"}},
		{"v1.3.0", "v1.2.3", "Stage", sources("availabilityStrategy")},
		{"v1.2.0", "v1.1.3", "Stage", sources("requiredSoakTime")},
	}
}

// ReleasesOf infers the releases that an installation may be from the OpenAPI v3
// document of Kargo's group. A document without a Stage or Freight schema leaves
// them unknown.
func ReleasesOf(openAPI io.Reader) (Releases, error) {
	var doc struct {
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.UnmarshalRead(openAPI, &doc, jsontext.AllowDuplicateNames(true)); err != nil {
		// The decoder's own words vary from run to run.
		return Releases{}, fmt.Errorf("not an OpenAPI document of %s", APIVersion)
	}
	kinds := map[string]schema{}
	for _, s := range doc.Components.Schemas {
		for _, gvk := range s.Kinds {
			if gvk.Group == Group {
				kinds[gvk.Kind] = s
			}
		}
	}
	if kinds["Stage"].Properties == nil || kinds["Freight"].Properties == nil {
		return Releases{}, nil
	}
	return inferReleases(kinds), nil
}

// inferReleases dates an installation by its newest landmark.
func inferReleases(kinds map[string]schema) Releases {
	newest := ""
	for _, l := range landmarks() {
		if s := kinds[l.kind]; s.has(l.path) {
			return Releases{Min: l.first, Max: newest}
		}
		newest = l.before
	}
	return Releases{Max: newest}
}

// schema is the part of an OpenAPI schema that says which fields there are.
type schema struct {
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	// AdditionalProperties is a schema or a bool.
	AdditionalProperties jsontext.Value `json:"additionalProperties"`
	Kinds                []struct {
		Group string `json:"group"`
		Kind  string `json:"kind"`
	} `json:"x-kubernetes-group-version-kind"`
}

// has reports whether the schema has the field at path, in which "[]" stands for
// the items of a list and "{}" for the values of a map.
func (s *schema) has(path []string) bool {
	if s == nil {
		return false
	}
	if len(path) == 0 {
		return true
	}
	switch path[0] {
	case "[]":
		return s.Items.has(path[1:])
	case "{}":
		var values schema
		return json.Unmarshal(s.AdditionalProperties, &values) == nil && values.has(path[1:])
	default:
		next, ok := s.Properties[path[0]]
		return ok && next.has(path[1:])
	}
}
