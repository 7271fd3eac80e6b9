package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// limits bound how much is read, in bytes.
type limits struct {
	// input is for all inputs together, and object for one object or YAML document.
	input, object int64
	// split is how long a YAML list has to be to be read item by item.
	split int64
}

// theLimits are what docs/tour.md names. An object in a cluster is smaller than 2 MiB, and
// a YAML document takes up to two hundred times its length in memory while it is parsed.
func theLimits() limits { return limits{input: 1 << 30, object: 4 << 20, split: 512 << 10} }

// defaultNamespace is where objects belong that name no namespace.
const defaultNamespace = "default"

// Files reads Projects from files. It contacts no cluster and fetches nothing.
type Files struct {
	// Paths are files, directories, of which the files named *.yaml, *.yml and
	// *.json are read, and at most once "-", which is Stdin.
	Paths []string
	// Recursive reads the directories below the directories, too.
	Recursive bool
	// Revision reads the paths as a git revision has them; "" reads the file system.
	Revision string
	// Optional says that paths may not exist, or be directories without such files.
	Optional bool
	// KeepTexts has Read keep the texts of what people declare, in Snapshot.Stored.
	KeepTexts bool
	// Stdin is read only for "-".
	Stdin io.Reader
	// Namespace is where objects belong that name none, and the one Project to
	// return; "" stands for "default", and for all Projects.
	Namespace string
	// Waiting, unless it is nil, is called with the name of an input of which nothing could
	// be read for a while, such as a pipe that nobody writes to.
	Waiting func(name string)

	limits *limits       // other ones in tests
	delay  time.Duration // stands for waitingDelay in tests
}

// Read reads all inputs, or none: every error ends it, and names the file, and the
// document and line where they are known. A kind of which no object was given at
// all is unread, except ProjectConfig, for which the Stages' status stands in, and
// Freight, of which there may be none yet.
//
// When the context ends, Read returns at once; it may then leave a read of Stdin
// behind that nothing can interrupt.
func (f Files) Read(ctx context.Context) (*Snapshot, error) {
	return untilDone(ctx, func() (*Snapshot, error) { return f.read(ctx) })
}

func (f Files) read(ctx context.Context) (*Snapshot, error) {
	inputs, err := f.inputs(ctx)
	if err != nil {
		return nil, err
	}
	given, err := f.collect(ctx, inputs.list)
	if err != nil {
		return nil, err
	}
	return given.snapshot(f.Namespace, strings.Join(f.Paths, ", "))
}

// untilDone returns what a function does, or the context's error as soon as it ends.
func untilDone[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	case r := <-done:
		return r.value, r.err
	}
}

// collect reads inputs.
func (f Files) collect(ctx context.Context, inputs []input) (*collection, error) {
	given := newCollection(cmp.Or(f.Namespace, defaultNamespace))
	given.keepTexts = f.KeepTexts
	limits := f.bounds()
	left := limits.input
	for _, in := range inputs {
		stop := f.awaited(&in)
		err := in.read(ctx, &left, limits, given)
		stop()
		if err != nil {
			return nil, err
		}
	}
	return given, nil
}

// waitingDelay is how long nothing can be read before that is said.
const waitingDelay = 3 * time.Second

// awaited says so if nothing of an input is read for a while, until stop is called.
func (f Files) awaited(in *input) (stop func()) {
	if f.Waiting == nil {
		return func() {}
	}
	timer := time.AfterFunc(cmp.Or(f.delay, waitingDelay), func() { f.Waiting(in.name) })
	in.begun = func() { timer.Stop() }
	return in.begun
}

func (f Files) bounds() limits {
	if f.limits != nil {
		return *f.limits
	}
	return theLimits()
}

// read reads the documents of one input into the collection.
func (in input) read(ctx context.Context, left *int64, limits limits, into *collection) error {
	r, err := in.open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was only read
	m := &meter{ctx: ctx, r: r, left: left, begun: in.begun}
	err = readDocuments(m, in, limits, into)
	if m.err != nil {
		// A parser tells a failed read in its own words, or takes it for the end.
		return fmt.Errorf("%s: %w", in.name, m.err)
	}
	return err
}

// meter hands through what it reads until the context ends or the bytes are used
// up that all inputs share.
type meter struct {
	ctx  context.Context
	r    io.Reader
	left *int64
	// begun is called once, after the first read; nil afterwards.
	begun func()
	err   error // what ended the reading, unless it was the input's end
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		m.err = err
		return 0, err
	}
	n, err := m.r.Read(p)
	if m.begun != nil {
		m.begun()
		m.begun = nil
	}
	if *m.left -= int64(n); *m.left < 0 {
		err = errors.New("the files hold more than 1 GiB together, which is too much to read: read fewer files at once")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}
