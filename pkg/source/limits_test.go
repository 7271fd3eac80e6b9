package source

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// longList returns a YAML list of so many pieces of Freight, as kubectl writes it.
func longList(n int) string {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nitems:\n")
	for i := range n {
		fmt.Fprintf(&b, "- apiVersion: kargo.akuity.io/v1alpha1\n  kind: Freight\n  origin: {kind: Warehouse, name: app}\n  metadata:\n    name: f%d\n  # a comment\n  text: |\n    - no item\n\n    kind: x\n  status:\n    verifiedIn:\n      qa: {}\n", i)
	}
	b.WriteString("- " + stageYAML + "kind: List\nmetadata:\n  resourceVersion: \"\"\n")
	return b.String()
}

// A long list is read item by item, and says the same as when it is read whole.
func TestFilesReadLongListsAsShortOnes(t *testing.T) {
	list := longList(20)
	for name, text := range map[string]string{
		"as kubectl writes it":              list,
		"with its kind first":               "kind: List\n" + strings.Replace(list, "kind: List\n", "", 1),
		"indented":                          indented(list),
		"followed by another":               list + "---\n" + wholeYAML,
		"followed by an end":                list + "...\n" + wholeYAML,
		"after another":                     wholeYAML + "---\n" + list,
		"with Windows line ends":            strings.ReplaceAll(list, "\n", "\r\n"),
		"with comments":                     strings.ReplaceAll(list, "\n- ", "\n# comment: [\n- "),
		"without its end":                   strings.TrimSuffix(list, "kind: List\nmetadata:\n  resourceVersion: \"\"\n"),
		"that breaks in an item":            strings.Replace(list, "name: f7", "name: [", 1),
		"with a wrong item":                 strings.Replace(list, "name: f7", "name: 7", 1),
		"that breaks behind":                list + "x: [\n",
		"with an item twice":                strings.Replace(list, "name: f7", "name: f6", 1),
		"with a field twice":                strings.Replace(list, "name: f7", "name: f7\n    name: f77", 1),
		"with two kinds":                    list + "kind: List\n",
		"with an item of text":              strings.Replace(list, "\n- ", "\n- text\n- ", 1),
		"of a typed kind":                   "items:\n" + strings.Repeat("- {metadata: {name: f1}, origin: {kind: Warehouse, name: app}}\n", 20) + "kind: FreightList\napiVersion: kargo.akuity.io/v1alpha1\n---\n" + wholeYAML,
		"with a text that looks like items": "x: \"\n  items:\n  - a\"\n" + list,
	} {
		t.Run(name, func(t *testing.T) {
			read := func(split int64) (*Snapshot, error) {
				l := limits{input: 1 << 20, object: 1 << 20, split: split}
				return Files{Paths: []string{"-"}, Stdin: strings.NewReader(text), limits: &l}.Read(t.Context())
			}
			want, wantErr := read(1 << 20)
			got, gotErr := read(64)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("whole (-) and item by item (+):\n%s", diff)
			}
			if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Errorf("the error is %v, and for the whole %v", gotErr, wantErr)
			}
		})
	}
}

// indented indents the items of a long list.
func indented(list string) string {
	items, end, _ := strings.Cut(list, "kind: List\n")
	head, items, _ := strings.Cut(items, "items:\n")
	return head + "items:\n  " + strings.ReplaceAll(strings.TrimSuffix(items, "\n"), "\n", "\n  ") + "\nkind: List\n" + end
}

// endless repeats a text without end.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.at%len(e.text)]
		e.at++
	}
	return len(p), nil
}

// Whatever comes without end is refused by the limits, and takes no more memory than
// they allow.
func TestFilesBoundWhatTheyKeep(t *testing.T) {
	const object = 64 << 10
	l := limits{input: 2 << 20, object: object, split: object / 2}
	const whole = "standard input: the files hold more than 1 GiB together, which is too much to read: read fewer files at once"
	for _, test := range []struct{ name, start, rest, want string }{
		{"comments", "", "# comment\n", whole},
		{"empty lines", "", "\n", whole},
		{"separators", "", "---\n", whole},
		{"a comment", "#", "# comment ", whole},
		{"a flow sequence", "[", "1,", whole},
		{"a JSON array in an object", `{"apiVersion":"kargo.akuity.io/v1alpha1","x":[`, "1,", whole},
		{"JSON items", `{"items":[`, "{},", whole},
		{"a JSON string", `{"kind":"`, "x", whole},
		{"a YAML list", "items:\n", "- {}\n", whole},
		{"a YAML item", "items:\n- a:\n", "  - {}\n", whole},
		{"a YAML text", "a: \"", "x", whole},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Files{Paths: []string{"-"}, Stdin: io.MultiReader(strings.NewReader(test.start), &endless{text: test.rest}), limits: &l}.Read(t.Context())
			wantError(t, nil, err, test.want)
		})
	}
}

func TestFilesSayWhatIsTooLarge(t *testing.T) {
	l := theLimits()
	padding := strings.Repeat("# 345678\n", 600_000)
	for _, test := range []struct{ name, text, want string }{
		{"an object in YAML", wholeYAML + "---\n" + stageYAML + padding + "a: b\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Files{Paths: []string{"-"}, Stdin: strings.NewReader(test.text), limits: &l}.Read(t.Context())
			wantError(t, s, err, "standard input, document 6, line 11: larger than 4 MiB, the limit for one object: split it, or give a list as JSON")
		})
	}
	s, err := Files{Paths: []string{"-"}, Stdin: strings.NewReader("a: b\n" + padding + "---\n" + wholeYAML), limits: &l}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "notes", s.Notes, "could not be parsed, without a sign of Kargo's objects: standard input, line 1: larger than 4 MiB, the limit for one object: split it, or give a list as JSON")
}

// A list of 20 MB takes a small part of the 3 GB that its tree would take.
func TestFilesReadALongListInLittleMemory(t *testing.T) {
	text := longList(50_000)
	var peak uint64
	stdin := watched{r: strings.NewReader(text), look: func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	}}
	s, err := Files{Paths: []string{"-"}, Stdin: &stdin}.Read(t.Context())
	if err != nil || len(s.Projects[0].Freight) != 50_000 {
		t.Fatal(err)
	}
	if peak > 200<<20 {
		t.Errorf("%d MiB for a list of %d MiB", peak>>20, len(text)>>20)
	}
}

// watched calls look once for each MiB.
type watched struct {
	r    io.Reader
	n    int
	look func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.n += n; w.n >= 1<<20 {
		w.n = 0
		w.look()
	}
	return n, err
}

func TestFilesReadUTF16(t *testing.T) {
	for _, text := range []string{wholeYAML, stageJSON + freightJSON + warehouseJSON + promotionJSON + configJSON} {
		for name, put := range map[string]func(*bytes.Buffer, uint16){
			"little endian": func(b *bytes.Buffer, u uint16) { b.Write([]byte{byte(u), byte(u >> 8)}) },
			"big endian":    func(b *bytes.Buffer, u uint16) { b.Write([]byte{byte(u >> 8), byte(u)}) },
		} {
			var b bytes.Buffer
			for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
				put(&b, unit)
			}
			s, err := readText(t, b.String())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			wantContents(t, s, map[string]contents{"default": whole()})
		}
	}
}
