package source

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// The shortest object of each kind.
const (
	stageYAML     = "{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: prod}}\n"
	freightYAML   = "{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: f1}, origin: {kind: Warehouse, name: app}}\n"
	warehouseYAML = "{apiVersion: kargo.akuity.io/v1alpha1, kind: Warehouse, metadata: {name: app}}\n"
	promotionYAML = "{apiVersion: kargo.akuity.io/v1alpha1, kind: Promotion, metadata: {name: p1}}\n"
	configYAML    = "{apiVersion: kargo.akuity.io/v1alpha1, kind: ProjectConfig, metadata: {name: default}, spec: {promotionPolicies: [{stage: prod}]}}\n"

	stageJSON     = `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Stage","metadata":{"name":"prod"}}`
	freightJSON   = `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Freight","metadata":{"name":"f1"},"origin":{"kind":"Warehouse","name":"app"}}`
	warehouseJSON = `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Warehouse","metadata":{"name":"app"}}`
	promotionJSON = `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Promotion","metadata":{"name":"p1"}}`

	wholeYAML = stageYAML + "---\n" + freightYAML + "---\n" + warehouseYAML + "---\n" + promotionYAML + "---\n" + configYAML
)

// whole is what wholeYAML holds.
func whole() contents {
	return contents{"stages": "prod", "freight": "f1", "warehouses": "app", "promotions": "p1", "config": "prod"}
}

// The warnings about a kind without objects.
const (
	noFreight    = "no Freight in the files: nothing can be shown to be available; Freight is in the cluster: kubectl get freights.kargo.akuity.io -n default -o yaml"
	noWarehouse  = "no Warehouse in the files: which Freight is listed, and what auto-promotion would pick, is unknown"
	noPromotions = "no Promotion in the files: which Promotions are queued, running or failed is unknown but for what the Stages say"
)

// inDirectory writes files, by their slash-separated names, into a new directory
// and goes there.
func inDirectory(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// readText reads one document stream from standard input.
func readText(t *testing.T, text string) (*Snapshot, error) {
	t.Helper()
	return Files{Paths: []string{"-"}, Stdin: strings.NewReader(text)}.Read(t.Context())
}

func TestFilesReadEveryForm(t *testing.T) {
	list := func(items ...string) string {
		return `{"apiVersion":"v1","items":[` + strings.Join(items, ",\n") + `],"kind":"List","metadata":{"resourceVersion":""}}`
	}
	for _, test := range []struct{ name, text string }{
		{"YAML documents", wholeYAML},
		{"YAML documents with Windows line ends", strings.ReplaceAll(wholeYAML, "\n", "\r\n")},
		{"YAML after a byte order mark", "\ufeff" + wholeYAML},
		{"YAML with empty documents, comments and document ends", "# a comment\n---\n---\n# another\n---\n" + stageYAML + "...\n---\n" + freightYAML + "--- # a comment\n" + warehouseYAML + "...\n# more\n---\n" + promotionYAML + "---\n" + configYAML + "---\n"},
		{"YAML documents of which one starts on its separator's line", "--- " + stageYAML + "--- " + freightYAML + "--- " + warehouseYAML + "--- " + promotionYAML + "--- " + configYAML},
		{"a YAML list", "apiVersion: v1\nkind: List\nitems:\n- " + stageYAML + "- " + freightYAML + "- " + warehouseYAML + "- " + promotionYAML + "- " + configYAML},
		{"a YAML list that says at its end that it is one", "items:\n- " + stageYAML + "- " + freightYAML + "- " + warehouseYAML + "- " + promotionYAML + "- " + configYAML + "kind: List\napiVersion: v1\n"},
		{"JSON documents in a row", stageJSON + freightJSON + "\n\n" + warehouseJSON + " " + promotionJSON + "\n" + configJSON},
		{"JSON after a byte order mark", "\ufeff" + stageJSON + freightJSON + warehouseJSON + promotionJSON + configJSON},
		{"JSON documents between separators", stageJSON + "\n---\n" + freightJSON + "\n---\n" + warehouseJSON + "\n--- \n" + promotionJSON + "\n---\n" + configJSON + "\n"},
		{"JSON and then YAML", stageJSON + freightJSON + "\n---\n" + warehouseYAML + "---\n" + promotionYAML + "---\n" + configYAML},
		{"a JSON list", list(stageJSON, freightJSON, warehouseJSON, promotionJSON, configJSON)},
		{"JSON lists in a row", list(stageJSON, freightJSON) + list() + list(warehouseJSON, promotionJSON, configJSON)},
		{"typed lists with items that do not say what they are", `{"kind":"StageList","apiVersion":"kargo.akuity.io/v1alpha1","items":[{"metadata":{"name":"prod"}}]}` +
			`{"items":[{"metadata":{"name":"f1"},"origin":{"kind":"Warehouse","name":"app"}}],"kind":"FreightList","apiVersion":"kargo.akuity.io/v1alpha1"}` +
			`{"apiVersion":"kargo.akuity.io/v1alpha1","items":[{"kind":"Warehouse","metadata":{"name":"app"}}],"kind":"WarehouseList"}` +
			`{"apiVersion":"kargo.akuity.io/v1alpha1","items":[{"metadata":{"name":"p1"}}],"kind":"PromotionList"}` + configJSON},
		{"typed lists in YAML", "kind: StageList\napiVersion: kargo.akuity.io/v1alpha1\nitems: [{metadata: {name: prod}}]\n---\nitems: [{metadata: {name: f1}, origin: {kind: Warehouse, name: app}}]\nkind: FreightList\napiVersion: kargo.akuity.io/v1alpha1\n---\n" + warehouseYAML + "---\n" + promotionYAML + "---\n" + configYAML},
		{"lists without items", list(stageJSON, freightJSON, warehouseJSON, promotionJSON, configJSON) + `{"apiVersion":"v1","kind":"List","items":null}{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"StageList"}`},
		{"the same object more than once", wholeYAML + "---\n" + wholeYAML},
		{"anchors, aliases and merge keys", strings.Replace(wholeYAML, "metadata: {name: prod}", "metadata: &m {name: prod}, spec: {requestedFreight: [{origin: &o {kind: Warehouse, name: app}}, {origin: *o}, {origin: {<<: *o, name: other}}]}", 1)},
		{"kinds of Kargo's that do not matter", wholeYAML + strings.Join([]string{"", "PromotionTask, metadata: {name: x}}\n", "ClusterPromotionTask}\n", "ClusterConfig}\n"}, "---\n{apiVersion: kargo.akuity.io/v1alpha1, kind: ")},
		{"fields that are not known, and nulls", strings.Replace(wholeYAML, "metadata: {name: prod}", "metadata: {name: prod, creationTimestamp: null, generation: 3, annotations: {a: b}}, spec: null, items: [{}], more: [1, 2.5, yes, ~, 0x1F, 12345678901234567890, 2026-11-23]", 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := readText(t, test.text)
			if err != nil {
				t.Fatal(err)
			}
			wantContents(t, s, map[string]contents{"default": whole()})
			wantLines(t, "warnings", s.Warnings)
			wantLines(t, "notes", s.Notes)
		})
	}
}

const configJSON = `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"ProjectConfig","metadata":{"name":"default"},"spec":{"promotionPolicies":[{"stage":"prod"}]}}`

func TestFilesAreFound(t *testing.T) {
	files := map[string]string{
		"stage.yaml": stageYAML, "more/freight.yml": freightYAML, "more/notes.txt": "no YAML: at: all", "more/UPPER.YAML": "not: read",
		"more/below/warehouse.json": warehouseJSON, "more/below/promotion.yaml": promotionYAML, "config": configYAML, "more/empty.yaml": "",
	}
	for _, test := range []struct {
		name      string
		paths     []string
		recursive bool
		stdin     string
		want      contents
	}{
		{
			name: "files and one level of directories", paths: []string{"stage.yaml", "more"},
			want: contents{"stages": "prod", "freight": "f1", "warehouses": "unread", "promotions": "unread"},
		},
		{
			name: "directories whole", paths: []string{"."}, recursive: true,
			want: contents{"stages": "prod", "freight": "f1", "warehouses": "app", "promotions": "p1"},
		},
		{
			name: "a named file of any extension", paths: []string{"config", "stage.yaml", "more/freight.yml"},
			want: contents{"stages": "prod", "freight": "f1", "warehouses": "unread", "promotions": "unread", "config": "prod"},
		},
		{
			name: "standard input among files", paths: []string{"more/", "-", "stage.yaml"}, stdin: warehouseYAML,
			want: contents{"stages": "prod", "freight": "f1", "warehouses": "app", "promotions": "unread"},
		},
		{
			name: "a file that is named twice", paths: []string{"stage.yaml", ".", "more", "./stage.yaml"},
			want: contents{"stages": "prod", "freight": "f1", "warehouses": "unread", "promotions": "unread"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			inDirectory(t, files)
			s, err := Files{Paths: test.paths, Recursive: test.recursive, Stdin: strings.NewReader(test.stdin)}.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wantContents(t, s, map[string]contents{"default": test.want})
		})
	}
}

func TestFilesFollowLinks(t *testing.T) {
	inDirectory(t, map[string]string{"real/stage.yaml": stageYAML, "far.txt": freightYAML})
	for link, target := range map[string]string{"linked": "real", "real/freight.yaml": "../far.txt", "real/directory.yaml": "../real"} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	s, err := Files{Paths: []string{"linked"}, Recursive: true}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, s, map[string]contents{"default": {"stages": "prod", "freight": "f1", "warehouses": "unread", "promotions": "unread"}})
}

func TestFilesThatCannotBeFound(t *testing.T) {
	for _, test := range []struct {
		name      string
		paths     []string
		recursive bool
		want      string
	}{
		{name: "no path", want: "no file to read"},
		{name: "a missing file", paths: []string{"stage.yaml", "missing.yaml"}, want: `the path "missing.yaml" does not exist`},
		{name: "a directory without files", paths: []string{"empty"}, want: `no file named *.yaml, *.yml or *.json in directory "empty"; -R looks into the directories below, too`},
		{name: "directories without files", paths: []string{"empty"}, recursive: true, want: `no file named *.yaml, *.yml or *.json in directory "empty"`},
		{name: "a URL", paths: []string{"https://example.com/stage.yaml"}, want: `"https://example.com/stage.yaml" is a URL, and files are never fetched: download it, and give the file or pipe it into "-f -"`},
		{name: "a URL in capitals", paths: []string{"HTTP://example.com"}, want: `"HTTP://example.com" is a URL, and files are never fetched: download it, and give the file or pipe it into "-f -"`},
		{name: "standard input twice", paths: []string{"-", "stage.yaml", "-"}, want: `standard input can be read only once: give "-" once`},
		{name: "no standard input", paths: []string{"-"}, want: "there is no standard input to read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inDirectory(t, map[string]string{"stage.yaml": stageYAML, "empty/below/x.txt": ""})
			s, err := Files{Paths: test.paths, Recursive: test.recursive}.Read(t.Context())
			wantError(t, s, err, test.want)
		})
	}
}

func TestFilesPutObjectsIntoProjects(t *testing.T) {
	text := `
{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: a, namespace: web}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: b, namespace: shop}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: c}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: f, namespace: shop}, origin: {kind: Warehouse, name: w}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: g, namespace: stageless}, origin: {kind: Warehouse, name: w}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Warehouse, metadata: {name: w}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Promotion, metadata: {name: p, namespace: web}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Project, metadata: {name: web}, spec: {promotionPolicies: [{stage: old}]}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Project, metadata: {name: shop}}
`
	all := map[string]contents{
		"web":     {"stages": "a", "promotions": "p", "spec": "old"},
		"shop":    {"stages": "b", "freight": "f"},
		"default": {"stages": "c", "warehouses": "w"},
	}
	for _, test := range []struct {
		name, namespace string
		want            map[string]contents
	}{
		{"all of them", "", all},
		{"the one that is asked for, though others have all of a kind", "web", map[string]contents{"web": {"stages": "a c", "warehouses": "w", "promotions": "p", "spec": "old"}}},
		{"one that only nameless objects are in", "new", map[string]contents{"new": {"stages": "c", "warehouses": "w"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Files{Paths: []string{"-"}, Stdin: strings.NewReader(text), Namespace: test.namespace}.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wantContents(t, s, test.want)
			wantLines(t, "warnings", s.Warnings)
		})
	}
}

func TestFilesTakeTheProjectConfigThatKargoWouldLookAt(t *testing.T) {
	config := func(metadata, stage string) string {
		return "---\n{apiVersion: kargo.akuity.io/v1alpha1, kind: ProjectConfig, metadata: {" + metadata + "}, spec: {promotionPolicies: [{stage: " + stage + "}]}}\n"
	}
	for _, test := range []struct{ name, text, want string }{
		{"the one that is named like its namespace", config("name: default, namespace: default", "a") + config("name: other, namespace: default", "b"), "a"},
		{"no other one", config("name: other, namespace: default", "b"), ""},
		{"one that names no namespace, whatever its name", config("name: web", "a"), "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := readText(t, stageYAML+test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := contentsOf(s)["default"]["config"]; got != test.want {
				t.Errorf("policies for %q, want %q", got, test.want)
			}
		})
	}
}

func TestFilesNameTheProjectsThereAreWhenOneIsMissing(t *testing.T) {
	stages := strings.ReplaceAll(stageYAML, "name: prod", "name: prod, namespace: web") + "---\n" + strings.ReplaceAll(stageYAML, "name: prod", "name: prod, namespace: shop")
	inDirectory(t, map[string]string{"a.yaml": stages, "b.yaml": freightYAML})
	s, err := Files{Paths: []string{"a.yaml", "b.yaml"}, Namespace: "weg"}.Read(t.Context())
	wantError(t, s, err, `no Stage of Project "weg" in a.yaml, b.yaml: the Projects there are "shop", "web"`)
}

func TestFilesSayWhatWasNotGiven(t *testing.T) {
	for _, test := range []struct {
		name       string
		text       string
		warnings   []string
		want       contents
		fromStatus bool
	}{
		{name: "nothing is missing", text: wholeYAML, want: whole()},
		{
			name: "Stages alone", text: stageYAML, warnings: []string{noFreight, noWarehouse, noPromotions}, fromStatus: true,
			want: contents{"stages": "prod", "warehouses": "unread", "promotions": "unread"},
		},
		{
			name: "no Freight, of which there may be none yet", text: stageYAML + "---\n" + warehouseYAML + "---\n" + promotionYAML + "---\n" + configYAML,
			warnings: []string{noFreight},
			want:     contents{"stages": "prod", "warehouses": "app", "promotions": "p1", "config": "prod"},
		},
		{
			name: "no ProjectConfig, for which the Stages' status stands in", text: stageYAML + "---\n" + freightYAML + "---\n" + warehouseYAML + "---\n" + promotionYAML,
			fromStatus: true, want: contents{"stages": "prod", "freight": "f1", "warehouses": "app", "promotions": "p1"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := readText(t, test.text)
			if err != nil {
				t.Fatal(err)
			}
			wantContents(t, s, map[string]contents{"default": test.want})
			wantLines(t, "warnings", s.Warnings, test.warnings...)
			if got := s.Projects[0].PoliciesFromStatus; got != test.fromStatus {
				t.Errorf("PoliciesFromStatus = %t", got)
			}
		})
	}
}

func TestFilesCountObjectsOfOtherGroupsInOneNote(t *testing.T) {
	inDirectory(t, map[string]string{
		"a.yaml": wholeYAML + "---\n{apiVersion: argoproj.io/v1alpha1, kind: AnalysisTemplate}\n---\n{apiVersion: v1, kind: ConfigMap, items: {a: b}}\n---\n{apiVersion: v1, kind: ConfigMap, items: [1, {}]}\n---\n{apiVersion: example.com/v1, kind: BucketList, spec: {}}\n",
		"b.json": `{"apiVersion":"v1","kind":"ConfigMapList","items":[{"metadata":{"name":"x"}},{"metadata":{"name":"y"}}]}{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"apps/v1","kind":"Deployment"}]}`,
	})
	s, err := Files{Paths: []string{"."}}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, s, map[string]contents{"default": whole()})
	wantLines(t, "notes", s.Notes, "skipped: 7 objects of other API groups than kargo.akuity.io")
}

func TestFilesThatAreBadAreNotJudged(t *testing.T) {
	const (
		head   = "apiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata:\n  name: f1\n"
		laughs = "a: &a [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n" +
			"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n" +
			"g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\nh: [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]\n"
	)
	for _, test := range []struct{ name, text, want string }{
		{"no Stage", freightYAML, "no Stage in x.yaml: there is nothing to judge"},
		{"nothing at all", "", "no Stage in x.yaml: there is nothing to judge"},
		{"broken YAML", wholeYAML + "---\n" + head + "images: [\n", "x.yaml, document 6, line 15: did not find expected node content"},
		{"a list instead of an object", "[]", "no Stage in x.yaml: there is nothing to judge (skipped: 1 document without apiVersion and kind)"},
		{"JSON that breaks off in its first object", "{\n\"apiVersion\": \"v1\",\n\"kind\": \"Li", "x.yaml, line 3: it ends in the middle of an object"},
		{"JSON that breaks off between the items of a list", "{\"items\":[\n" + stageJSON + ",\n" + freightJSON + ",\n", "x.yaml, line 4: it ends in the middle of an object"},
		{"JSON that breaks off in its third object", stageJSON + "\n" + freightJSON + "\n{\"kind\":", "x.yaml, document 3, line 3: it ends in the middle of an object"},
		{"JSON with what is none", "{\"a\": 1,\n b: 2}", "no Stage in x.yaml: there is nothing to judge (could not be parsed, without a sign of Kargo's objects: x.yaml, line 2: invalid character 'b' at start of value)"},
		{"YAML that breaks after JSON", stageJSON + "\n---\n" + head + "images: [\n", "x.yaml, document 2, line 7: did not find expected node content"},
		{"text", "It was a dark and stormy night.", "no Stage in x.yaml: there is nothing to judge (skipped: 1 document without apiVersion and kind)"},
		{"other bytes than UTF-8 in YAML", strings.Replace(stageYAML, "prod", "pr\xf6d", 1), "x.yaml: invalid trailing UTF-8 octet"},
		{"other bytes than UTF-8 in JSON", strings.Replace(stageJSON, "prod", "pr\xf6d", 1), "x.yaml, line 1: invalid UTF-8"},
		{"a control character", strings.Replace(stageYAML, "prod", "pr\x00od", 1), "x.yaml: control characters are not allowed"},
		{"aliases that expand without end", laughs + head, "x.yaml, line 6: the aliases expand to more than 10 MiB"},
		{"a large text that is repeated by aliases", head + "a: &a " + strings.Repeat("x", 100_000) + "\nb: [" + strings.Repeat("*a, ", 1000) + "]\n", "x.yaml, line 6: the aliases expand to more than 10 MiB"},
		{"aliases that expand without end by merge keys", head + "a: &a {x: " + strings.Repeat("x", 100_000) + "}\nb: [" + strings.Repeat("{<<: *a}, ", 1000) + "]\n", "x.yaml, line 6: the aliases expand to more than 10 MiB"},
		{"merge keys that go through the same objects without end", head + "a: &a {x: y}\nb: &b {<<: [" + strings.Repeat("*a, ", 300) + "]}\nc: &c {<<: [" + strings.Repeat("*b, ", 300) + "]}\nd: {<<: [" + strings.Repeat("*c, ", 300) + "]}\n", "x.yaml, line 8: the aliases expand to more than 10 MiB"},
		{"an anchor that contains itself", head + "a: &a\n- b\n- [*a]\n", `x.yaml, line 7: anchor "a" contains itself`},
		{"an anchor that is merged into itself", head + "a: &a\n  b: c\n  <<: *a\n", `x.yaml, line 7: anchor "a" contains itself`},
		{"a merge of text", head + "a: {<<: text}", "x.yaml, line 5: what << merges must be an object or a list of them"},
		{"a field whose name is an object", head + "{a: b}: c\n", "x.yaml, line 5: the name of a field must be plain text"},
		{"YAML nested beyond reason", strings.Repeat("[", 20_000), "no Stage in x.yaml: there is nothing to judge (could not be parsed, without a sign of Kargo's objects: x.yaml: exceeded max depth of 10000)"},
		{"JSON nested beyond reason", strings.Repeat(`{"a":`, 20_000), "no Stage in x.yaml: there is nothing to judge (could not be parsed, without a sign of Kargo's objects: x.yaml, line 1: exceeded max depth)"},
		{"a number that JSON does not know", head + "x: .nan\n", `x.yaml, line 5: ".nan" is no number that JSON knows`},
		{"a value that is not what its tag says", head + "x: !!int many\n", `x.yaml, line 5: "many" is no !!int`},
		{"no kind", "apiVersion: kargo.akuity.io/v1alpha1\n", "x.yaml, line 1: not a Kubernetes object: apiVersion and kind must both be given"},
		{"no apiVersion", "kind: Stage\n", "x.yaml, line 1: not a Kubernetes object: apiVersion and kind must both be given"},
		{"an item that does not say what it is", "apiVersion: v1\nkind: List\nitems:\n- metadata: {name: x}\n", "no Stage in x.yaml: there is nothing to judge (skipped: 1 document without apiVersion and kind)"},
		{"a list that was cut off", "apiVersion: v1\nitems: []\n", "x.yaml, line 1: it has items and no kind, which kubectl writes after them: is the file cut off?"},
		{"items of what turns out to be no list", stageYAML + "---\nitems: []\napiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\n", "x.yaml, document 2, line 3: a Stage without a name"},
		{"a list whose items are none", "apiVersion: v1\nkind: List\nitems: {}\n", "x.yaml, line 1: the items of this List are no list"},
		{"an item that is no object", "apiVersion: v1\nkind: List\nitems:\n- " + stageYAML + "- 5\n", "x.yaml, line 5: an object is expected among the items of a list"},
		{"a list inside a list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: []}\n", "x.yaml, line 4: a list inside a list is not read: give its items alone"},
		{"a kind that is no text", "apiVersion: v1\nkind: [List]\n", "no Stage in x.yaml: there is nothing to judge (skipped: 1 document without apiVersion and kind)"},
		{"an unknown kind of Kargo's", stageYAML + "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Staeg\n", `x.yaml, document 2, line 3: unknown kind "Staeg" of kargo.akuity.io/v1alpha1`},
		{"an unknown version of Kargo's", "apiVersion: kargo.akuity.io/v1beta1\nkind: Stage\n", `x.yaml, line 1: unknown version "v1beta1" of kargo.akuity.io: kargo.akuity.io/v1alpha1 is read`},
		{"an object without a name", "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\n", "x.yaml, line 1: a Stage without a name"},
		{
			"a time that is none", stageYAML + "---\n" + head + "status:\n  currentlyIn:\n    qa:\n      since: yesterday\n",
			`x.yaml, document 2, line 10: Freight "f1": status.currentlyIn.qa.since: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`,
		},
		{
			"a time that is none in an item of a JSON list", "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\": [\n" + stageJSON + ",\n{\"apiVersion\":\"kargo.akuity.io/v1alpha1\",\n\"kind\":\"Freight\",\n\"metadata\":{\"name\":\"f1\"},\n\"status\":{\"currentlyIn\":{\"qa\":{\n\"since\":\"yesterday\"}}}}]}",
			`x.yaml, line 7: Freight "f1": status.currentlyIn.qa.since: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`,
		},
		{
			"a duration that is none in a single JSON object", "\n{\"apiVersion\":\"kargo.akuity.io/v1alpha1\",\"kind\":\"Stage\",\"spec\":{\"requestedFreight\":[{\"sources\":\n{\"requiredSoakTime\":\"a while\"}}]}}",
			`x.yaml, line 3: spec.requestedFreight.0.sources.requiredSoakTime: time: invalid duration "a while"`,
		},
		{"text for a list", head + "images:\n  a: b\n", `x.yaml, line 6: Freight "f1": images: a list is expected, not an object`},
		{"a number for text", head + "alias: 5\n", `x.yaml, line 5: Freight "f1": alias: text is expected, not a number`},
		{"YAML's old yes for text", head + "alias: yes\n", `x.yaml, line 5: Freight "f1": alias: text is expected, not true`},
		{"text for true or false", "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nspec:\n  requestedFreight:\n  - sources:\n      direct: \"true\"\n", "x.yaml, line 6: spec.requestedFreight.0.sources.direct: true or false is expected, not text"},
		{"an object for a list of text, by an alias", head + "x: &x {a: b}\nimages: *x\n", `x.yaml, line 6: Freight "f1": images: a list is expected, not an object`},
	} {
		t.Run(test.name, func(t *testing.T) {
			inDirectory(t, map[string]string{"x.yaml": test.text})
			s, err := Files{Paths: []string{"x.yaml"}}.Read(t.Context())
			wantError(t, s, err, test.want)
		})
	}
}

func TestFilesKnowFieldsByTheirExactName(t *testing.T) {
	s, err := readText(t, strings.Replace(wholeYAML, "metadata: {name: f1}", "metadata: {name: f1}, Alias: a, ALIAS: b", 1))
	if err != nil {
		t.Fatal(err)
	}
	if alias := s.Projects[0].Freight[0].Alias; alias != "" {
		t.Errorf("alias %q", alias)
	}
}

func TestFilesTakeYAMLAsKubernetesDoes(t *testing.T) {
	s, err := readText(t, `
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: "prod", labels: {octal: "0777", 'yes': 'no', on: off-peak}, creationTimestamp: 2026-11-23T04:39:30Z}
spec:
  requestedFreight:
  - origin: &origin {kind: Warehouse, name: app}
    sources: &sources {direct: yes, stages: [a, "b"], requiredSoakTime: 1h}
  - origin: {<<: *origin, name: other}
    sources: {<<: [{direct: off}, *sources], stages: []}
`)
	if err != nil {
		t.Fatal(err)
	}
	stage := &s.Projects[0].Stages[0]
	first, second := stage.Spec.RequestedFreight[0], stage.Spec.RequestedFreight[1]
	for what, ok := range map[string]bool{
		"an unquoted time":                     stage.Metadata.CreationTimestamp.Year() == 2026,
		"a truth value in quotes":              stage.Metadata.Labels["yes"] == "no",
		"a truth value for a name":             stage.Metadata.Labels["true"] == "off-peak",
		"yes":                                  first.Sources.Direct,
		"merged fields":                        second.Origin == kargo.Origin{Kind: "Warehouse", Name: "other"},
		"fields of the first merged object":    !second.Sources.Direct,
		"fields of the second merged object":   second.Sources.RequiredSoakTime != nil,
		"fields of one's own before merged":    len(second.Sources.Stages) == 0,
		"fields beside those that are merged":  len(first.Sources.Stages) == 2,
		"digits in quotes":                     stage.Metadata.Labels["octal"] == "0777",
		"no other objects":                     len(s.Projects[0].Stages) == 1,
		"the namespace that belongs to no one": stage.Metadata.Namespace == "default",
	} {
		if !ok {
			t.Errorf("%s: not taken as they are", what)
		}
	}
}

func TestFilesRefuseTwoDifferentObjectsOfOneName(t *testing.T) {
	other := strings.Replace(freightYAML, "metadata", "alias: other, metadata", 1)
	inDirectory(t, map[string]string{"a.yaml": wholeYAML, "b.yaml": "# again\n" + wholeYAML + "---\n" + other})
	s, err := Files{Paths: []string{"."}}.Read(t.Context())
	wantError(t, s, err, `b.yaml, document 6, line 12: Freight "f1" of Project "default" differs from the one in a.yaml, document 2, line 3: give one of them`)
}

func TestFilesKeepApartWhatDiffersInKindOrNamespace(t *testing.T) {
	s, err := readText(t, stageYAML+"---\n"+strings.Replace(stageYAML, "name: prod", "name: prod, namespace: web", 1)+"---\n"+strings.Replace(freightYAML, "f1", "prod", 1))
	if err != nil {
		t.Fatal(err)
	}
	if names := slices.Sorted(maps.Keys(contentsOf(s))); !slices.Equal(names, []string{"default", "web"}) {
		t.Errorf("Projects %v", names)
	}
}

func TestFilesTogetherHaveALimit(t *testing.T) {
	const want = "b.yaml: the files hold more than 1 GiB together, which is too much to read: read fewer files at once"
	for _, test := range []struct {
		name, second string
	}{
		{"in YAML", freightYAML + strings.Repeat("# comment\n", 1000)},
		{"in JSON", freightJSON + strings.Repeat("\n", 10_000)},
	} {
		t.Run(test.name, func(t *testing.T) {
			inDirectory(t, map[string]string{"a.yaml": stageYAML, "b.yaml": test.second})
			s, err := Files{Paths: []string{"."}, limits: &limits{1000, 1000, 1000}}.Read(t.Context())
			wantError(t, s, err, want)
			if _, err := (Files{Paths: []string{"."}, limits: &limits{20_000, 20_000, 20_000}}).Read(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFilesSayWhyAReadFailed(t *testing.T) {
	for _, text := range []string{"", stageYAML, stageJSON, "{"} {
		broken := io.MultiReader(strings.NewReader(text), failingReader{})
		s, err := Files{Paths: []string{"-"}, Stdin: broken}.Read(t.Context())
		wantError(t, s, err, "standard input: the disk is gone")
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestFilesEndWithTheirContextEvenIfARead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stdin, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	go func() {
		_, _ = writer.Write([]byte(stageYAML)) // and never an end
		cancel()
	}()
	s, err := Files{Paths: []string{"-"}, Stdin: stdin}.Read(ctx)
	if s != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestFilesStopReadingWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := Files{Paths: []string{"-"}, Stdin: strings.NewReader(wholeYAML)}.read(ctx)
	if s != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", s, err)
	}
}

// The recorded clusters hold plain documents and lists in one file.
func TestFilesReadRecordedClusters(t *testing.T) {
	recorded, err := filepath.Glob("../../test/conformance/recorded/*.yaml")
	if err != nil || len(recorded) == 0 {
		t.Fatalf("no recorded files: %v", err)
	}
	for _, name := range recorded {
		s, err := Files{Paths: []string{name}}.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Projects) != 1 || len(s.Projects[0].Stages) < 2 || len(s.Projects[0].Freight) == 0 {
			t.Errorf("%s: %v", name, contentsOf(s))
		}
	}
}

// The cases are what people have: each is read, and has a Stage.
func TestFilesReadTheCases(t *testing.T) {
	cases, err := filepath.Glob("../../test/cases/*.yaml")
	next, nextErr := filepath.Glob("../../test/cases/next/*.yaml")
	if err != nil || nextErr != nil || len(cases) == 0 || len(next) == 0 {
		t.Fatalf("no cases: %v, %v", err, nextErr)
	}
	for _, name := range slices.Concat(cases, next) {
		if _, err := (Files{Paths: []string{name}}).Read(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
