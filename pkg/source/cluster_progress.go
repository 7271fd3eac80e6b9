package source

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Progress counts the objects that were read from a Cluster. The zero value is ready to
// use.
type Progress struct{ objects atomic.Int64 }

// Objects returns how many Stages, Freight and Promotions have arrived. Objects that are
// read again are subtracted first.
func (p *Progress) Objects() int64 { return p.objects.Load() }

// add counts objects; a nil Progress does not.
func (p *Progress) add(objects int64) {
	if p != nil {
		p.objects.Add(objects)
	}
}

// counted returns the resources that a Progress counts: those that can have many objects.
func counted() []*resource { return []*resource{stages(), freights(), promotions()} }

// progress returns the Progress for the objects of a resource, nil if they are not
// counted.
func (c Cluster) progress(r *resource) *Progress {
	if slices.ContainsFunc(counted(), func(other *resource) bool { return other.plural == r.plural }) {
		return c.Progress
	}
	return nil
}

// Count asks how many objects Read will find, of those that a Progress counts. It reads
// the metadata of one of each kind. A kind that cannot be listed has none, as for Read.
func (c Cluster) Count(ctx context.Context) (int64, error) {
	var total atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for _, r := range counted() {
		group.Go(func() error {
			objects, err := c.count(ctx, r.metadata())
			total.Add(objects)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	return total.Load(), nil
}

func (c Cluster) count(ctx context.Context, r *resource) (int64, error) {
	var first int64
	page, err := readPage(ctx, c, r, pageRequest{limit: 1}, func(any) error {
		first++
		return nil
	})
	switch {
	case apierrors.IsForbidden(err), apierrors.IsNotFound(err):
		return 0, nil
	case err != nil:
		return 0, err
	case page.RemainingItemCount != nil:
		return first + *page.RemainingItemCount, nil
	case page.Continue != "":
		return 0, errors.New("the API server does not say how many there are")
	default:
		return first, nil
	}
}
