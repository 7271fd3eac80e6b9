package source

import (
	"cmp"
	"context"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Found is the Freight that a reference refers to in a Project.
type Found struct {
	// Freight is one piece or none, or several, newest first, when the reference is
	// ambiguous. Of those perhaps only the metadata was read.
	Freight []*kargo.Freight
	// Aliases are all aliases in the Project, when nothing was found.
	Aliases []string
}

// one returns the piece of Freight, nil unless exactly one was found.
func (f Found) one() *kargo.Freight {
	if len(f.Freight) != 1 {
		return nil
	}
	return f.Freight[0]
}

// freightMeantBy finds the Freight that a reference refers to: by its name, else by the
// label that mirrors its alias, else among the names of all. Namespace must name the
// Project. Only if all of these find nothing are the aliases of all Freight read, as
// without Kargo's webhook an alias has no label.
func (c Cluster) freightMeantBy(ctx context.Context, reference string) (Found, error) {
	found, err := c.findFreight(ctx, reference)
	if apierrors.IsNotFound(err) {
		return Found{}, c.notServed(freights()) // a list is always there
	}
	return found, err
}

func (c Cluster) findFreight(ctx context.Context, reference string) (Found, error) {
	found, err := c.lookUp(ctx, reference)
	if err != nil || len(found) > 0 {
		return Found{Freight: found}, err
	}
	known, err := c.freight(ctx, freights().metadata())
	if err != nil {
		return Found{}, err
	}
	matches := slices.DeleteFunc(known, func(f *kargo.Freight) bool { return !strings.HasPrefix(f.Metadata.Name, reference) })
	switch len(matches) {
	case 0:
		return c.searchFreight(ctx, reference)
	case 1:
		named, err := c.freightNamed(ctx, matches[0].Metadata.Name)
		return Found{Freight: named}, err
	default:
		return Found{Freight: matches}, nil
	}
}

// searchFreight looks for a reference in all Freight.
func (c Cluster) searchFreight(ctx context.Context, reference string) (Found, error) {
	known, err := c.freight(ctx, freights())
	if err != nil {
		return Found{}, err
	}
	matches := pipeline.MatchFreight(known, reference)
	if len(matches) == 0 {
		return Found{Aliases: aliasesOf(known)}, nil
	}
	return Found{Freight: matches}, nil
}

// freight lists Freight of the Project, newest first. It goes by the creation, as perhaps
// only the metadata is read.
func (c Cluster) freight(ctx context.Context, r *resource) ([]*kargo.Freight, error) {
	listed, err := list(ctx, c, r, freightMeta)
	if err != nil {
		return nil, err
	}
	var all []*kargo.Freight
	for i := range listed[c.Namespace] {
		all = append(all, &listed[c.Namespace][i])
	}
	slices.SortFunc(all, func(a, b *kargo.Freight) int {
		return cmp.Or(
			b.Metadata.CreationTimestamp.Compare(a.Metadata.CreationTimestamp),
			cmp.Compare(b.Metadata.Name, a.Metadata.Name),
		)
	})
	return all, nil
}

// lookUp finds Freight by its exact name, else by its alias. For an alias the API server
// has to go through all Freight.
func (c Cluster) lookUp(ctx context.Context, reference string) ([]*kargo.Freight, error) {
	named, err := c.freightNamed(ctx, reference)
	if err != nil || len(named) > 0 {
		return named, err
	}
	return c.freightAliased(ctx, reference)
}

// freightNamed returns the Freight of this name, if it exists. A user who may not get it
// may still be allowed to list it.
func (c Cluster) freightNamed(ctx context.Context, name string) ([]*kargo.Freight, error) {
	if !canBeName(name) {
		return nil, nil
	}
	found, err := get(ctx, c, freights(), freightMeta, name)
	if apierrors.IsForbidden(err) {
		return c.freight(ctx, freights().named(name))
	}
	if err != nil || found == nil {
		return nil, err
	}
	return []*kargo.Freight{found}, nil
}

// canBeName reports whether an object can have this name.
func canBeName(text string) bool { return len(validation.IsDNS1123Subdomain(text)) == 0 }

// freightAliased returns the Freight that has this alias. It is found by its label, but
// the field decides.
func (c Cluster) freightAliased(ctx context.Context, alias string) ([]*kargo.Freight, error) {
	is, err := labels.NewRequirement(kargo.AliasLabel, selection.Equals, []string{alias})
	if err != nil || alias == "" {
		return nil, nil //nolint:nilerr // no label can have this value
	}
	labelled, err := c.freight(ctx, freights().withLabels(is.String()))
	return slices.DeleteFunc(labelled, func(f *kargo.Freight) bool { return f.Alias != alias }), err
}

func aliasesOf(freight []*kargo.Freight) []string {
	var aliases []string
	for _, f := range freight {
		if f.Alias != "" {
			aliases = append(aliases, f.Alias)
		}
	}
	return aliases
}
