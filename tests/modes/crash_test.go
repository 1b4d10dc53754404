package modes

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	kills   = flag.Int("kills", 4, "builds to kill")
	damages = flag.Int("damages", 6, "caches to damage")
	seed    = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the moments and places")
)

// crashTree is a tree with our cache folder to itself, built once.
func crashTree(t *testing.T) (tr *tree, bin, cache string) {
	t.Helper()
	tr = newTree(t)
	cache = tr.beside("otel")
	tr.env = append(tr.env, "OTEL_GO_CACHE="+cache)
	bin = tr.beside("bin")
	wovenRight(tr, bin, "the first build")
	return tr, bin, cache
}

// wovenRight builds, and sees the program run and have spans.
func wovenRight(tr *tree, bin, when string) {
	tr.t.Helper()
	os.Remove(bin)
	if r := tr.run(nil, otel, "go", "build", "-o", bin); r.code != 0 {
		tr.t.Fatalf("%s: %v", when, r)
	}
	if !hasSpans(tr, bin) {
		tr.t.Fatalf("%s: the program has no spans", when)
	}
}

func hasSpans(tr *tree, bin string) bool {
	tr.t.Helper()
	r := tr.run([]string{"OTEL_TRACES_EXPORTER=console"}, bin, "you")
	if r.code != 0 || !strings.HasPrefix(r.out, "hello you\n") {
		tr.t.Fatalf("the program does not do what it did: %v", r)
	}
	return strings.Contains(r.err, "GET /greet ")
}

// TestKilled: builds that are killed at any moment, with all that they started, leave the
// tree as it was, and the next build is right.
func TestKilled(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(*seed, 1))
	t.Logf("-seed=%d", *seed)
	tr, bin, cache := crashTree(t)
	for i := range *kills {
		tr.write("stamp.go", fmt.Sprintf("package main\n\nvar stamp = %d\n", i)) // something to compile and link
		if i%4 == 0 {
			removeAll(cache)
		}
		before := tr.snapshot()
		cmd := exec.Command(otel, "go", "build", "-o", bin)
		cmd.Dir = tr.dir
		cmd.Env = append(os.Environ(), tr.env...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.IntN(2500)) * time.Millisecond)
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		if d := diff(before, tr.snapshot()); d != "" {
			t.Fatalf("kill %d changed the tree:\n%s", i, d)
		}
		wovenRight(tr, bin, fmt.Sprintf("after kill %d", i))
	}
}

// TestDamaged: whatever befalls a file of our cache, the next build is right or says what is
// wrong, and the one after it is right.
func TestDamaged(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(*seed, 2))
	t.Logf("-seed=%d", *seed)
	tr, bin, cache := crashTree(t)
	for range *damages {
		what := damage(t, random, cache)
		before := tr.snapshot()
		os.Remove(bin)
		r := tr.run(nil, otel, "go", "build", "-o", bin)
		if r.code != 0 && !strings.Contains(r.err, ":") {
			t.Fatalf("%s: refused without a clear word: %v", what, r)
		}
		if r.code == 0 && !hasSpans(tr, bin) && !strings.Contains(r.err, "warning:") {
			t.Fatalf("%s: left unwoven without a word: %v", what, r)
		}
		if d := diff(before, tr.snapshot()); d != "" {
			t.Fatalf("%s: the tree changed:\n%s", what, d)
		}
		wovenRight(tr, bin, "after "+what)
	}
}

// damage does something bad to a file of the cache, the small folders as often as the bundle.
func damage(t *testing.T, random *rand.Rand, cache string) (what string) {
	t.Helper()
	parts := []string{"bundle", "mark", "memo", "plan", "tool"}
	var files []string
	for tries := 0; len(files) == 0 && tries < 20; tries++ {
		filepath.WalkDir(filepath.Join(cache, parts[random.IntN(len(parts))]), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				files = append(files, path)
			}
			return nil
		})
	}
	if len(files) == 0 {
		t.Fatal("the cache is empty")
	}
	path := files[random.IntN(len(files))]
	text, err := os.ReadFile(path)
	if err == nil {
		switch kind := random.IntN(4); {
		case kind == 0:
			what, err = "removing", os.Remove(path)
		case kind == 1:
			what, err = "emptying", os.WriteFile(path, nil, 0o600)
		case kind == 2:
			what, err = "cutting", os.WriteFile(path, text[:len(text)/2], 0o600)
		default:
			for n := range text {
				if random.IntN(20) == 0 {
					text[n] ^= byte(1 + random.IntN(255))
				}
			}
			what, err = "scrambling", os.WriteFile(path, text, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	rel, _ := filepath.Rel(cache, path)
	return what + " " + rel
}

// TestTogether: builds at once, of one program and of others, with an empty cache of ours, are
// all right.
func TestTogether(t *testing.T) {
	t.Parallel()
	cache := filepath.Join(suite, "together")
	done := make(chan error)
	const n = 4
	for i := range n {
		tr := newTree(t)
		tr.env = append(tr.env, "OTEL_GO_CACHE="+cache)
		go func() {
			cmd := exec.Command(otel, "go", "build", "-o", tr.beside("bin"), []string{".", "./cmd/second"}[i%2])
			cmd.Dir, cmd.Env = tr.dir, append(os.Environ(), tr.env...)
			out, err := cmd.CombinedOutput()
			if err == nil {
				run := exec.Command(tr.beside("bin"))
				run.Env = append(os.Environ(), "OTEL_TRACES_EXPORTER=console")
				out, err = run.CombinedOutput()
			}
			if err == nil && !strings.Contains(string(out), "GET /greet ") {
				err = fmt.Errorf("no spans")
			}
			if err != nil {
				err = fmt.Errorf("build %d: %v\n%s", i, err, out)
			}
			done <- err
		}()
	}
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
