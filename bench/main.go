// Bench measures what otel costs, as ratios within one run: what is compared
// runs in turns (A B A B ...), and medians are shown.
//
//	bench [-otel build/otel] [-rounds N] build   builds, against plain go
//	bench [-otel build/otel] [-rounds N] http        requests, against plain go and OpenTelemetry by hand
//	bench [-otel build/otel] [-rounds N] reference   the same for a service with HTTP, gRPC, SQL and Redis
//	bench [-otel build/otel] [-rounds N] apps        builds of that service, and of a large application from the module proxy
//	bench [-otel build/otel] layout                  go/layout.txt: which of our functions requests run
//
// It is run in the folder bench/, and writes nothing there.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	if len(os.Args) > 3 && os.Args[1] == toolTimer {
		timeTool(os.Args[2], os.Args[3:])
	}
	otel := flag.String("otel", "../build/otel", "the tool")
	rounds := flag.Int("rounds", 0, "how often each thing is measured; 0: 5 builds, 15 times requests")
	requests := flag.Int("requests", 0, "requests in each round; 0: as many as the service stands for")
	flag.Parse()

	tool, err := filepath.Abs(*otel)
	if err == nil {
		_, err = os.Stat(tool)
	}
	check(err)
	dir, err := os.MkdirTemp("", "otel-bench-")
	check(err)
	defer os.RemoveAll(dir)

	switch flag.Arg(0) {
	case "build":
		benchBuild(dir, tool, orElse(*rounds, 5))
	case "apps":
		benchApps(dir, tool, orElse(*rounds, 5))
	case "http", "reference":
		benchRequests(programs[flag.Arg(0)], dir, tool, orElse(*rounds, 15), *requests)
	case "layout":
		benchLayout(dir, tool)
	default:
		log.Fatalf("what to measure? build, http, reference, apps or layout, not %q", flag.Arg(0))
	}
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// environ is our environment without OpenTelemetry's variables, plus add.
func environ(add ...string) (env []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OTEL_") {
			env = append(env, v)
		}
	}
	return append(env, add...)
}

// cost is what a command took: processor time, its children's included, time on the clock,
// and the largest sum of its processes' memory, in bytes; and what it wrote.
type cost struct {
	cpu, wall time.Duration
	peak      int64
	said      string
}

// run runs a command in dir, which has to succeed.
func run(dir string, env []string, words ...string) cost {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = dir, environ(env...), ownGroup
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	check(cmd.Start())
	w := watchGroup(cmd.Process.Pid)
	err := cmd.Wait()
	peak := w.end()
	if err != nil {
		log.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, &out)
	}
	s := cmd.ProcessState
	return cost{s.UserTime() + s.SystemTime(), time.Since(began), peak, out.String()}
}

// median returns the middle value.
func median[T ~int64 | ~float64](v []T) T {
	v = slices.Clone(v)
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// medians takes the median of each part by itself.
func medians(costs []cost) cost {
	var cpu, wall []time.Duration
	var peak []int64
	for _, c := range costs {
		cpu, wall, peak = append(cpu, c.cpu), append(wall, c.wall), append(peak, c.peak)
	}
	return cost{cpu: median(cpu), wall: median(wall), peak: median(peak)}
}

// table prints rows of cells in columns, the first one to the left.
func table(rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			if i == 0 {
				fmt.Printf("%-*s", width[i], cell)
			} else {
				fmt.Printf("  %*s", width[i], cell)
			}
		}
		fmt.Println()
	}
}
