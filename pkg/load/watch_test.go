package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
)

// What ails a connection that worked is said without the names of libraries, and
// without doubt about the address.
func TestDescribeLoss(t *testing.T) {
	asking := func(err error) error { return &url.Error{Op: "Get", URL: "https://host/apis", Err: err} }
	for _, test := range []struct {
		err  error
		want string
	}{
		{live.ErrSilent, "no response from the server"},
		{asking(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "the connection is refused"},
		{asking(context.DeadlineExceeded), "no answer"},
		{asking(os.ErrDeadlineExceeded), "no answer"},
		{fmt.Errorf("jsontext: read error: %w", errors.New("http2: client connection lost")), "the connection was closed"},
		{fmt.Errorf("jsontext: read error: %w", syscall.ECONNRESET), "the connection was closed"},
		{asking(io.EOF), "the connection was closed"},
		{io.ErrUnexpectedEOF, "the connection was closed"},
		{errors.New("the API server ended the watch"), "the API server ended the watch"},
		{asking(errors.New("other")), "no answer from the server https://host: other"},
	} {
		if got := DescribeLoss(test.err); got != test.want {
			t.Errorf("%v is %q, want %q", test.err, got, test.want)
		}
	}
}
