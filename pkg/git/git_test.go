package git_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/git"
)

// repository is a git repository for a test.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	r := repository{t, t.TempDir()}
	r.git("init", "-q", "-b", "main")
	return r
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "protocol.file.allow=always", "-C", r.dir}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repository) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		r.t.Fatal(err)
	}
}

func (r repository) commit() string {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "x")
	return r.git("rev-parse", "HEAD")
}

// read returns the files of a path at a revision, as "NAME=TEXT".
func (r repository) read(revision, path string, recursive bool) ([]string, *git.Found, error) {
	found, err := git.Read(r.t.Context(), git.Query{
		Revision: revision, Path: filepath.Join(r.dir, path), Recursive: recursive, MaxSize: 1 << 20,
		Wants: func(name string) bool { return strings.HasSuffix(name, ".yaml") },
	})
	if err != nil {
		return nil, nil, err
	}
	var list []string
	for _, f := range found.Files {
		list = append(list, f.Name+"="+string(f.Data))
	}
	return list, found, nil
}

func (r repository) want(revision, path string, recursive bool, want ...string) {
	r.t.Helper()
	got, found, err := r.read(revision, path, recursive)
	if err != nil {
		r.t.Errorf("%s:%s: %v", revision, path, err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.t.Errorf("%s:%s (-want +got):\n%s", revision, path, diff)
	}
	if found.Exists != (len(want) > 0) {
		r.t.Errorf("%s:%s exists: %v", revision, path, found.Exists)
	}
}

func TestRead(t *testing.T) {
	r := newRepository(t)
	r.write("deploy/a b.yaml", "one\n")
	r.write("deploy/notes.txt", "no")
	r.write("deploy/deep/ü.yaml", "")
	r.write("gone/x.yaml", "x")
	r.write("old.yaml", "same")
	r.commit()
	r.git("rm", "-r", "-q", "gone")
	r.git("mv", "old.yaml", "new.yaml")
	r.write("deploy/a b.yaml", "two")
	r.commit()
	r.write("deploy/a b.yaml", "not committed")

	r.want("HEAD~1", "deploy", false, "HEAD~1:deploy/a b.yaml=one\n")
	r.want("HEAD~1", "deploy", true, "HEAD~1:deploy/a b.yaml=one\n", "HEAD~1:deploy/deep/ü.yaml=")
	r.want("main", "deploy", false, "main:deploy/a b.yaml=two")
	r.want("main", "deploy/a b.yaml", false, "main:deploy/a b.yaml=two")
	r.want("HEAD~1", "gone", false, "HEAD~1:gone/x.yaml=x") // which is not in the work tree
	r.want("HEAD~1", "gone/x.yaml", false, "HEAD~1:gone/x.yaml=x")
	r.want("HEAD", "gone", true)
	r.want("HEAD", "never/was", true)
	r.want("HEAD~1", "old.yaml", false, "HEAD~1:old.yaml=same")
	r.want("HEAD", "new.yaml", false, "HEAD:new.yaml=same")
	r.want("HEAD", ".", false, "HEAD:new.yaml=same")
	r.want("HEAD~1", ".", true, "HEAD~1:deploy/a b.yaml=one\n", "HEAD~1:deploy/deep/ü.yaml=", "HEAD~1:gone/x.yaml=x", "HEAD~1:old.yaml=same")
}

// The variables that git sets for a hook do not lead to another repository.
func TestReadInAHook(t *testing.T) {
	r := newRepository(t)
	r.write("a.yaml", "a")
	r.commit()
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "other"))
	t.Setenv("GIT_WORK_TREE", t.TempDir())
	got, _, err := r.read("HEAD", "a.yaml", false)
	if err != nil || !slices.Equal(got, []string{"HEAD:a.yaml=a"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

// No filter of the repository runs, and no hook.
func TestReadRunsNothingOfTheRepository(t *testing.T) {
	r := newRepository(t)
	ran := filepath.Join(t.TempDir(), "ran")
	r.write("a.yaml", "a\n")
	r.write(".gitattributes", "*.yaml filter=evil diff=evil text eol=crlf export-ignore\n")
	r.commit()
	for _, key := range []string{"filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor"} {
		r.git("config", key, "touch "+ran+"; cat")
	}
	r.git("config", "filter.evil.required", "true")
	for _, hook := range []string{"post-checkout", "reference-transaction", "post-index-change"} {
		r.write(".git/hooks/"+hook, "#!/bin/sh\ntouch "+ran+"\n")
		if err := os.Chmod(filepath.Join(r.dir, ".git/hooks", hook), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r.want("HEAD", "a.yaml", false, "HEAD:a.yaml=a\n")
	if _, err := os.Stat(ran); err == nil {
		t.Error("something of the repository was run")
	}
}

func TestReadFollowsLinksWithinTheRevision(t *testing.T) {
	r := newRepository(t)
	r.write("real/a.yaml", "a")
	for name, target := range map[string]string{"links/a.yaml": "../real/a.yaml", "links/dir.yaml": "../real", "out/o.yaml": "/etc/passwd", "lost/l.yaml": "nothing", "link": "real"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(r.dir, name)), 0o755), os.Symlink(target, filepath.Join(r.dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	r.commit()
	r.want("HEAD", "links", false, "HEAD:links/a.yaml=a")
	for path, want := range map[string]string{
		"out":        "HEAD:out/o.yaml: it is a symbolic link to something that is not in the revision",
		"lost":       "HEAD:lost/l.yaml: it is a symbolic link to something that is not in the revision",
		"out/o.yaml": "HEAD:out/o.yaml is a symbolic link: name what it leads to",
	} {
		if _, _, err := r.read("HEAD", path, false); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

func TestReadSubmodules(t *testing.T) {
	module := newRepository(t)
	module.write("stages/a.yaml", "first")
	first := module.commit()
	r := newRepository(t)
	r.write("deploy/b.yaml", "b")
	r.git("submodule", "add", "-q", module.dir, "deploy/vendor")
	r.commit()
	module.write("stages/a.yaml", "second")
	second := module.commit()

	whole := []string{"HEAD:deploy/b.yaml=b", "HEAD:deploy/vendor/stages/a.yaml=first"}
	r.want("HEAD", "deploy", true, whole...)
	r.want("HEAD", "deploy", false, whole[0])
	r.want("HEAD", "deploy/vendor", true, whole[1])
	r.want("HEAD", "deploy/vendor/stages", false, whole[1]) // HEAD is that of the repository around it
	r.want("HEAD", "deploy/vendor/stages/a.yaml", false, whole[1])

	// Another commit of the submodule, which was not fetched.
	r.git("update-index", "--cacheinfo", "160000,"+second+",deploy/vendor")
	r.git("commit", "-q", "-m", "second")
	_, _, err := r.read("HEAD", "deploy", true)
	if err == nil || !strings.Contains(err.Error(), "HEAD:deploy/vendor is a submodule at commit "+second[:7]+", which is not in this clone") {
		t.Errorf("got %v", err)
	}
	r.git("-C", "deploy/vendor", "fetch", "-q", "origin", second)
	r.want("HEAD", "deploy", true, whole[0], "HEAD:deploy/vendor/stages/a.yaml=second")
	r.want("HEAD~1", "deploy", true, strings.ReplaceAll(whole[0], "HEAD", "HEAD~1"), strings.ReplaceAll(whole[1], "HEAD", "HEAD~1"))

	// One that is not checked out has nothing in the work tree, and is told.
	r.git("submodule", "deinit", "-q", "-f", "deploy/vendor")
	got, found, err := r.read("HEAD", "deploy", true)
	if err != nil || !slices.Equal(got, whole[:1]) || !slices.Equal(found.Unread, []string{"HEAD:deploy/vendor"}) {
		t.Errorf("got %q, %+v, %v", got, found, err)
	}
	if first == second {
		t.Error("the commits are the same")
	}
}

func TestReadErrors(t *testing.T) {
	origin := newRepository(t)
	origin.write("a.yaml", "a")
	first := origin.commit()
	origin.write("a.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
	origin.commit()
	shallow := repository{t, filepath.Join(t.TempDir(), "clone")}
	origin.git("clone", "-q", "--depth", "1", "file://"+origin.dir, shallow.dir)
	for _, test := range []struct {
		in             repository
		revision, want string
	}{
		{shallow, first, "is not in this shallow clone: fetch it first"},
		{shallow, "HEAD~1", "is not in this shallow clone: fetch it first"},
		{origin, "feature", `revision "feature" is not in the repository at ` + origin.dir + ": a branch of a remote has to be fetched, and named as origin/feature"},
		{origin, "origin/feature", `revision "origin/feature" is not in the repository at ` + origin.dir},
		{origin, "--help", `"--help" is no revision`},
		{origin, "HEAD", "HEAD:a.yaml: it is stored in Git LFS, which is not read"},
		{repository{t, t.TempDir()}, "HEAD", "git: not a git repository"},
	} {
		if _, _, err := test.in.read(test.revision, "a.yaml", false); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.revision, err, test.want)
		}
	}
}

// A partial clone has no contents of older files. They are not fetched.
func TestReadFetchesNothing(t *testing.T) {
	origin := newRepository(t)
	origin.git("config", "uploadpack.allowFilter", "true")
	origin.write("a.yaml", "old")
	origin.commit()
	origin.write("a.yaml", "new")
	origin.commit()
	partial := repository{t, filepath.Join(t.TempDir(), "clone")}
	origin.git("clone", "-q", "--filter=blob:none", "file://"+origin.dir, partial.dir)
	partial.want("HEAD", "a.yaml", false, "HEAD:a.yaml=new")
	got, _, err := partial.read("HEAD~1", "a.yaml", false)
	if err == nil {
		t.Errorf("it was fetched: %q", got)
	}
}

func TestReadBounds(t *testing.T) {
	r := newRepository(t)
	r.write("a.yaml", strings.Repeat("a", 2<<20))
	r.commit()
	if _, _, err := r.read("HEAD", "a.yaml", false); err == nil || !strings.Contains(err.Error(), "hold more than 1 MiB together") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := git.Read(ctx, git.Query{Revision: "HEAD", Path: r.dir, MaxSize: 1, Wants: func(string) bool { return true }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
