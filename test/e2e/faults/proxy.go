package faults

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"
)

// Answer is the response of the API server to one request, for a Fault to change.
type Answer struct {
	Request *http.Request
	Status  int // 0 closes the connection without an answer
	Header  http.Header
	Body    []byte
	// Cut is how many bytes of the body are sent before the connection is closed; less
	// than 0 is all, with a proper end.
	Cut int
	// Stall is how many bytes of the body are sent before nothing more is; less than 0
	// never stalls. Mute stalls before the status line.
	Stall int
	Mute  bool
	// Length is what Content-Length says; less than 0 sends the body in chunks.
	Length int
	// Earlier is how many answers of the run have met the fault already.
	Earlier int
}

// Resource returns what is asked for: the last part of the path that is not a name.
func (a *Answer) Resource() string { return resourceOf(a.Request.URL.Path) }

// IsList reports whether it is a list of objects, or a page of one.
func (a *Answer) IsList() bool {
	return a.Request.Method == http.MethodGet && a.Status == http.StatusOK && bytes.Contains(a.Body, []byte(`"items":[`))
}

// Proxy forwards requests to an API server and damages one answer per run.
type Proxy struct {
	backend   *url.URL
	transport http.RoundTripper
	stop      chan struct{}

	mu     sync.Mutex
	fault  *Fault
	random *rand.Rand
	// skip is how many requests that the fault fits go by unharmed.
	skip int
	// met counts the requests that met the fault.
	met int
}

// NewProxy returns a proxy before an API server. Who may ask the proxy has the rights of
// the configuration.
func NewProxy(config *rest.Config) (*Proxy, error) {
	backend, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(config)
	return &Proxy{backend: backend, transport: transport, stop: make(chan struct{})}, err
}

// Begin has the proxy damage an answer of the next run.
func (p *Proxy) Begin(fault *Fault, random *rand.Rand) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.random, p.met = fault, random, 0
	p.skip = random.IntN(fault.requests())
	p.stop = make(chan struct{})
}

// End ends the run, and with it all that stalls. It returns how many requests met the
// fault.
func (p *Proxy) End() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.stop)
	p.fault = nil
	return p.met
}

// ServeHTTP is part of http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	stop, fault := p.stop, p.fault
	p.mu.Unlock()
	a := &Answer{Request: r, Header: http.Header{}, Cut: -1, Stall: -1, Length: -1}
	if fault != nil && fault.Unsent && p.damage(a) {
		send(w, a, stop)
		return
	}
	response, err := p.transport.RoundTrip(p.forwarded(r))
	if err != nil {
		return // the client has gone
	}
	defer func() { _ = response.Body.Close() }()
	if r.URL.Query().Get("watch") != "" && response.StatusCode == http.StatusOK && (fault == nil || !fault.Watches) {
		p.stream(w, r, response, stop)
		return
	}
	a.Status, a.Header = response.StatusCode, response.Header
	a.Header.Del("Content-Length")
	if r.URL.Query().Get("watch") == "" {
		if a.Body, err = io.ReadAll(response.Body); err != nil {
			return
		}
	}
	damaged := (fault == nil || !fault.Unsent) && p.damage(a)
	if r.URL.Query().Get("watch") != "" && !damaged {
		p.stream(w, r, response, stop)
		return
	}
	send(w, a, stop)
}

// madeUp begins the continue tokens that faults make up.
const madeUp = "made-up-"

// forwarded is a request as it is sent to the API server.
func (p *Proxy) forwarded(r *http.Request) *http.Request {
	f := r.Clone(r.Context())
	f.URL.Scheme, f.URL.Host, f.RequestURI, f.Host = p.backend.Scheme, p.backend.Host, "", ""
	f.Header.Set("Accept-Encoding", "identity")
	if query := f.URL.Query(); strings.HasPrefix(query.Get("continue"), madeUp) {
		query.Del("continue")
		f.URL.RawQuery = query.Encode()
	}
	return f
}

// damage reports whether the fault was applied to an answer.
func (p *Proxy) damage(a *Answer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	a.Earlier = p.met
	if p.fault == nil || !p.fault.fits(a) || p.met > 0 && !p.fault.Always {
		return false
	}
	if p.skip > 0 {
		p.skip--
		return false
	}
	p.met++
	p.fault.Apply(a, p.random)
	return true
}

// stream passes a watch on.
func (p *Proxy) stream(w http.ResponseWriter, r *http.Request, response *http.Response, stop <-chan struct{}) {
	go func() {
		select {
		case <-stop:
			_ = response.Body.Close()
		case <-r.Context().Done():
		}
	}()
	w.Header().Set("Content-Type", "application/json")
	_ = http.NewResponseController(w).Flush()
	buffer := make([]byte, 1<<16)
	for {
		n, err := response.Body.Read(buffer)
		_, _ = w.Write(buffer[:n])
		_ = http.NewResponseController(w).Flush()
		if err != nil {
			return
		}
	}
}

// send writes an answer, byte by byte as it says.
func send(w http.ResponseWriter, a *Answer, stop <-chan struct{}) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	wait := func() {
		gone := make(chan struct{})
		go func() { // after Hijack nobody else sees that the client goes away
			defer close(gone)
			_, _ = buffered.Read(make([]byte, 1))
		}()
		select {
		case <-stop:
		case <-gone:
		case <-time.After(time.Minute):
		}
	}
	if a.Mute {
		wait()
	}
	if a.Mute || a.Status == 0 {
		return
	}
	var head strings.Builder
	fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", a.Status, http.StatusText(a.Status))
	a.Header.Del("Transfer-Encoding")
	a.Header.Set("Connection", "close")
	if a.Length >= 0 {
		a.Header.Set("Content-Length", fmt.Sprint(a.Length))
	} else {
		a.Header.Set("Transfer-Encoding", "chunked")
	}
	_ = a.Header.Write(&head)
	head.WriteString("\r\n")
	if _, err := conn.Write([]byte(head.String())); err != nil {
		return
	}
	body, ends := a.Body, true
	for _, limit := range []int{a.Cut, a.Stall} {
		if limit >= 0 {
			body, ends = body[:min(limit, len(body))], false
		}
	}
	if a.Length >= 0 {
		_, _ = conn.Write(body)
	} else {
		if len(body) > 0 {
			_, _ = fmt.Fprintf(conn, "%x\r\n%s\r\n", len(body), body)
		}
		if ends {
			_, _ = io.WriteString(conn, "0\r\n\r\n")
		}
	}
	if a.Stall >= 0 {
		wait()
	}
}
