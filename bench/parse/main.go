// Command parse measures our parser against go/parser: the same files, in memory,
// one thread each, in turns. See run.sh. Time is the processor's, and the least of
// all turns, so that what else the machine does weighs little; only imports, which are
// read from disk, are timed by the clock.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"log"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	otel := flag.String("otel", "build/otel", "our program")
	list := flag.String("list", "", "file that names the files, one a line")
	pairs := flag.Int("pairs", 9, "how often each parser goes over all the files")
	flag.Parse()
	runtime.GOMAXPROCS(1)

	theirs, err := load(*list)
	if err != nil {
		log.Fatal(err)
	}
	ours, err := start(*otel, *list)
	if err != nil {
		log.Fatal(err)
	}
	theirs.pass() // one each to warm up
	ours.ask("parse")

	var goTook, otelTook []time.Duration
	var mem reply
	for range *pairs {
		mem = ours.ask("parse")
		goTook, otelTook = append(goTook, theirs.pass()), append(otelTook, mem.took)
		a, b := goTook[len(goTook)-1], mem.took
		fmt.Printf("go/parser %8.1f MB/s   otel %8.1f MB/s   %5.2f times\n",
			theirs.rate(a), theirs.rate(b), float64(a)/float64(b))
	}
	if mem.source != theirs.size {
		log.Fatalf("parse: otel read %d bytes, we %d", mem.source, theirs.size)
	}
	fmt.Printf("memory: %.2f bytes of arena for each byte of source\n", float64(mem.arena)/float64(mem.source))

	var imports []time.Duration
	for range *pairs {
		imports = append(imports, ours.ask("imports").took)
	}
	fmt.Printf("imports: %d files read and parsed in %.1f ms\n",
		len(theirs.texts), median(imports).Seconds()*1e3)
	// What else the machine does only adds time: the least of each is what it takes.
	fmt.Printf("parse: %.2f times go/parser\n", float64(slices.Min(goTook))/float64(slices.Min(otelTook)))
}

func median(v []time.Duration) time.Duration {
	slices.Sort(v)
	return v[len(v)/2]
}

// A corpus is files held in memory.
type corpus struct {
	names []string
	texts [][]byte
	size  int
}

func load(list string) (*corpus, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	var c corpus
	for name := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return r == '\n' }) {
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		c.names = append(c.names, name)
		c.texts = append(c.texts, src)
		c.size += len(src)
	}
	return &c, nil
}

// pass parses every file, and returns how long it took, garbage collection included.
func (c *corpus) pass() time.Duration {
	runtime.GC()
	start := processorTime()
	for i, src := range c.texts {
		// Files that are refused are part of it.
		_, _ = parser.ParseFile(token.NewFileSet(), c.names[i], src, parser.ParseComments|parser.SkipObjectResolution)
	}
	return processorTime() - start
}

func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		log.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func (c *corpus) rate(d time.Duration) float64 { return float64(c.size) / 1e6 / d.Seconds() }

// A server is otel debug bench: a word on its input is one pass over the files.
type server struct {
	in  io.Writer
	out *bufio.Reader
}

// A reply is what a pass took, and the bytes that it had and used.
type reply struct {
	took          time.Duration
	arena, source int
}

func start(otel, list string) (*server, error) {
	cmd := exec.Command(otel, "debug", "bench", "--list", list)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &server{in, bufio.NewReader(out)}, cmd.Start()
}

func (s *server) ask(what string) reply {
	var r reply
	fmt.Fprintln(s.in, what)
	if _, err := fmt.Fscanln(s.out, &r.took, &r.arena, &r.source); err != nil {
		log.Fatalf("parse: otel debug bench: %v", err)
	}
	return r
}
