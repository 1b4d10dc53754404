package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const chunk = 100 // files for one process of otel: a crash loses no more

// A comparison is the state that the workers share.
type comparison struct {
	otel   string
	lang   string // the Go version whose parser we are: go1.27
	files  []string
	next   atomic.Int64 // index of the next chunk's first file
	mu     sync.Mutex   // for what follows, and for the output
	show   int
	differ []string
}

// compare runs otel over the files, shows where it sees something else than we
// do, and writes the names of those files to a file.
func compare(otel string, show int, files []string, names string) error {
	c := &comparison{otel: otel, lang: version.Lang(runtime.Version()), files: files, show: show}
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.work()
		}()
	}
	wg.Wait()
	fmt.Printf("%s: %d files, %d differences\n", runtime.Version(), len(files), len(c.differ))
	slices.Sort(c.differ)
	text := strings.Join(append(c.differ, ""), "\n")
	return os.WriteFile(names, []byte(text), 0o666)
}

func (c *comparison) work() {
	var d dumper
	for {
		to := int(c.next.Add(chunk))
		from := to - chunk
		if from >= len(c.files) {
			return
		}
		c.chunk(&d, c.files[from:min(to, len(c.files))])
	}
}

// chunk compares some files, with one process of otel that prints them all.
func (c *comparison) chunk(d *dumper, files []string) {
	cmd := exec.Command(c.otel, "debug", "all", "--go="+strings.TrimPrefix(c.lang, "go"), "--list", "-")
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "godump:", err)
		os.Exit(1)
	}
	blocks := blockReader{in: bufio.NewReaderSize(out, 1<<20)}
	for i, name := range files {
		got, ok := blocks.next()
		if !ok {
			c.broken(d, files, i, fmt.Sprintf("  otel: %v\n%s", cmd.Wait(), stderr.String()))
			return
		}
		src, err := os.ReadFile(name)
		if err != nil {
			c.differs(name, err.Error())
			continue
		}
		if want := d.file("all", name, src); !bytes.Equal(want, got) {
			c.explain(name, want, got)
		}
	}
	if err := cmd.Wait(); err != nil {
		c.differs(files[len(files)-1], fmt.Sprintf("  otel: %v\n%s", err, stderr.String()))
	}
}

// broken goes on after otel ended too early, at files[i]. What breaks a fresh process differs.
func (c *comparison) broken(d *dumper, files []string, i int, why string) {
	if i == 0 {
		c.differs(files[0], why)
		i = 1
	}
	if i < len(files) {
		c.chunk(d, files[i:])
	}
}

// differs counts a file, and says why if not too much was said already.
func (c *comparison) differs(name, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.differ = append(c.differ, name)
	if len(c.differ) <= c.show {
		fmt.Printf("%s: %s\n%s", name, c.lang, why)
	}
}

// explain finds what differs in two dumps of a file: tokens in order, other lines as a set.
func (c *comparison) explain(name string, want, got []byte) {
	wantTokens, wantItems := split(want)
	gotTokens, gotItems := split(got)
	for i := range max(len(wantTokens), len(gotTokens)) {
		w, g := at(wantTokens, i), at(gotTokens, i)
		if w != g {
			c.differs(name, "  go:   "+w+"\n  otel: "+g+"\n")
			return
		}
	}
	only := ""
	for _, line := range firstOf(minus(wantItems, gotItems)) {
		only += "  go:   " + line + "\n"
	}
	for _, line := range firstOf(minus(gotItems, wantItems)) {
		only += "  otel: " + line + "\n"
	}
	if only != "" {
		c.differs(name, only)
	}
}

func firstOf(lines []string) []string { return lines[:min(3, len(lines))] }

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// split separates a dump into its token lines and the sorted rest.
func split(dump []byte) (tokens, items []string) {
	for line := range strings.Lines(string(dump)) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" && isDigit(line[0]) {
			tokens = append(tokens, line)
		} else {
			items = append(items, line)
		}
	}
	slices.Sort(items)
	return tokens, items
}

// minus returns the lines of a that b does not have; both are sorted.
func minus(a, b []string) (only []string) {
	for _, line := range a {
		for len(b) > 0 && b[0] < line {
			b = b[1:]
		}
		if len(b) > 0 && b[0] == line {
			b = b[1:]
		} else {
			only = append(only, line)
		}
	}
	return only
}

// A blockReader cuts otel's output into the dumps of single files.
type blockReader struct {
	in    *bufio.Reader
	head  []byte // the line that begins the next block
	block []byte
}

// next returns the dump of the next file; it is valid until the next call.
func (r *blockReader) next() ([]byte, bool) {
	r.block = append(r.block[:0], r.head...)
	r.head = r.head[:0]
	for {
		line, err := r.in.ReadSlice('\n')
		for err == bufio.ErrBufferFull {
			r.block = append(r.block, line...)
			line, err = r.in.ReadSlice('\n')
		}
		if len(r.block) > 0 && bytes.HasPrefix(line, []byte("file\t")) {
			r.head = append(r.head, line...)
			return r.block, true
		}
		r.block = append(r.block, line...)
		if err != nil {
			return r.block, len(r.block) > 0
		}
	}
}
