package avail_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain has the properties try more worlds than rapid would by itself, as they
// are small; -rapid.checks overrides it.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "250"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
