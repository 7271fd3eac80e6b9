package manifest_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

const umlauts = "# für prod\r\napiVersion: kargo.akuity.io/v1alpha1\r\nkind: Stage\r\nmetadata: {name: prod}\r\nspec:\r\n  requestedFreight:\r\n" +
	"  - origin: {kind: Warehouse, name: app}\r\n    sources: {stages: [qa, uat]} # 𝄞\r\n"

// A file in UTF-16, as editors on Windows write it, stays one.
func TestUTF16StaysUTF16(t *testing.T) {
	t.Parallel()
	for _, order := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		utf16 := unicode.UTF16(order, unicode.UseBOM)
		encode := func(text string) []byte {
			data, err := utf16.NewEncoder().Bytes([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		f, err := manifest.Parse("prod.yaml", encode(umlauts))
		if err != nil {
			t.Fatal(err)
		}
		if data, err := f.Bytes(); err != nil || !bytes.Equal(data, encode(umlauts)) {
			t.Errorf("not edited, it has changed: %v", err)
		}
		if _, err := f.Stages[0].Set(0, kargo.All); err != nil {
			t.Fatal(err)
		}
		want := encode(strings.Replace(umlauts, "uat]", "uat], availabilityStrategy: All", 1))
		if data, err := f.Bytes(); err != nil || !bytes.Equal(data, want) {
			t.Errorf("got %q, %v", data, err)
		}
	}
}

func TestBrokenUTF16IsRefused(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"\xff\xfea\x00\x00\xd8", "\xfe\xff\x00a\x00"} {
		if _, err := manifest.Parse("odd.yaml", []byte(data)); err == nil || !strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q: got %v", data, err)
		}
	}
}
