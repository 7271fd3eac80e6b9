package lint

import (
	"slices"
	"strings"
)

// known says which fields an object may have, as Kargo's schema does.
type known struct {
	fields map[string]*known
	// open: anything may be below, or it is not of interest.
	open bool
	// list: the fields are those of the items.
	list bool
	// since and until are the first and the last release that has the field, "" for all.
	since, until string
}

func fieldsOf(fields map[string]*known) *known { return &known{fields: fields} }

func itemsOf(fields map[string]*known) *known { return &known{fields: fields, list: true} }

func anything() *known { return &known{open: true} }

func from(release string, k *known) *known { k.since = release; return k }

func upTo(release string, k *known) *known { k.until = release; return k }

// knownFields returns what the spec of a kind may have, nil for a kind whose fields are
// not looked at.
func knownFields(kind string) *known {
	switch kind {
	case "Stage":
		return stageFields()
	case "ProjectConfig":
		return fieldsOf(map[string]*known{
			"promotionPolicies": policyFields(), "webhookReceivers": anything(), "stageLinks": anything(), "freightLinks": anything(),
			"promotionWindows": anything(),
		})
	case "Project":
		return fieldsOf(map[string]*known{"promotionPolicies": upTo("v1.6", policyFields())})
	case "Warehouse":
		return fieldsOf(map[string]*known{
			"freightCreationPolicy": anything(), "freightCreationCriteria": from("v1.8.0", anything()), "interval": anything(), "shard": anything(),
			"subscriptions": anything(),
		})
	default:
		return nil
	}
}

func policyFields() *known {
	return itemsOf(map[string]*known{
		"stage": anything(), "stageSelector": from("v1.5.0", fieldsOf(map[string]*known{"name": anything(), "matchLabels": anything(), "matchExpressions": anything()})),
		"autoPromotionEnabled": anything(), "autoRollback": anything(), "promotionWindows": anything(),
	})
}

func stageFields() *known {
	return fieldsOf(map[string]*known{
		"shard": anything(),
		"vars":  from("v1.5.0", anything()),
		"requestedFreight": itemsOf(map[string]*known{
			"origin": fieldsOf(map[string]*known{"kind": anything(), "name": anything()}),
			"sources": fieldsOf(map[string]*known{
				"direct": anything(), "stages": anything(),
				"requiredSoakTime":     from("v1.2.0", anything()),
				"availabilityStrategy": from("v1.3.0", anything()),
				"autoPromotionOptions": from("v1.8.0", fieldsOf(map[string]*known{"selectionPolicy": anything()})),
			}),
		}),
		"promotionTemplate": fieldsOf(map[string]*known{"spec": fieldsOf(map[string]*known{
			"vars": anything(),
			"steps": itemsOf(map[string]*known{
				"uses": anything(), "task": anything(), "as": anything(), "if": anything(), "continueOnError": anything(), "retry": anything(),
				"vars": anything(), "config": anything(),
			}),
		})}),
		"verification": fieldsOf(map[string]*known{
			"analysisTemplates":   itemsOf(map[string]*known{"name": anything(), "kind": from("v1.3.0", anything())}),
			"analysisRunMetadata": anything(), "args": itemsOf(map[string]*known{"name": anything(), "value": anything()}),
		}),
		"targets":             anything(),
		"subscriptions":       upTo("v0.8", anything()),
		"promotionMechanisms": upTo("v0.9", anything()),
	})
}

// stray is a field that Kargo's schema does not have where it is written.
type stray struct {
	object *Object
	path   []any
	name   string
	// beside are the fields that there are at this place.
	beside *known
}

// strays returns the fields of an object's spec that its schema does not have.
func strays(o *Object) []stray {
	schema := knownFields(o.Kind)
	if schema == nil {
		return nil
	}
	var list []stray
	var walk func(value any, k *known, path []any)
	walk = func(value any, k *known, path []any) {
		if k.open {
			return
		}
		if items, ok := value.([]any); ok && k.list {
			for i, item := range items {
				walk(item, fieldsOf(k.fields), with(path, i))
			}
			return
		}
		fields, _ := value.(map[string]any)
		for _, name := range sortedNames(fields) {
			below, ok := k.fields[name]
			if !ok {
				list = append(list, stray{o, with(path, name), name, k})
				continue
			}
			walk(fields[name], below, with(path, name))
		}
	}
	walk(o.value["spec"], schema, []any{"spec"})
	return list
}

// sortedNames returns the names of an object's fields, in order.
func sortedNames(fields map[string]any) []string {
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// with returns a path that goes on, without sharing memory.
func with(path []any, more ...any) []any { return append(slices.Clip(path), more...) }

// belongs says where in a Stage a field belongs that is written somewhere else: the path
// of its parent from the spec; "" when it is no such field.
func belongs(name string) string {
	switch name {
	case "availabilityStrategy", "requiredSoakTime", "autoPromotionOptions", "direct", "stages":
		return "sources"
	case "selectionPolicy":
		return "autoPromotionOptions"
	case "requestedFreight", "promotionTemplate", "verification", "promotionPolicies":
		return "spec"
	case "steps":
		return "promotionTemplate.spec"
	case "origin", "sources":
		return "requestedFreight"
	case "analysisTemplates", "args", "analysisRunMetadata":
		return "verification"
	}
	return ""
}

// nearField returns the known field whose name is nearest to a mistyped one, "" when none
// is.
func nearField(s stray) string {
	var names []string
	for name, k := range s.beside.fields {
		if k.until == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.EqualFold(name, s.name) || strings.EqualFold(name, s.name+"s") {
			return name
		}
	}
	return near(s.name, names)
}
