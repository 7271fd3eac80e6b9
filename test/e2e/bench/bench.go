// Package bench measures the plugin on large Projects against what bounds it: a bare HTTP
// client that reads the same, and kubectl. All is measured on one server in one run, in
// turn, and judged by the ratios of medians.
package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/fleet"
)

// Options say what is measured.
type Options struct {
	// CRDs is the folder of the CRDs of one release of Kargo.
	CRDs string
	// Sizes are measured in this order.
	Sizes []Size
	// Rounds is how often each thing is run.
	Rounds int
	// Slack is what the bars are multiplied by; 1 for the bars as they are.
	Slack float64
	// Log hears what goes on.
	Log func(format string, args ...any)
}

// Size is how large a Project is, and what is asked of the plugin there.
type Size struct {
	Name               string
	Pipelines, Freight int
	// OverKubectl bounds the plugin's time by that of kubectl, Memory its peak in bytes,
	// and Rules what judging and rendering take of its time, 0 for no bound.
	OverKubectl float64
	Memory      int64
	Rules       float64
	// Repeat is how often lists are read in each round.
	Repeat int
}

// Small is 200 Stages and 10,000 pieces of Freight.
func Small() Size { return Size{"small", 10, 10_000, 0.4, 100 << 20, 0, 3} }

// Large is 1,000 Stages and 100,000 pieces of Freight.
func Large() Size { return Size{"large", 50, 100_000, 0.25, 300 << 20, 0.15, 2} }

// bench is a running measurement.
type bench struct {
	Options
	server          *controlplane.ControlPlane
	dir             string // for what programs write
	plugin, kubectl program
	root            string
}

// Run measures, on a control plane that it starts and stops.
func Run(ctx context.Context, source assets.Source, options Options) (_ Report, err error) {
	b := &bench{Options: options, root: source.Root}
	binaries, err := source.Find(ctx)
	if err != nil {
		return Report{}, err
	}
	if b.dir, err = os.MkdirTemp("", "kargo-avail-bench-"); err != nil {
		return Report{}, fmt.Errorf("make a folder for the plugin: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if b.plugin.path, err = assets.Plugin(ctx, source.Root, b.dir); err != nil {
		return Report{}, err
	}
	b.plugin.home, b.kubectl.path, b.kubectl.home = b.dir, binaries.Kubectl, b.dir
	if b.server, err = controlplane.Start(ctx, binaries); err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, b.server.Stop()) }()
	if err := b.server.InstallCRDs(ctx, options.CRDs); err != nil {
		return Report{}, err
	}
	return b.measure(ctx)
}

func (b *bench) measure(ctx context.Context) (Report, error) {
	var report Report
	rows, err := b.measureProgram(ctx)
	if err != nil {
		return Report{}, err
	}
	report.Rows = append(report.Rows, rows...)
	var requests []int
	var pairs []time.Duration
	for _, size := range b.Sizes {
		p, err := b.furnish(ctx, size)
		if err != nil {
			return Report{}, err
		}
		for _, measure := range []func(context.Context, *project) ([]Row, error){b.measureList, b.measureOne} {
			rows, err := measure(ctx, p)
			if err != nil {
				return Report{}, err
			}
			report.Rows = append(report.Rows, rows...)
		}
		count, err := b.countRequests(ctx, p)
		if err != nil {
			return Report{}, err
		}
		requests, pairs = append(requests, count), append(pairs, p.perPair)
	}
	report.Rows = append(report.Rows, requestsRow(requests), b.pairsRow(pairs))
	return report, nil
}

// project is a Project on the server.
type project struct {
	Size
	fleet.Fleet
	// perPair is what judging and writing one pair of Stage and Freight took.
	perPair time.Duration
}

// furnish puts a Project onto the server, and waits until the server knows all of it.
func (b *bench) furnish(ctx context.Context, size Size) (*project, error) {
	p := &project{Size: size, Fleet: fleet.Fleet{
		Project: size.Name, Pipelines: size.Pipelines, Freight: size.Freight,
		Now: time.Now().Truncate(time.Hour),
	}}
	b.Log("making up %d Stages and %d pieces of Freight", p.Stages(), size.Freight)
	if err := b.server.AddProject(ctx, p.Project); err != nil {
		return nil, err
	}
	begin := time.Now()
	var objects, bytes int
	err := b.server.Store(ctx, func(yield func(controlplane.Stored, error) bool) {
		for object, err := range p.Objects() {
			objects, bytes = objects+1, bytes+len(object.JSON)
			stored := controlplane.Stored{Resource: object.Resource, Namespace: p.Project, Name: object.Name, JSON: object.JSON}
			if !yield(stored, err) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	b.Log("%d objects of %d MB in %.1f s", objects, bytes>>20, time.Since(begin).Seconds())
	kubeconfig, err := b.server.Kubeconfig(controlplane.Admin(), p.Project)
	if err != nil {
		return nil, err
	}
	b.plugin.kubeconfig, b.kubectl.kubeconfig = kubeconfig, kubeconfig
	if err := b.settle(ctx); err != nil {
		return nil, err
	}
	return p, forgetPeak()
}

// settle waits until the API server has all objects in memory: until then it says that it
// is busy.
func (b *bench) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		_, err := b.plugin.run(ctx, "list")
		if err == nil || ctx.Err() != nil {
			return err
		}
		b.Log("waiting for the API server: %v", err)
	}
}

// record runs the plugin with these arguments and returns what it reads.
func (b *bench) record(ctx context.Context, p *project, args ...string) (*recorder, error) {
	recorder, err := newRecorder(b.server.Config())
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(recorder)
	defer server.Close()
	recorded := b.plugin
	recorded.kubeconfig = filepath.Join(b.dir, "recorded.yaml")
	if err := writeKubeconfig(recorded.kubeconfig, server.URL, p.Project); err != nil {
		return nil, err
	}
	_, err = recorded.run(ctx, args...)
	return recorder, err
}

// afterReading returns a run that is measured from the last byte that the plugin reads:
// what it makes of what it has read, and that it writes it.
func (b *bench) afterReading(p *project, args ...string) func(context.Context) (sample, error) {
	return func(ctx context.Context) (sample, error) {
		record, err := b.record(ctx, p, args...)
		if err != nil {
			return sample{}, err
		}
		return sample{wall: time.Since(record.ended)}, nil
	}
}

func writeKubeconfig(path, server, namespace string) error {
	config := api.NewConfig()
	config.Clusters["recorder"] = &api.Cluster{Server: server}
	config.Contexts["recorder"] = &api.Context{Cluster: "recorder", Namespace: namespace}
	config.CurrentContext = "recorder"
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		return fmt.Errorf("write a kubeconfig: %w", err)
	}
	return nil
}

// rounds runs all of these in turn, again and again, and returns their samples in order.
func (b *bench) rounds(ctx context.Context, rounds int, runs ...func(context.Context) (sample, error)) ([]samples, error) {
	all := make([]samples, len(runs))
	for range rounds {
		for i, run := range runs {
			one, err := run(ctx)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], one)
		}
	}
	return all, nil
}

func (p program) with(args ...string) func(context.Context) (sample, error) {
	return func(ctx context.Context) (sample, error) { return p.run(ctx, args...) }
}

// after runs one thing after another, as one.
func after(first, second func(context.Context) (sample, error)) func(context.Context) (sample, error) {
	return func(ctx context.Context) (sample, error) {
		one, err := first(ctx)
		if err != nil {
			return sample{}, err
		}
		two, err := second(ctx)
		return sample{wall: one.wall + two.wall, peak: max(one.peak, two.peak)}, err
	}
}

// measureList compares the whole of a Project with the bare client and with kubectl.
func (b *bench) measureList(ctx context.Context, p *project) ([]Row, error) {
	record, err := b.record(ctx, p, "list")
	if err != nil {
		return nil, err
	}
	bare := newFloor(b.server.Config(), record.reads)
	if err := bare.settle(ctx); err != nil {
		return nil, err
	}
	b.Log("the bare client is fastest with %s", bare.manner)
	short, err := b.rounds(ctx, b.Rounds*p.Repeat, bare.run, b.plugin.with("list"))
	if err != nil {
		return nil, err
	}
	ends, err := b.rounds(ctx, b.Rounds, b.afterReading(p, "list"))
	if err != nil {
		return nil, err
	}
	long, err := b.rounds(ctx, b.Rounds/2+1, b.plugin.with("list", "-o", "json"), b.kubectl.with("get", "freights", "-o", "json"))
	if err != nil {
		return nil, err
	}
	least, table, after, document, kubectl := short[0], short[1], ends[0], long[0], long[1]
	p.perPair = (document.wall() - table.wall()) / time.Duration(p.Size.Freight*fleet.StagesPerPipeline)
	size := fmt.Sprintf("%d Stages × %d Freight", p.Stages(), p.Size.Freight)
	return []Row{
		b.wall("list, "+size, table, "bare HTTP client", least, 1.2),
		b.wall("list, "+size, table, "kubectl get freights -o json", kubectl, p.OverKubectl),
		b.wall("rules and rendering of that", after, "the whole run", table, p.Rules),
		b.memory("list, "+size, table, p.Memory),
		b.memory("list -o json, "+size, document, p.Memory),
		b.wall("list -o json, "+size, document, "kubectl get freights -o json", kubectl, 0),
		b.memory("kubectl get freights -o json", kubectl, 0),
	}, nil
}

// measureOne compares what is asked of one piece of Freight with two commands of kubectl
// that read the same.
func (b *bench) measureOne(ctx context.Context, p *project) ([]Row, error) {
	const moments = 3 // times the rounds: these are short
	freight, stage := p.Newest(), p.FirstStage()
	last, itsFreight := p.Last()
	got, err := b.rounds(ctx, b.Rounds*moments,
		after(b.kubectl.with("get", "freight", freight), b.kubectl.with("get", "stages")),
		b.plugin.with("explain", stage, freight),
		b.plugin.with("wait", stage, freight, "--timeout", "1m"),
		b.plugin.with("explain", last, itsFreight),
	)
	if err != nil {
		return nil, err
	}
	size := fmt.Sprintf(", %d Freight", p.Size.Freight)
	const peer = "kubectl get freight NAME, get stages"
	return []Row{
		b.wall("explain"+size, got[1], peer, got[0], 1.5),
		b.wall("wait"+size, got[2], peer, got[0], 1.5),
		b.wall("explain below 19 Stages"+size, got[3], peer, got[0], 1.5),
	}, nil
}

// countRequests returns how many requests explain makes.
func (b *bench) countRequests(ctx context.Context, p *project) (int, error) {
	record, err := b.record(ctx, p, "explain", p.FirstStage(), p.Newest())
	return record.count, err
}

// measureProgram measures what needs no Project: how the plugin starts, and its size.
func (b *bench) measureProgram(ctx context.Context) ([]Row, error) {
	const starts = 15 // times the rounds: a start is short
	example := filepath.Join(b.root, "examples", "fan-in.yaml")
	got, err := b.rounds(ctx, b.Rounds*starts,
		b.kubectl.with("version", "--client"), b.plugin.with("version", "--client"), b.plugin.with("list", "-f", example))
	if err != nil {
		return nil, err
	}
	ours, err := fileSize(b.plugin.path)
	if err != nil {
		return nil, err
	}
	theirs, err := fileSize(b.kubectl.path)
	if err != nil {
		return nil, err
	}
	return []Row{
		b.wall("version --client", got[1], "kubectl version --client", got[0], 0.4),
		b.wall("list -f of an example", got[2], "kubectl version --client", got[0], 0.8),
		b.size("size of the program", ours, "kubectl", theirs, 0.6),
	}, nil
}
