package lint

import "fmt"

func fieldTooNew() Rule {
	return Rule{
		Code: "KA403", Name: "field-too-new", version: "v1.7.0", Severity: Error, In: Anywhere, Issues: []string{"kargo#3740"},
		Summary: "A field that the Kargo in question does not know yet.",
		Why: "The API server drops it, mostly without a word. Kargo v1.3.0 to v1.3.2 keep availabilityStrategy and do not look at it when Freight is promoted. " +
			"The version is the one of --kargo-version or of the cluster.",
		Remedy: "Upgrade Kargo, or do without the field.",
		check:  (*pass).fieldsTooNew,
	}
}

func (p *pass) fieldsTooNew() {
	releases := p.input.Releases
	if releases.IsUnknown() {
		return
	}
	for _, o := range p.written() {
		for _, s := range tooNew(o, p.input) {
			p.report(Finding{
				Severity: s.severity(),
				Message:  fmt.Sprintf("%s: Kargo %s does not know %s, which came with %s", o.Name, releases, s.name, s.beside.since),
				Place:    o.at(pathTo(s.path...)), Label: "dropped by the API server", Subject: string(pathTo(s.path...)),
				Advice: "upgrade Kargo to " + s.beside.since + " or later",
			})
		}
	}
	if releases.Since("v1.3.3") || !releases.Since("v1.3.0") {
		return
	}
	for _, r := range p.requests {
		if r.isAll() {
			p.report(Finding{
				Message: fmt.Sprintf("%s: Kargo %s does not look at availabilityStrategy: All when Freight is promoted", r.name(), releases),
				Place:   r.at("sources", "availabilityStrategy"), Label: "any upstream is enough", Subject: r.subject(""),
				Advice: "upgrade Kargo to v1.3.3 or later",
			})
		}
	}
}

// severity is how bad it is that a field is dropped: whether what is available hangs on
// it.
func (s stray) severity() Severity {
	switch s.name {
	case "availabilityStrategy", "requiredSoakTime", "autoPromotionOptions", "stageSelector":
		return Error
	}
	return Warning
}

// tooNew returns the fields of an object that the releases do not have yet.
func tooNew(o *Object, in *Input) []stray {
	var list []stray
	var walk func(value any, k *known, path []any)
	walk = func(value any, k *known, path []any) {
		if items, ok := value.([]any); ok && k.list {
			for i, item := range items {
				walk(item, fieldsOf(k.fields), with(path, i))
			}
			return
		}
		fields, _ := value.(map[string]any)
		for _, name := range sortedNames(fields) {
			below := k.fields[name]
			switch {
			case below == nil:
			case below.since != "" && !in.Releases.Since(below.since):
				list = append(list, stray{o, with(path, name), name, below})
			default:
				walk(fields[name], below, with(path, name))
			}
		}
	}
	if schema := knownFields(o.Kind); schema != nil {
		walk(o.value["spec"], schema, []any{"spec"})
	}
	return list
}
