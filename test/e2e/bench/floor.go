package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
)

// read is something that the plugin reads: a list, maybe page after page, or a document.
type read struct {
	path   string // with the query, but for what pages need
	accept string
}

// isList reports whether it is a list of Kargo's objects.
func (r read) isList() bool { return strings.HasPrefix(r.path, "/apis/kargo.akuity.io/v1alpha1/") }

// recorder is a server in front of the API server that writes down what is read.
type recorder struct {
	proxy *httputil.ReverseProxy

	mu    sync.Mutex
	count int
	reads []read    // each once
	ended time.Time // when the last answer was over
}

func newRecorder(config *rest.Config) (*recorder, error) {
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, fmt.Errorf("record what is read: %w", err)
	}
	server, err := url.Parse(config.Host)
	if err != nil {
		return nil, fmt.Errorf("record what is read: %w", err)
	}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(server) },
	}
	return &recorder{proxy: proxy}, nil
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	query.Del("limit")
	query.Del("continue")
	path := request.URL.Path
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	one := read{path: path, accept: request.Header.Get("Accept")}
	r.mu.Lock()
	r.count++
	if !slices.Contains(r.reads, one) {
		r.reads = append(r.reads, one)
	}
	r.mu.Unlock()
	r.proxy.ServeHTTP(w, request)
	r.mu.Lock()
	r.ended = time.Now()
	r.mu.Unlock()
}

// floor is a bare HTTP client: it reads what the plugin reads, all of it at the same
// time, and throws it away.
type floor struct {
	config *rest.Config
	reads  []read
	manner
}

// manner is how a list is read.
type manner struct {
	limit      int // objects in a page; 0 for all in one
	compressed bool
}

func (m manner) String() string {
	text := "whole lists"
	if m.limit > 0 {
		text = fmt.Sprintf("pages of %d", m.limit)
	}
	if m.compressed {
		text += ", compressed"
	}
	return text
}

func newFloor(config *rest.Config, reads []read) *floor { return &floor{config: config, reads: reads} }

// settle finds the manner in which the client is fastest. The best ones are tried again, as
// a run can be slow for other reasons.
func (f *floor) settle(ctx context.Context) error {
	manners := []manner{{}, {compressed: true}, {limit: 500}, {limit: 2000}, {limit: 5000}, {limit: 2000, compressed: true}}
	best := map[manner]time.Duration{}
	for len(manners) > 1 {
		for _, m := range manners {
			f.manner = m
			took, err := f.run(ctx)
			if err != nil {
				return err
			}
			if before, ran := best[m]; !ran || took.wall < before {
				best[m] = took.wall
			}
		}
		slices.SortFunc(manners, func(a, b manner) int { return cmp.Compare(best[a], best[b]) })
		manners = manners[:len(manners)/2] // six, three, one
	}
	f.manner = manners[0]
	return nil
}

func (f *floor) run(ctx context.Context) (sample, error) {
	config := rest.CopyConfig(f.config)
	// Connections are kept by configuration, and would be those of the last run.
	config.Dial = nil
	tls, err := rest.TLSConfigFor(config)
	if err != nil {
		return sample{}, fmt.Errorf("read barely: %w", err)
	}
	transport := &http.Transport{TLSClientConfig: tls, ForceAttemptHTTP2: true, DisableCompression: !f.compressed}
	defer transport.CloseIdleConnections()
	begin := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for _, one := range f.reads {
		group.Go(func() error { return f.all(ctx, transport, one) })
	}
	err = group.Wait()
	return sample{wall: time.Since(begin)}, err
}

// all reads all pages of a list.
func (f *floor) all(ctx context.Context, transport *http.Transport, one read) error {
	next := ""
	for {
		address, err := f.address(one, next)
		if err != nil {
			return err
		}
		next, err = discard(ctx, transport, address, one.accept)
		if next == "" || err != nil {
			return err
		}
	}
}

func (f *floor) address(one read, next string) (string, error) {
	address, err := url.Parse(f.config.Host + one.path)
	if err != nil {
		return "", fmt.Errorf("read barely: %w", err)
	}
	query := address.Query()
	if one.isList() && f.limit > 0 {
		query.Set("limit", strconv.Itoa(f.limit))
	}
	if next != "" {
		query.Set("continue", next)
	}
	address.RawQuery = query.Encode()
	return address.String(), nil
}

// discard reads an answer and returns its continue token, which stands near its start or
// near its end.
func discard(ctx context.Context, transport http.RoundTripper, address, accept string) (next string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("read barely: %w", err)
	}
	request.Header.Set("Accept", accept)
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", fmt.Errorf("read barely: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("read barely: %s: %s", address, response.Status)
	}
	var edge edges
	if _, err := io.CopyBuffer(&edge, response.Body, make([]byte, 64<<10)); err != nil {
		return "", fmt.Errorf("read barely: %w", err)
	}
	if found := continueToken().FindSubmatch(edge.head); found != nil {
		return string(found[1]), nil
	}
	if found := continueToken().FindSubmatch(edge.tail); found != nil {
		return string(found[1]), nil
	}
	return "", nil
}

func continueToken() *regexp.Regexp { return regexp.MustCompile(`"continue":"([^"]+)"`) }

// edges keeps the start and the end of what is written.
type edges struct{ head, tail []byte }

func (e *edges) Write(p []byte) (int, error) {
	const kept = 2 << 10
	if room := kept - len(e.head); room > 0 {
		e.head = append(e.head, p[:min(room, len(p))]...)
	}
	e.tail = append(e.tail, p[max(0, len(p)-kept):]...)
	e.tail = append(e.tail[:0], e.tail[max(0, len(e.tail)-kept):]...)
	return len(p), nil
}
