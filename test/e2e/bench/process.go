package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// sample is what one run cost.
type sample struct {
	wall time.Duration
	// peak is the most memory that was resident, in bytes.
	peak int64
}

// program runs one program, in an environment that has nothing of the caller's.
type program struct {
	path, home, kubeconfig string
}

// run runs the program to its end and measures it. What it prints is thrown away.
func (p program) run(ctx context.Context, args ...string) (sample, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Dir = p.home
	cmd.Env = []string{
		"PATH=" + filepath.Dir(p.path), "HOME=" + p.home, "KUBECACHEDIR=" + filepath.Join(p.home, "cache"),
		"KUBECONFIG=" + p.kubeconfig, "LC_ALL=C.UTF-8", "TZ=UTC",
	}
	cmd.Stderr = &said // stdout is the null device, which costs nothing
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s %s: %w\n%s", filepath.Base(p.path), strings.Join(args, " "), err, said.Bytes())
	}
	return sample{wall: time.Since(begin), peak: peak(cmd.ProcessState)}, nil
}

// samples are those of one thing, one for each round.
type samples []sample

func (s samples) wall() time.Duration {
	return median(s, func(s sample) time.Duration { return s.wall })
}

func (s samples) peak() int64 { return median(s, func(s sample) int64 { return s.peak }) }

// median is the middle of the values, the lower one of two.
func median[T ~int64](s samples, value func(sample) T) T {
	values := make([]T, 0, len(s))
	for _, one := range s {
		values = append(values, value(one))
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// fileSize is the size of a program, in bytes.
func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("measure the size of a program: %w", err)
	}
	return info.Size(), nil
}
