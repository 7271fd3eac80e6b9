package source

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// freightPage is a page of Freight as an API server sends it, about 2.4 KB each:
// with managed fields, artifacts and a long way behind it.
func freightPage(n int) []byte {
	var items []string
	for i := range n {
		var verified []string
		for stage := range 8 {
			verified = append(verified, fmt.Sprintf(`"stage-%d":{"longestSoak":"1h2m3.5s","verifiedAt":"2026-11-23T04:39:30Z"}`, stage))
		}
		items = append(items, fmt.Sprintf(`{"alias":"lucky-koala-%d","apiVersion":"kargo.akuity.io/v1alpha1",`+
			`"commits":[{"author":"Some One <some.one@example.com>","branch":"main","committer":"Some One <some.one@example.com>","id":"0123456789abcdef0123456789abcdef01234567","message":"feat: a change that says in a line what it is about","repoURL":"https://git.example.com/guestbook.git"}],`+
			`"discoveredAt":"2026-11-23T04:39:30Z","images":[{"annotations":{"org.opencontainers.image.revision":"0123456789abcdef0123456789abcdef01234567"},"digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","repoURL":"registry.example.com/guestbook","tag":"v1.2.%d"}],"kind":"Freight",`+
			`"metadata":{"creationTimestamp":"2026-11-23T04:39:30Z","generation":1,"labels":{"kargo.akuity.io/alias":"lucky-koala-%d"},"managedFields":[%s],"name":"%040x","namespace":"guestbook","resourceVersion":"14880","uid":"fd507977-729d-403d-87f1-a03eb807e549"},`+
			`"origin":{"kind":"Warehouse","name":"guestbook"},"status":{"approvedFor":{"prod":{"approvedAt":"2026-11-23T04:39:30Z"}},"currentlyIn":{"stage-8":{"since":"2026-11-23T04:39:30Z"}},"verifiedIn":{%s}}}`,
			i, i, i, managedFields(), i, strings.Join(verified, ",")))
	}
	return fmt.Appendf(nil, `{"apiVersion":"kargo.akuity.io/v1alpha1","items":[%s],"kind":"FreightList","metadata":{"continue":"next","remainingItemCount":9500,"resourceVersion":"14880"}}`, strings.Join(items, ","))
}

func managedFields() string {
	entry := func(manager, fields string) string {
		return fmt.Sprintf(`{"apiVersion":"kargo.akuity.io/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{%s},"manager":%q,"operation":"Update","time":"2026-11-23T04:39:30Z"}`, fields, manager)
	}
	return entry("kargo", `"f:alias":{},"f:commits":{},"f:discoveredAt":{},"f:images":{},"f:metadata":{"f:labels":{".":{},"f:kargo.akuity.io/alias":{}}},"f:origin":{".":{},"f:kind":{},"f:name":{}}`) + "," +
		entry("kargo-controller", `"f:status":{".":{},"f:currentlyIn":{".":{},"f:stage-8":{".":{},"f:since":{}}},"f:verifiedIn":{".":{},"f:stage-0":{".":{},"f:verifiedAt":{}},"f:stage-1":{".":{},"f:verifiedAt":{}}}}`)
}

// BenchmarkDecodeFreight decodes one page of a list from an API server.
func BenchmarkDecodeFreight(b *testing.B) {
	page := freightPage(500)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		read := 0
		decoder := kargo.NewListDecoder(bytes.NewReader(page))
		_, err := kargo.DecodeList(decoder, func(kargo.Freight) error {
			read++
			return nil
		})
		if err != nil || decoder.End() != nil || read != 500 {
			b.Fatal(read, err)
		}
	}
	b.ReportMetric(float64(len(page))/500, "bytes/Freight")
}

// BenchmarkFiles reads a list of 500 Freight from a file, in both languages.
func BenchmarkFiles(b *testing.B) {
	list := bytes.Replace(freightPage(500), []byte(`"items":[`), []byte(`"items":[`+stageJSON+","), 1)
	asYAML, err := yaml.JSONToYAML(list)
	if err != nil || !jsontext.Value(list).IsValid() {
		b.Fatal(err)
	}
	for name, text := range map[string][]byte{"JSON": list, "YAML": asYAML} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (Files{Paths: []string{"-"}, Stdin: bytes.NewReader(text)}).Read(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
