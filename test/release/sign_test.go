package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// standIn writes the file that its arguments name, as cosign and syft do, and keeps the
// arguments.
const standIn = `#!/bin/sh
echo "$(basename "$0") $*" >> "$0.calls"
for argument; do
  case $argument in
  --bundle=*) echo "signature" > "${argument#--bundle=}" ;;
  spdx-json=*) echo "bill of materials" > "${argument#spdx-json=}" ;;
  esac
done
`

// What signs and what lists the materials are no Go modules, and want the network: others
// stand in for them, so that what they are told is seen before there is a tag.
func TestAReleaseIsSignedAndListed(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	for _, program := range []string{"cosign", "syft"} {
		if err := os.WriteFile(filepath.Join(bin, program), []byte(standIn), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	made := released(t)
	clone, err := made.clone(run.ctx, filepath.Join(t.TempDir(), "signed"), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clone.output(run.ctx, run.tools.goreleaser, "release", "--skip=publish", "--config="+only(t, made, "linux_amd64_v1")); err != nil {
		t.Fatal(err)
	}

	archive := name(platform{"linux", "amd64"})
	calls := strings.ReplaceAll(read(t, filepath.Join(bin, "cosign.calls"))+read(t, filepath.Join(bin, "syft.calls")), clone.dir+"/", "")
	want := "cosign sign-blob --yes --bundle=dist/checksums.txt.sigstore.json dist/checksums.txt\n" +
		"syft " + archive + " --output spdx-json=" + archive + ".sbom.json --enrich all\n"
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	dist := filepath.Join(clone.dir, "dist")
	var sums strings.Builder
	for _, file := range []string{archive, archive + ".sbom.json"} {
		sums.WriteString(sumOf(t, filepath.Join(dist, file)) + "  " + file + "\n")
	}
	if diff := cmp.Diff(sums.String(), read(t, filepath.Join(dist, "checksums.txt"))); diff != "" {
		t.Errorf("checksums.txt (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dist, "checksums.txt.sigstore.json")); err != nil {
		t.Error(err)
	}
}
