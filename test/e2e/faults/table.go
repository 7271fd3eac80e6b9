package faults

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	group   = "kargo.akuity.io"
	version = group + "/v1alpha1"
	base    = "/apis/" + version
)

// isObjects reports whether a resource is of the objects that the plugin reads.
func isObjects(resource string) bool {
	return slices.Contains([]string{"stages", "freights", "warehouses", "promotions", "projectconfigs", "projects"}, resource)
}

// Fault is one way in which an answer can be damaged.
type Fault struct {
	Name string
	// Fits reports whether the fault can happen to an answer; nil is any GET of objects.
	Fits func(*Answer) bool
	// Apply damages an answer.
	Apply func(*Answer, *rand.Rand)
	// Always says that each request of the run that fits meets the fault, not only one.
	Always bool
	// Watches says that watches meet it.
	Watches bool
	// Unseen says why no client can see the fault; "" for one that a client can see.
	Unseen string
	// Unknown says that a part of the answer may be unknown instead, with a warning.
	Unknown bool
	// Harmless says that the answer has to be the same.
	Harmless bool
	// Unsent says that the request does not reach the API server.
	Unsent bool
	// First says that it happens to the first request that fits, as there are few.
	First bool
	// Slow says that a run takes seconds, so that it is chosen less often.
	Slow bool
}

// fits reports whether the fault can happen to an answer.
func (f *Fault) fits(a *Answer) bool {
	isWatch := a.Request.URL.Query().Get("watch") != ""
	if f.Fits != nil {
		return f.Fits(a) && isWatch == f.Watches
	}
	return isWatch == f.Watches && a.Request.Method == http.MethodGet && isObjects(a.Resource())
}

// requests is how many requests the fault may choose from.
func (f *Fault) requests() int {
	if f.Always || f.First {
		return 1
	}
	return 5
}

// Concerns reports whether a command can meet the fault: one that writes, or watches.
func (f *Fault) Concerns(writes, watches bool) bool {
	patch := &Answer{Request: &http.Request{Method: http.MethodPatch, URL: &url.URL{Path: base + "/stages/x"}}}
	switch {
	case f.Watches:
		return watches
	case f.Fits != nil && f.Fits(patch):
		return writes
	default:
		return true
	}
}

func resourceOf(urlPath string) string {
	if last := path.Base(urlPath); isObjects(last) {
		return last
	}
	return path.Base(path.Dir(urlPath))
}

// Table has all faults.
func Table() []*Fault {
	return slices.Concat(cuts(), stalls(), statuses(), redirects(), lists(), objects(), documents(), watches(), patches(), unseen())
}

func cuts() []*Fault {
	return []*Fault{
		{Name: "cut anywhere", Apply: func(a *Answer, r *rand.Rand) { a.Cut = r.IntN(len(a.Body) + 1) }},
		{Name: "cut anywhere, always", Always: true, Apply: func(a *Answer, r *rand.Rand) { a.Cut = r.IntN(len(a.Body) + 1) }},
		{Name: "cut before the last byte", Apply: func(a *Answer, _ *rand.Rand) { a.Cut = len(bytes.TrimSpace(a.Body)) - 1 }},
		{Name: "cut without an answer", Apply: func(a *Answer, _ *rand.Rand) { a.Status, a.Body, a.Length, a.Cut = 0, nil, 0, 0 }},
		{Name: "no end after the last byte", Apply: func(a *Answer, _ *rand.Rand) { a.Cut = len(a.Body) }},
		{Name: "a length that is too short", Apply: func(a *Answer, r *rand.Rand) { a.Length = r.IntN(len(a.Body)) }},
		{Name: "a length that is too long", Apply: func(a *Answer, r *rand.Rand) { a.Length = len(a.Body) + 1 + r.IntN(1000) }},
		{Name: "a flipped bit under gzip", Apply: func(a *Answer, r *rand.Rand) { pack(a, true, r) }},
		{Name: "a flipped bit in gzip", Apply: func(a *Answer, r *rand.Rand) {
			pack(a, false, r)
			a.Body[10+r.IntN(len(a.Body)-10)] ^= 1 << r.IntN(8)
		}},
		{Name: "a flipped bit in gzip, always", Always: true, Apply: func(a *Answer, r *rand.Rand) {
			pack(a, false, r)
			a.Body[10+r.IntN(len(a.Body)-10)] ^= 1 << r.IntN(8)
		}},
		{Name: "gzip without its checksum", Apply: func(a *Answer, r *rand.Rand) {
			pack(a, false, r)
			a.Body = a.Body[:len(a.Body)-1-r.IntN(8)]
		}},
	}
}

// pack compresses the body; flipped flips a bit of what is compressed, and leaves the
// checksum as it was.
func pack(a *Answer, flipped bool, r *rand.Rand) {
	var whole, changed bytes.Buffer
	write := func(into *bytes.Buffer) {
		z, _ := gzip.NewWriterLevel(into, gzip.NoCompression) // a level that exists
		_, _ = z.Write(a.Body)
		_ = z.Close()
	}
	write(&whole)
	if flipped {
		a.Body = bytes.Clone(a.Body)
		a.Body[r.IntN(len(a.Body))] ^= 1 << r.IntN(8)
	}
	write(&changed)
	const trailer = 8
	a.Body = slices.Concat(changed.Bytes()[:changed.Len()-trailer], whole.Bytes()[whole.Len()-trailer:])
	a.Header.Set("Content-Encoding", "gzip")
}

func stalls() []*Fault {
	anything := func(a *Answer) bool { return a.Request.Method == http.MethodGet }
	openapi := func(a *Answer) bool { return strings.HasPrefix(a.Request.URL.Path, "/openapi") }
	return []*Fault{
		{Name: "silence", Slow: true, Unknown: true, Fits: anything, Apply: func(a *Answer, _ *rand.Rand) { a.Mute = true }},
		{Name: "a stall anywhere", Slow: true, Unknown: true, Fits: anything, Apply: func(a *Answer, r *rand.Rand) { a.Stall = r.IntN(len(a.Body) + 1) }},
		{Name: "a stall behind the last byte", Slow: true, Harmless: true, Apply: func(a *Answer, _ *rand.Rand) { a.Stall = len(a.Body) }},
		{Name: "a stall of the schema", Slow: true, Unknown: true, Always: true, Fits: openapi, Apply: func(a *Answer, _ *rand.Rand) { a.Stall = len(a.Body) / 2 }},
	}
}

func statuses() []*Fault {
	var all []*Fault
	for code, reason := range map[int]string{400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout"} {
		answer := func(a *Answer, _ *rand.Rand) { a.set(code, status(code, reason, "no\nand no")) }
		all = append(all,
			&Fault{Name: "status " + strconv.Itoa(code), Unknown: code == 403 || code == 404, Apply: answer},
			&Fault{Name: "status " + strconv.Itoa(code) + ", always", Unknown: code == 403 || code == 404, Always: true, Apply: answer})
	}
	html := func(code int) func(*Answer, *rand.Rand) {
		return func(a *Answer, _ *rand.Rand) { a.html(code) }
	}
	all = append(all,
		&Fault{Name: "a 404 of a proxy", Unknown: true, Apply: html(http.StatusNotFound)},
		&Fault{Name: "a 404 for ProjectConfigs", Unknown: true, Always: true, Apply: html(http.StatusNotFound), Fits: func(a *Answer) bool { return a.Resource() == "projectconfigs" }},
		&Fault{Name: "a 502 of a proxy", Apply: html(http.StatusBadGateway)},
		&Fault{Name: "a 200 of a proxy", Apply: html(http.StatusOK)},
		&Fault{Name: "a 429 that passes", Harmless: true, Apply: func(a *Answer, _ *rand.Rand) {
			a.set(http.StatusTooManyRequests, status(http.StatusTooManyRequests, "TooManyRequests", "later"))
			a.Header.Set("Retry-After", "0")
		}})
	slices.SortFunc(all, func(a, b *Fault) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// status is what an API server answers instead of an object.
func status(code int, reason, message string) map[string]any {
	return map[string]any{"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "code": code, "reason": reason, "message": message}
}

func (a *Answer) set(code int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // what is marshaled is of this package's making
	}
	text = append(text, '\n')
	a.Status, a.Body, a.Length = code, text, -1
}

func (a *Answer) html(code int) {
	a.Status, a.Body = code, []byte("<html><body>Please log in.</body></html>\n")
	a.Header.Set("Content-Type", "text/html")
}

func redirects() []*Fault {
	to := func(location func(*Answer) string, code int) func(*Answer, *rand.Rand) {
		return func(a *Answer, _ *rand.Rand) {
			a.Status, a.Body = code, nil
			a.Header.Set("Location", location(a))
		}
	}
	return []*Fault{
		{Name: "a redirect to another host", Apply: to(func(*Answer) string { return "http://127.0.0.2:9/" }, http.StatusFound)},
		{Name: "a redirect to https", Apply: to(func(a *Answer) string { return "https://" + a.Request.Host + a.Request.URL.Path }, http.StatusMovedPermanently)},
		{Name: "a redirect in a loop", Always: true, Apply: to(func(a *Answer) string { return a.Request.URL.RequestURI() }, http.StatusTemporaryRedirect)},
		{Name: "a redirect within the server", Harmless: true, Apply: to(func(a *Answer) string { return a.Request.URL.RequestURI() }, http.StatusTemporaryRedirect)},
	}
}

// edit is a Fault of a JSON document.
func edit(name string, fits func(*Answer) bool, change func(document map[string]any, r *rand.Rand)) *Fault {
	return &Fault{Name: name, Fits: fits, Apply: func(a *Answer, r *rand.Rand) {
		var document map[string]any
		if err := json.Unmarshal(a.Body, &document); err != nil {
			panic(err) // an API server sends JSON
		}
		change(document, r)
		a.set(a.Status, document)
	}}
}

func isList(a *Answer) bool { return a.IsList() }

func hasItems(a *Answer) bool { return a.IsList() && !bytes.Contains(a.Body, []byte(`"items":[]`)) }

func hasItemsInNamespace(a *Answer) bool { return hasItems(a) && a.Resource() != "projects" }

func item(document map[string]any, r *rand.Rand) map[string]any {
	items := document["items"].([]any)
	return items[r.IntN(len(items))].(map[string]any)
}

func metadata(object map[string]any) map[string]any { return object["metadata"].(map[string]any) }

func always(f *Fault) *Fault {
	f.Always = true
	return f
}

func lists() []*Fault {
	text := func(name, text string) *Fault {
		return &Fault{Name: name, Fits: isList, Apply: func(a *Answer, _ *rand.Rand) { a.Body = []byte(text) }}
	}
	return []*Fault{
		edit("a list of another kind", isList, func(d map[string]any, _ *rand.Rand) { d["apiVersion"], d["kind"] = "v1", "ConfigMapList" }),
		edit("a list without a kind", isList, func(d map[string]any, _ *rand.Rand) { delete(d, "kind") }),
		text("an empty list of nothing", `{"items":[]}`),
		text("a login page in JSON", `{"error":"please log in","items":[],"metadata":{}}`),
		text("an empty object", `{}`), text("null", `null`), text("an empty array", `[]`), text("nothing at all", ``),
		{Name: "a status instead of a list", Fits: isList, Apply: func(a *Answer, _ *rand.Rand) { a.set(http.StatusOK, status(403, "Forbidden", "no")) }},
		always(edit("items of another namespace", hasItemsInNamespace, func(d map[string]any, r *rand.Rand) { metadata(item(d, r))["namespace"] = "other" })),
		always(edit("items without a namespace", hasItemsInNamespace, func(d map[string]any, r *rand.Rand) { delete(metadata(item(d, r)), "namespace") })),
		edit("items without a name", hasItems, func(d map[string]any, r *rand.Rand) { delete(metadata(item(d, r)), "name") }),
		edit("items that are null", hasItems, func(d map[string]any, r *rand.Rand) { d["items"].([]any)[r.IntN(len(d["items"].([]any)))] = nil }),
		edit("items that are empty", hasItems, func(d map[string]any, r *rand.Rand) { clear(item(d, r)) }),
		edit("an item twice", hasItems, func(d map[string]any, r *rand.Rand) { d["items"] = append(d["items"].([]any), item(d, r)) }),
		edit("two items of one name", hasItems, func(d map[string]any, r *rand.Rand) {
			other := maps.Clone(item(d, r))
			named := maps.Clone(metadata(other))
			named["uid"], other["metadata"] = "00000000-0000-4000-8000-ffffffffffff", named
			d["items"] = append(d["items"].([]any), other)
		}),
		always(edit("a part of the items, and how many follow", hasItems, func(d map[string]any, r *rand.Rand) {
			items := d["items"].([]any)
			kept := r.IntN(len(items))
			d["items"], metadata(d)["remainingItemCount"] = items[:kept], len(items)-kept
			delete(metadata(d), "continue")
		})),
		always(edit("a page that comes again", isList, func(d map[string]any, _ *rand.Rand) { metadata(d)["continue"] = madeUp })),
		{Name: "pages without end", Fits: isList, Always: true, Apply: func(a *Answer, _ *rand.Rand) {
			next := madeUp + "even"
			if a.Request.URL.Query().Get("continue") == next {
				next = madeUp + "odd"
			}
			edit("", nil, func(d map[string]any, _ *rand.Rand) { metadata(d)["continue"] = next }).Apply(a, nil)
		}},
		{Name: "text behind a list", Fits: isList, Apply: func(a *Answer, _ *rand.Rand) { a.Body = append(a.Body, "<html>"...) }},
		{Name: "a list behind a list", Fits: isList, Apply: func(a *Answer, _ *rand.Rand) { a.Body = slices.Concat(a.Body, a.Body) }},
	}
}

func objects() []*Fault {
	one := func(a *Answer) bool {
		return a.Request.Method == http.MethodGet && isObjects(a.Resource()) && path.Base(a.Request.URL.Path) != a.Resource() && a.Status == http.StatusOK
	}
	text := func(name, text string) *Fault {
		return &Fault{Name: name, Fits: one, Always: true, Apply: func(a *Answer, _ *rand.Rand) { a.Body = []byte(text) }}
	}
	return []*Fault{
		text("an empty object instead of one object", `{}`), text("null instead of one object", `null`), text("nothing instead of one object", ``),
		always(edit("one object of another name", one, func(d map[string]any, _ *rand.Rand) { metadata(d)["name"] = "other" })),
		always(edit("one object of another namespace", one, func(d map[string]any, _ *rand.Rand) { metadata(d)["namespace"] = "other" })),
		always(edit("one object of another kind", one, func(d map[string]any, _ *rand.Rand) { d["kind"] = "ConfigMap" })),
		always(edit("one object without metadata", one, func(d map[string]any, _ *rand.Rand) { delete(d, "metadata") })),
	}
}

func documents() []*Fault {
	schema := func(a *Answer) bool { return strings.HasPrefix(a.Request.URL.Path, "/openapi/v3/") }
	index := func(a *Answer) bool { return a.Request.URL.Path == "/openapi/v3" }
	discovery := func(a *Answer) bool { return a.Request.URL.Path == base }
	unknown := func(f *Fault) *Fault {
		f.Unknown, f.First = true, true
		return f
	}
	text := func(name string, fits func(*Answer) bool, text string) *Fault {
		return &Fault{Name: name, Fits: fits, Unknown: true, First: true, Apply: func(a *Answer, _ *rand.Rand) { a.Body = []byte(text) }}
	}
	return []*Fault{
		unknown(edit("a schema without kinds", schema, func(d map[string]any, _ *rand.Rand) { d["components"] = map[string]any{"schemas": map[string]any{}} })),
		unknown(edit("a schema without newer fields", schema, func(d map[string]any, _ *rand.Rand) { without(d, "discoveredAt", "effectiveAutoPromotionHolds") })),
		text("an empty schema", schema, `{}`), text("a schema that is null", schema, `null`), text("a schema that is cut", schema, `{"components":{`),
		text("an index of schemas that is empty", index, `{}`), text("an index of schemas without any", index, `{"paths":{}}`),
		text("a discovery document that is empty", discovery, `{}`),
	}
}

// without removes members from a document, wherever they are.
func without(document any, names ...string) {
	switch d := document.(type) {
	case map[string]any:
		for name, value := range d {
			if slices.Contains(names, name) {
				delete(d, name)
				continue
			}
			without(value, names...)
		}
	case []any:
		for _, value := range d {
			without(value, names...)
		}
	}
}

func watches() []*Fault {
	stream := func(name, text string) *Fault {
		return &Fault{Name: name, Watches: true, First: true, Apply: func(a *Answer, _ *rand.Rand) { a.Body = []byte(text) }}
	}
	const freight = `{"apiVersion":"` + version + `","kind":"Freight","metadata":{"name":"intruder","namespace":"other","resourceVersion":"1"}}`
	return []*Fault{
		stream("a watch that ends at once", ""),
		stream("a watch that has expired", `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","code":410,"reason":"Expired","message":"too old"}}`+"\n"),
		stream("a watch of HTML", "<html>"),
		stream("an event of another namespace", `{"type":"ADDED","object":`+freight+"}\n"),
		stream("an event of nothing", `{"type":"DELETED","object":{}}`+"\n"),
		stream("a piece of an event", `{"type":"ADDED","obj`),
		{Name: "a watch that is refused for a moment", Watches: true, First: true, Apply: func(a *Answer, _ *rand.Rand) { a.set(503, status(503, "ServiceUnavailable", "starting")) }},
	}
}

func patches() []*Fault {
	isPatch := func(a *Answer) bool { return a.Request.Method == http.MethodPatch }
	lost := func(a *Answer, _ *rand.Rand) { a.Status, a.Body, a.Length, a.Cut = 0, nil, 0, 0 }
	answer := func(code int, reason string) func(*Answer, *rand.Rand) {
		return func(a *Answer, _ *rand.Rand) { a.set(code, status(code, reason, "no")) }
	}
	page := func(code int) func(*Answer, *rand.Rand) {
		return func(a *Answer, _ *rand.Rand) { a.html(code) }
	}
	of := func(f Fault) *Fault {
		f.Fits, f.First = isPatch, true
		return &f
	}
	return []*Fault{
		of(Fault{Name: "a write whose answer is lost", Apply: lost}),
		of(Fault{Name: "a write whose answer is lost, always", Always: true, Apply: lost}),
		of(Fault{Name: "a write whose answer is cut", Apply: func(a *Answer, r *rand.Rand) { a.Cut = r.IntN(len(a.Body)) }}),
		of(Fault{Name: "a write whose answer has no end", Apply: func(a *Answer, _ *rand.Rand) { a.Cut = len(a.Body) }}),
		of(Fault{Name: "a 500 behind a write", Apply: answer(500, "InternalError")}),
		of(Fault{Name: "a 502 behind a write", Apply: page(http.StatusBadGateway)}),
		of(Fault{Name: "a 503 behind a write", Apply: answer(503, "ServiceUnavailable")}),
		of(Fault{Name: "a 504 behind a write", Apply: answer(504, "Timeout")}),
		of(Fault{Name: "a page behind a write", Apply: page(http.StatusOK)}),
		of(Fault{Name: "an empty object behind a write", Apply: func(a *Answer, _ *rand.Rand) { a.Body = []byte("{}") }}),
		of(Fault{Name: "null behind a write", Apply: func(a *Answer, _ *rand.Rand) { a.Body = []byte("null") }}),
		of(Fault{Name: "nothing behind a write", Apply: func(a *Answer, _ *rand.Rand) { a.Body = nil }}),
		of(Fault{Name: "a status behind a write", Apply: answer(200, "")}),
		of(Fault{Name: "a conflict behind a write", Apply: answer(409, "Conflict")}), // of a proxy that sent it twice
		of(Fault{Name: "a failed test behind a write", Apply: answer(422, "Invalid")}),
		of(Fault{Name: "silence behind a write", Slow: true, Apply: func(a *Answer, _ *rand.Rand) { a.Mute = true }}),
		{Name: "a write whose answer is lost, and no reads after it", Always: true, Slow: true, Apply: lost, Fits: func(a *Answer) bool {
			return isPatch(a) || a.Earlier > 0 && a.Resource() == "stages"
		}},
		of(Fault{Name: "a write that does not arrive", Unsent: true, Apply: lost}),
		of(Fault{Name: "a write that does not arrive, always", Unsent: true, Always: true, Apply: lost}),
		of(Fault{Name: "a 502 instead of a write", Unsent: true, Apply: page(http.StatusBadGateway)}),
		of(Fault{Name: "a page instead of a write", Unsent: true, Apply: page(http.StatusOK)}),
		of(Fault{Name: "a page instead of every write", Unsent: true, Always: true, Apply: page(http.StatusOK)}),
		of(Fault{Name: "silence instead of a write", Unsent: true, Slow: true, Apply: func(a *Answer, _ *rand.Rand) { a.Mute = true }}),
		of(Fault{Name: "a redirect of a write", Unsent: true, Apply: func(a *Answer, _ *rand.Rand) {
			a.Status = http.StatusTemporaryRedirect
			a.Header.Set("Location", "http://127.0.0.2:9/")
		}}),
	}
}

func unseen() []*Fault {
	f := edit("a list with an item left out", hasItems, func(d map[string]any, r *rand.Rand) {
		items := d["items"].([]any)
		i := r.IntN(len(items))
		d["items"] = slices.Delete(items, i, i+1)
	})
	f.Unseen = "a shorter list is a list"
	return []*Fault{
		f,
		{
			Name: "a flipped bit in plain text", Unseen: "plain text has no checksum; TLS has",
			Apply: func(a *Answer, r *rand.Rand) { a.Body[r.IntN(len(a.Body))] ^= 1 << r.IntN(8) },
		},
	}
}
