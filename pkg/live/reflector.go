package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"reflect"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// watchBackoff is the delay between attempts to reconnect. It stays short, so that an API
// server that is back is noticed soon.
func watchBackoff() *wait.Backoff {
	return &wait.Backoff{Duration: 100 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: math.MaxInt32, Cap: 2 * time.Second}
}

// listWatch is a kindWatch as the Reflector's cache.ListerWatcher.
type listWatch struct{ *kindWatch }

// IsWatchListSemanticsUnSupported keeps client-go from streaming lists as events.
func (listWatch) IsWatchListSemanticsUnSupported() bool { return true }

// List is part of cache.ListerWatcher.
func (l listWatch) List(options metav1.ListOptions) (runtime.Object, error) {
	return l.ListWithContext(l.ctx, options)
}

// Watch is part of cache.ListerWatcher.
func (l listWatch) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return l.WatchWithContext(l.ctx, options)
}

// ListWithContext is part of cache.ListerWatcherWithContext.
func (l listWatch) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	list, err := l.stream.List(ctx, options)
	isExpired := apierrors.IsResourceExpired(err) || apierrors.IsGone(err)
	if err != nil && (!isExpired || options.ResourceVersion == "") { // else the Reflector asks for the newest at once
		l.requestFailed("list", err)
	}
	if err == nil {
		l.heard()
	}
	return list, err
}

// WatchWithContext is part of cache.ListerWatcherWithContext.
func (l listWatch) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	events, err := l.stream.Watch(ctx, options)
	defer l.firstTry.Do(func() { close(l.tried) })
	if err != nil {
		l.requestFailed("watch", err)
		return nil, err
	}
	l.watcher.mu.Lock()
	l.watcher.heard()
	l.markFresh()
	l.watched, l.refusedSince = true, time.Time{}
	l.watcher.mu.Unlock()
	reporter := apierrors.NewClientErrorReporter(http.StatusInternalServerError, http.MethodGet, "ClientWatchDecoding")
	return watch.NewStreamWatcher(&eventDecoder{Decoder: events, watch: l.kindWatch}, reporter), nil
}

// eventDecoder tells a kindWatch of each event, and once of the end of the watch request:
// a second error may arrive after the next request was accepted.
type eventDecoder struct {
	watch.Decoder
	watch *kindWatch
	ended bool
}

// Decode is part of watch.Decoder.
func (d *eventDecoder) Decode() (watch.EventType, runtime.Object, error) {
	event, object, err := d.Decoder.Decode()
	reason := err
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		reason = errors.New("the API server ended the watch")
	case event == watch.Error:
		reason = apierrors.FromObject(object)
	}
	switch {
	case reason == nil:
		d.watch.heard()
	case !d.ended:
		d.ended = true
		d.watch.requestFailed("watch", reason)
	}
	return event, object, err
}

// Replace is part of cache.ReflectorStore.
func (k *kindWatch) Replace(list []any, _ string) error {
	objects := make(map[key]any, len(list))
	for _, item := range list {
		if key, value, ok := entry(item); ok {
			objects[key] = value
		}
	}
	k.watcher.mu.Lock()
	defer k.watcher.mu.Unlock()
	isNew := !k.listed || !reflect.DeepEqual(objects, k.objects)
	k.objects = objects
	k.markFresh()
	if isNew {
		k.objectsChanged()
	}
	if !k.listed {
		k.listed = true
		close(k.ready)
	}
	return nil
}

// Add is part of cache.ReflectorStore.
func (k *kindWatch) Add(object any) error { return k.Update(object) }

// Update is part of cache.ReflectorStore.
func (k *kindWatch) Update(object any) error {
	key, value, ok := entry(object)
	if !ok {
		return fmt.Errorf("unexpected %T", object)
	}
	k.watcher.mu.Lock()
	defer k.watcher.mu.Unlock()
	if !reflect.DeepEqual(k.objects[key], value) {
		k.objects[key] = value
		k.objectsChanged()
	}
	return nil
}

// Delete is part of cache.ReflectorStore.
func (k *kindWatch) Delete(object any) error {
	key, _, ok := entry(object)
	if !ok {
		return fmt.Errorf("unexpected %T", object)
	}
	k.watcher.mu.Lock()
	defer k.watcher.mu.Unlock()
	delete(k.objects, key)
	k.objectsChanged()
	return nil
}

// Resync is part of cache.ReflectorStore.
func (k *kindWatch) Resync() error { return nil }

// objectsChanged signals that the objects have changed. The lock is held.
func (k *kindWatch) objectsChanged() {
	k.watcher.outdated = true
	if k.stream.Stages() {
		k.watcher.watchPromotionsOf(k)
	}
	k.watcher.signal()
}

func entry(object any) (key, any, bool) {
	o, ok := object.(*source.Object)
	if !ok {
		return key{}, nil, false
	}
	return key{o.Namespace, o.Name}, o.Value, true
}
