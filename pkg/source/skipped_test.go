package source

import (
	"strings"
	"testing"
)

// What is not Kargo's is skipped and counted, and does no harm.
func TestFilesSkipWhatIsNotKargos(t *testing.T) {
	const parsed = "could not be parsed, without a sign of Kargo's objects: "
	for _, test := range []struct{ name, text, note string }{
		{"a Kustomization without a kind", "resources: [stage.yaml]\n", "skipped: 1 document without apiVersion and kind"},
		{"the values of a chart", "items: [a, b]\nimage: {tag: 1}\n", "skipped: 1 document without apiVersion and kind"},
		{"a chart", "apiVersion: v2\nname: web\nversion: 0.1.0\n", "skipped: 1 document without apiVersion and kind"},
		{"a workflow", "on: push\njobs: {a: {steps: [{run: x}]}}\n", "skipped: 1 document without apiVersion and kind"},
		{"a list", "- a\n- b\n", "skipped: 1 document without apiVersion and kind"},
		{"text", "\nnight\n", "skipped: 1 document without apiVersion and kind"},
		{"JSON without a kind", `{"name": "web", "scripts": {}}`, "skipped: 1 document without apiVersion and kind"},
		{"a kind that is no text", "apiVersion: v1\nkind: 5\n", "skipped: 1 document without apiVersion and kind"},
		{"objects of other groups", "apiVersion: v1\nkind: ConfigMap\nx: .nan\n? {a: b}\n: c\n---\nkind: A\napiVersion: b\nitems: [1]\n", "skipped: 2 objects of other API groups than kargo.akuity.io"},
		{"both", "apiVersion: v1\nkind: ConfigMap\n---\na: b\n---\nc: d\n", "skipped: 1 object of other API groups than kargo.akuity.io, 2 documents without apiVersion and kind"},
		{"an unknown anchor", "a: *b\n", parsed + "standard input, document 2: unknown anchor 'b' referenced"},
		{"what is neither YAML nor JSON", "!\n a: [\n", parsed + "standard input, document 2, line 5: did not find expected node content"},
		{"a template", "kind: Deployment\nmetadata: {name: {{ .Release.Name }}}\n{{- end }}\n", parsed + "standard input, document 2, line 3: a template, not YAML: render it first"},
		{"JSON that breaks", "{\"a\":\n b}\n", parsed + "standard input, document 2, line 4: invalid character 'b' at start of value"},
		{"many of them", strings.Repeat("a: *b\n---\n", 7), parsed + "standard input, document 2: unknown anchor 'b' referenced; standard input, document 3: unknown anchor 'b' referenced; " +
			"standard input, document 4: unknown anchor 'b' referenced; standard input, document 5: unknown anchor 'b' referenced; standard input, document 6: unknown anchor 'b' referenced; and 2 more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			// Documents before and after it are read.
			s, err := readText(t, stageYAML+"---\n"+test.text+"\n---\n"+wholeYAML)
			if err != nil {
				t.Fatal(err)
			}
			wantContents(t, s, map[string]contents{"default": whole()})
			wantLines(t, "notes", s.Notes, test.note)
			wantLines(t, "warnings", s.Warnings)
		})
	}
}

// Whatever may be Kargo's and cannot be read ends the reading: half of a pipeline must not
// be judged.
func TestFilesLoseNothingOfKargos(t *testing.T) {
	const head = "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: qa}\n"
	for _, test := range []struct{ name, text, want string }{
		{"YAML that breaks", head + "x: [\n", "x.yaml, document 2, line 6: did not find expected node content"},
		{"JSON that breaks", "{\"kind\":\"Stage\",\n b}", "x.yaml, document 2, line 4: invalid character 'b' at start of value"},
		{"JSON that breaks before the sign of Kargo", "{\"kind\":b,\n\"apiVersion\":\"kargo.akuity.io/v1alpha1\"}", "x.yaml, document 2, line 3: invalid character 'b' at start of value"},
		{"JSON that breaks off", `{"a":`, "x.yaml, document 2, line 3: it ends in the middle of an object"},
		{"a template", head + "spec: {{ .Values.spec }}\n", "x.yaml, document 2, line 3: a template, not YAML: render it first"},
		{"a template that is YAML", head + "spec: {x: {{ .Values.spec }}}\n", "x.yaml, document 2, line 3: a template, not YAML: render it first"},
		{"no kind", "apiVersion: kargo.akuity.io/v1alpha1\n", "x.yaml, document 2, line 3: not a Kubernetes object: apiVersion and kind must both be given"},
		{"a list of objects alone", "- {apiVersion: kargo.akuity.io/v1alpha1, kind: Stage}\n", "x.yaml, document 2, line 3: a list of objects without a kind: make it the items of a kind: List"},
		{"several", head + "x: [\n---\nkind: Stage\n---\nkind: Freight\n", "3 documents of Kargo's cannot be read, so nothing was judged:\n" +
			"  x.yaml, document 2, line 6: did not find expected node content\n" +
			"  x.yaml, document 3, line 8: not a Kubernetes object: apiVersion and kind must both be given\n" +
			"  x.yaml, document 4, line 10: not a Kubernetes object: apiVersion and kind must both be given"},
		{
			"a patch beside a Kustomization", "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n---\n" + strings.Replace(stageYAML, "metadata", "spec: {requestedFreight: [{}]}, metadata", 1),
			`x.yaml, document 3, line 6: Stage "prod" of Project "default" differs from the one in x.yaml, line 1: give one of them` +
				" (there is a Kustomization: its patches are no objects; build it first: kubectl kustomize DIR | kubectl kargo-avail … -f -)",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			inDirectory(t, map[string]string{"x.yaml": stageYAML + "---\n" + test.text})
			s, err := Files{Paths: []string{"x.yaml"}}.Read(t.Context())
			wantError(t, s, err, test.want)
		})
	}
}

func TestFilesKnowTheTemplatesOfACharts(t *testing.T) {
	template := strings.Replace(stageYAML, "name: prod", `name: "{{ .Values.name }}"`, 1)
	inDirectory(t, map[string]string{
		"charts/my web/Chart.yaml": "apiVersion: v2\n", "charts/my web/values.yaml": "a: b\n",
		"charts/my web/templates/kargo/stage.yaml": template,
		"charts/my web/templates/service.yaml":     "{{- if .Values.x }}\nmetadata: {{ .Values.x }}\n",
		// Kargo's own expressions make no template.
		"charts/my web/templates/plain.yaml": strings.Replace(stageYAML, "metadata", "x: \"${{ vars.a }}\", metadata", 1),
		"elsewhere/templates/stage.yaml":     strings.Replace(template, "Values.name", "x", 1),
	})
	_, err := Files{Paths: []string{"."}, Recursive: true}.Read(t.Context())
	const render = "charts/my web/templates/kargo/stage.yaml, line 1: a Helm template: render the chart first: helm template 'charts/my web' | kubectl kargo-avail … -f -"
	wantError(t, nil, err, render)
	s, err := Files{Paths: []string{"charts/my web/templates", "elsewhere/templates"}}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, s, map[string]contents{"default": {"stages": "prod {{ .x }}", "warehouses": "unread", "promotions": "unread"}})
	wantLines(t, "notes", s.Notes, "could not be parsed, without a sign of Kargo's objects: charts/my web/templates/service.yaml, line 1: a Helm template: "+
		"render the chart first: helm template 'charts/my web' | kubectl kargo-avail … -f -")
}
