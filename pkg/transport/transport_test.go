package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// get sends a GET through a Transport and returns what of the body can be read.
func get(ctx context.Context, t *testing.T, transport *Transport, url string) (string, error) {
	t.Helper()
	if transport.Next == nil {
		transport.Next = http.DefaultTransport
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

func stall(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func TestSilenceEndsARequest(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"before the response": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"within the body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "begun")
			stall(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			activity := &Activity{Now: time.Now}
			_, err := get(t.Context(), t, &Transport{Silence: 200 * time.Millisecond, Activity: activity}, serve(t, handler))
			var silent *SilentError
			if !errors.As(err, &silent) || !strings.Contains(err.Error(), "it sent nothing for 200ms") {
				t.Errorf("got %v", err)
			}
			if wait, waiting := activity.Longest(); waiting {
				t.Errorf("still waiting for %+v", wait)
			}
		})
	}
}

// slowly answers with an x after each of so many pauses.
type slowly struct {
	pause time.Duration
	times int
}

func (s slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	body, w := io.Pipe()
	context.AfterFunc(r.Context(), func() { _ = w.CloseWithError(r.Context().Err()) })
	go func() {
		for range s.times {
			time.Sleep(s.pause)
			_, _ = io.WriteString(w, "x")
		}
		_ = w.Close()
	}()
	return &http.Response{StatusCode: http.StatusOK, Body: body}, nil
}

// A server that goes on sending is not silent, and a watch may be.
func TestSlowServersAreNotSilent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query string
		slowly
	}{
		{"", slowly{pause: 350 * time.Millisecond, times: 10}},
		{"?watch=true", slowly{pause: time.Hour, times: 1}},
	} {
		synctest.Test(t, func(t *testing.T) {
			transport := &Transport{Next: test.slowly, Silence: 400 * time.Millisecond}
			if text, err := get(t.Context(), t, transport, "http://server"+test.query); err != nil || text != strings.Repeat("x", test.times) {
				t.Errorf("with %q: %q, %v", test.query, text, err)
			}
		})
	}
}

func TestActivityKnowsWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	url := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	activity := &Activity{Now: time.Now}
	before, done := time.Now(), make(chan error)
	go func() {
		_, err := get(t.Context(), t, &Transport{Activity: activity}, url+"/apis/group/stages?limit=1")
		done <- err
	}()
	wait, waiting := activity.Longest()
	for ; !waiting; wait, waiting = activity.Longest() {
		time.Sleep(time.Millisecond)
	}
	if wait.Server != url || wait.Resource != "stages" || wait.Since.Before(before) {
		t.Errorf("waiting for %+v", wait)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if wait, waiting := activity.Longest(); waiting {
		t.Errorf("still waiting for %+v", wait)
	}
}

func TestResponsesAreBounded(t *testing.T) {
	t.Parallel()
	endless := func(code int) string {
		return serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			text := []byte(strings.Repeat("x", 1<<16))
			for {
				if _, err := w.Write(text); err != nil {
					return
				}
			}
		})
	}
	if text, err := get(t.Context(), t, &Transport{}, endless(http.StatusBadGateway)); err != nil || len(text) != maxErrorBody {
		t.Errorf("of an error %d bytes are read: %v", len(text), err)
	}
	if text, err := get(t.Context(), t, &Transport{}, endless(http.StatusOK)); err == nil || err.Error() != "the answer is larger than 64 MiB" || len(text) > maxResponse {
		t.Errorf("%d bytes are read: %v", len(text), err)
	}
	ctx := WithStream(t.Context())
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 80 {
			_, _ = w.Write(make([]byte, 1<<20))
		}
	})
	if text, err := get(ctx, t, &Transport{}, url); err != nil || len(text) != 80<<20 {
		t.Errorf("of a stream %d bytes are read: %v", len(text), err)
	}
}

// Credentials, which are added around the Transport, stay with the server that they are
// for.
func TestRedirectsStayOnTheServer(t *testing.T) {
	t.Parallel()
	asked := 0
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { asked++ })
	var server string
	server = serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/there":
			_, _ = io.WriteString(w, "there")
		case "/out":
			http.Redirect(w, r, elsewhere+"/there", http.StatusTemporaryRedirect)
		case "/up":
			http.Redirect(w, r, strings.Replace(server, "http:", "https:", 1), http.StatusMovedPermanently)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		}
	})
	if text, err := get(t.Context(), t, &Transport{}, server+"/here"); err != nil || text != "there" {
		t.Errorf("within a server: %q, %v", text, err)
	}
	for _, path := range []string{"/out", "/up"} {
		var redirect *RedirectError
		if _, err := get(t.Context(), t, &Transport{}, server+path); !errors.As(err, &redirect) || redirect.From != server || redirect.To == server {
			t.Errorf("to another one: %v", err)
		}
	}
	if _, err := get(t.Context(), t, &Transport{}, server+"/round"); err == nil || !strings.Contains(err.Error(), "the server "+server+" redirects again and again, last from /round to /round") {
		t.Errorf("in a loop: %v", err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, server+"/here", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &Transport{Next: http.DefaultTransport}}).Do(request)
	var redirect *RedirectError
	if !errors.As(err, &redirect) || redirect.Method != http.MethodPatch {
		t.Errorf("a PATCH: %v, %v", response, err)
	}
	if asked > 0 {
		t.Errorf("the other server was asked %d times", asked)
	}
}

// client-go looks through the Transport for what it needs of the one below.
func TestTheTransportBelowIsFound(t *testing.T) {
	below := &http.Transport{TLSClientConfig: &tls.Config{ServerName: "here", MinVersion: tls.VersionTLS13}}
	if config, err := utilnet.TLSClientConfig(&Transport{Next: below}); err != nil || config != below.TLSClientConfig {
		t.Errorf("got %v, %v", config, err)
	}
}

func TestServersOfAddresses(t *testing.T) {
	for _, same := range [][2]string{{"https://a:443/x", "https://A/y?z"}, {"http://a:80", "http://a/"}, {"https://[::1]:6443/", "https://[::1]:6443/apis"}} {
		var got [2]string
		for i, text := range same {
			request := httptest.NewRequest(http.MethodGet, text, nil)
			got[i] = server(request.URL)
		}
		if got[0] != got[1] {
			t.Errorf("%q and %q are taken for different servers", got[0], got[1])
		}
	}
}
