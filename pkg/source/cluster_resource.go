package source

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// resource is a resource of Kargo's API, or a part of its objects.
type resource struct {
	// apiVersion is "" for Kargo's.
	apiVersion, plural, kind string
	clusterScoped            bool
	// metadataOnly asks for the objects' metadata alone.
	metadataOnly bool
	// labels and fields are selectors; "" selects all.
	labels, fields string
	// name is the only object that fields selects; "" when there may be others.
	name string
}

func stages() *resource { return &resource{plural: "stages", kind: "Stage"} }

func freights() *resource { return &resource{plural: "freights", kind: "Freight"} }

func warehouses() *resource {
	return &resource{plural: "warehouses", kind: "Warehouse", metadataOnly: true}
}

func promotions() *resource { return &resource{plural: "promotions", kind: "Promotion"} }

func projectConfigs() *resource { return &resource{plural: "projectconfigs", kind: "ProjectConfig"} }

func projects() *resource {
	return &resource{plural: "projects", kind: "Project", clusterScoped: true}
}

// metadata returns the resource with only the metadata of its objects.
func (r resource) metadata() *resource {
	r.metadataOnly = true
	return &r
}

// whole returns the resource with all of its objects, not only their metadata.
func (r resource) whole() *resource {
	r.metadataOnly = false
	return &r
}

// withLabels returns the resource with only the objects that a label selector selects.
func (r resource) withLabels(selector string) *resource {
	r.labels = selector
	return &r
}

// named returns the resource with only the object of this name.
func (r resource) named(name string) *resource {
	r.fields, r.name = "metadata.name="+name, name
	return &r
}

// accept returns the media types to ask for a list in.
func (r *resource) accept() string {
	if r.metadataOnly {
		return "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
	}
	return "application/json"
}

// acceptOne is accept for the events of a watch.
func (r *resource) acceptOne() string {
	if r.metadataOnly {
		return "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
	}
	return "application/json"
}

// mustBe returns an error unless the type of an answer is one that was asked for; suffix
// is "List" for lists.
func (r *resource) mustBe(got typeMeta, suffix string) error {
	allowed := []typeMeta{{cmp.Or(r.apiVersion, kargo.APIVersion), r.kind + suffix}}
	if r.metadataOnly {
		allowed = append(allowed, typeMeta{"meta.k8s.io/v1", "PartialObjectMetadata" + suffix})
	}
	switch {
	case slices.Contains(allowed, got):
		return nil
	case !got.complete():
		return wrongAnswer("it does not say that it is a %s of %s", allowed[0].Kind, allowed[0].APIVersion)
	default:
		return wrongAnswer("it is a %s of %s, and not a %s of %s", got.Kind, got.APIVersion, allowed[0].Kind, allowed[0].APIVersion)
	}
}

// mustHave returns an error unless an object can be one of the resource in the Cluster's
// namespace.
func (c Cluster) mustHave(r *resource, meta *kargo.Metadata) error {
	switch {
	case meta.Name == "":
		return wrongAnswer("an object in it has no name")
	case r.name != "" && meta.Name != r.name:
		return wrongAnswer("it has an object named %q, and not %q", meta.Name, r.name)
	case r.clusterScoped && meta.Namespace != "", !r.clusterScoped && meta.Namespace == "", !r.clusterScoped && c.Namespace != "" && meta.Namespace != c.Namespace:
		return wrongAnswer("its object %q is in namespace %q", meta.Name, meta.Namespace)
	default:
		return nil
	}
}

// request starts a request for the resource.
func (c Cluster) request(r *resource) *rest.Request {
	request := c.Client.REST().Get().AbsPath("/apis/" + kargo.APIVersion).Resource(r.plural)
	if c.Namespace != "" && !r.clusterScoped {
		request.Namespace(c.Namespace)
	}
	return request
}

// describe names the resource and its namespace.
func (c Cluster) describe(r *resource) string {
	var b strings.Builder
	b.WriteString(r.plural + "." + kargo.Group)
	switch {
	case r.clusterScoped:
	case c.Namespace == "":
		b.WriteString(" in all namespaces")
	default:
		fmt.Fprintf(&b, " in namespace %q", c.Namespace)
	}
	return b.String()
}
