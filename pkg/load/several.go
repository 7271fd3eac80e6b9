package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// maxReads is how many Projects are read at a time, with five lists each.
const maxReads = 4

// read reads the Projects that the options name. Who asks for all and may not list them
// at once gets those that may be read one by one.
func (l *loading) read(ctx context.Context, c source.Cluster) (*source.Snapshot, error) {
	if len(l.options.Projects) > 0 {
		snapshots, errs := readEach(ctx, c, l.options.Projects)
		return merge(snapshots), errors.Join(errs...)
	}
	snapshot, err := c.Read(ctx)
	if l.options.AllProjects && apierrors.IsForbidden(err) {
		return readAllowed(ctx, c, err)
	}
	return snapshot, err
}

// readAllowed reads the Projects whose Stages may be listed, and warns of those whose
// may not. The refusal is returned where no Project can be found or read.
func readAllowed(ctx context.Context, c source.Cluster, refusal error) (*source.Snapshot, error) {
	names, err := c.ProjectNames(ctx)
	if err != nil || len(names) == 0 {
		return nil, refusal
	}
	snapshots, errs := readEach(ctx, c, names)
	var refused []string
	for i, err := range errs {
		switch {
		case apierrors.IsForbidden(err):
			refused = append(refused, names[i])
		case err != nil:
			return nil, err
		}
	}
	if len(refused) == len(names) {
		return nil, refusal
	}
	snapshot := merge(snapshots)
	if len(refused) > 0 {
		snapshot.Warnings = append(snapshot.Warnings,
			fmt.Sprintf("left out, as you are not allowed to list Stages there: %s", strings.Join(refused, ", ")))
	}
	return snapshot, nil
}

// readEach reads Projects one by one. For each there is a Snapshot or an error.
func readEach(ctx context.Context, c source.Cluster, names []string) ([]*source.Snapshot, []error) {
	snapshots, errs := make([]*source.Snapshot, len(names)), make([]error, len(names))
	var group errgroup.Group // an error ends nothing but its own Project
	group.SetLimit(maxReads)
	for i, name := range names {
		group.Go(func() error {
			one := c
			one.Namespace = name
			snapshots[i], errs[i] = one.Read(ctx)
			return nil
		})
	}
	_ = group.Wait() // none returns one
	return snapshots, errs
}

// merge puts Snapshots together, in the order of their Projects. Nil ones are left out.
func merge(snapshots []*source.Snapshot) *source.Snapshot {
	all := &source.Snapshot{}
	for _, s := range snapshots {
		if s == nil {
			continue
		}
		all.Projects = append(all.Projects, s.Projects...)
		all.Warnings = append(all.Warnings, s.Warnings...)
		all.Notes = append(all.Notes, s.Notes...)
		all.FreightUnread = all.FreightUnread || s.FreightUnread
	}
	slices.SortFunc(all.Projects, func(a, b pipeline.Objects) int { return strings.Compare(a.Project, b.Project) })
	return all
}

// keepOnly leaves of what files hold the Projects that are named; all if none is. It
// returns an error if one of them has no Stage.
func keepOnly(snapshot *source.Snapshot, names []string) error {
	if len(names) == 0 {
		return nil
	}
	var there []string
	for _, p := range snapshot.Projects {
		there = append(there, p.Project)
	}
	for _, name := range names {
		if !slices.Contains(there, name) {
			return fmt.Errorf("the files have no Stage of Project %q: the Projects there are %s", name, strings.Join(there, ", "))
		}
	}
	snapshot.Projects = slices.DeleteFunc(snapshot.Projects, func(p pipeline.Objects) bool { return !slices.Contains(names, p.Project) })
	return nil
}
