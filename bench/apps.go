package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A bigApp is an application to build.
type bigApp struct {
	title         string
	module        string // of the module proxy; else it is in folder
	folder        string
	pkg           string
	main, library string // files in which a line is changed
}

var bigApps = []bigApp{
	{title: "the reference service (grpc, sql, redis)", folder: "reference", pkg: ".", main: "main.go", library: "service/service.go"},
	{title: "caddy v2.10.2", module: "github.com/caddyserver/caddy/v2@v2.10.2", pkg: "./cmd/caddy", main: "cmd/caddy/main.go", library: "caddy.go"},
}

// A bigBuild is the application in a folder, and the places beside it.
type bigBuild struct {
	bigApp
	dir, app, otel string
	env            []string // the caches
}

// caches gives the builds that follow caches of their own: those in a folder of that name.
func (b *bigBuild) caches(name string) {
	b.env = []string{"GOCACHE=" + filepath.Join(b.dir, name, "go"), "OTEL_GO_CACHE=" + filepath.Join(b.dir, name, "otel")}
}

// copyCaches makes the caches `to` of what the caches `from` hold.
func (b *bigBuild) copyCaches(from, to string) {
	check(os.RemoveAll(filepath.Join(b.dir, to)))
	check(os.CopyFS(filepath.Join(b.dir, to), os.DirFS(filepath.Join(b.dir, from))))
	b.caches(to)
}

func (b *bigBuild) plain() cost { return b.build("plain", "go") }
func (b *bigBuild) woven() cost { return b.build("woven", b.otel, "go") }

func (b *bigBuild) build(kind string, tool ...string) cost {
	c := run(b.app, b.env, slices.Concat(tool, []string{"build", "-v", "-o", filepath.Join(b.dir, kind+".bin"), b.pkg})...)
	fmt.Fprintf(os.Stderr, "%s: %s\n", kind, both(c)) // all together take long
	return c
}

// unlink removes a program.
func (b *bigBuild) unlink(kind string) { check(os.RemoveAll(filepath.Join(b.dir, kind+".bin"))) }

// relink builds with the link, which go leaves out where the program is there already.
func (b *bigBuild) relink(kind string, tool ...string) cost {
	b.unlink(kind)
	return b.build(kind, tool...)
}

// change changes one line of a file.
func (b *bigBuild) change(file string, i int) {
	path := filepath.Join(b.app, file)
	text, err := os.ReadFile(path)
	check(err)
	before, _, _ := strings.Cut(string(text), "\nvar stamp ")
	check(os.WriteFile(path, fmt.Appendf([]byte(before), "\nvar stamp = \"round %d\"\n", i), 0o644))
}

// toolTimer is the first argument of this program as a -toolexec.
const toolTimer = "-time-tool"

// linkTool is what timeTool calls go's linker, which has no package.
const linkTool = "(link)"

// timeTool runs one of go's tools, and adds to a file what it took for which package.
func timeTool(file string, words []string) {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		log.Fatal(err)
	}
	pkg := linkTool
	if i := slices.Index(words, "-p"); i > 0 && i+1 < len(words) {
		pkg = words[i+1]
	}
	if pkg != linkTool || filepath.Base(words[0]) == "link" && !slices.Contains(words, "-V=full") {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		check(err)
		fmt.Fprintln(f, pkg, int64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()))
	}
	os.Exit(cmd.ProcessState.ExitCode())
}

// timed builds, and tells what go's tools took for each package, and for linkTool.
func (b *bigBuild) timed(kind string, tool ...string) (cost, map[string]time.Duration) {
	self, err := os.Executable()
	check(err)
	file := filepath.Join(b.dir, "tools")
	check(os.RemoveAll(file))
	words := slices.Concat(tool, []string{"build", "-toolexec=" + self + " " + toolTimer + " " + file, "-o", filepath.Join(b.dir, kind+".bin"), b.pkg})
	all, took := run(b.app, b.env, words...), map[string]time.Duration{}
	out, err := os.ReadFile(file)
	check(err)
	for line := range strings.Lines(string(out)) {
		var pkg string
		var t time.Duration
		if _, err := fmt.Sscan(line, &pkg, &t); err == nil {
			took[pkg] += t
		}
	}
	return all, took
}

// linker links again, and tells what go's own linker took.
func (b *bigBuild) linker(kind string, tool ...string) time.Duration {
	b.unlink(kind)
	_, took := b.timed(kind, tool...)
	return took[linkTool]
}

// writeHello writes a server of one line.
func writeHello(dir string) {
	check(os.MkdirAll(dir, 0o755))
	check(os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/hello\n\ngo 1.24.0\n"), 0o644))
	check(os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\"\", nil) }\n"), 0o644))
}

func newBigBuild(app bigApp, dir, otel string) *bigBuild {
	if app.module != "" {
		out, err := exec.Command("go", "mod", "download", "-json", app.module).Output()
		var m struct{ Dir, Error string }
		if json.Unmarshal(out, &m) != nil || m.Dir == "" {
			check(fmt.Errorf("%s cannot be had: %v %s", app.module, err, m.Error))
		}
		app.folder = m.Dir
	}
	b := &bigBuild{bigApp: app, dir: dir, app: filepath.Join(dir, "app"), otel: otel}
	check(os.CopyFS(b.app, os.DirFS(app.folder)))
	check(filepath.WalkDir(b.app, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(path, 0o755)
		} else if err == nil {
			err = os.Chmod(path, 0o644)
		}
		return err
	}))
	return b
}

// benchApps builds a service and an application of others, plain and woven.
func benchApps(dir, otel string, rounds int) {
	for i, app := range bigApps {
		b := newBigBuild(app, filepath.Join(dir, strconv.Itoa(i)), otel)
		b.bench(rounds)
		check(os.RemoveAll(b.dir))
		fmt.Println()
	}
}

func (b *bigBuild) bench(rounds int) {
	inPlain := strings.Fields(text(b.app, b.env, "go", "list", "-deps", b.pkg))
	fmt.Printf("Builds of %s, %d packages; processor time, with time on the clock in brackets\n", b.title, len(inPlain))

	// Cold, and the first woven build beside a warm plain cache, on a machine that has never built
	// anything woven; what our own packages take of that is told apart.
	b.caches("plain")
	coldPlain := b.relink("plain", "go")
	b.copyCaches("plain", "new")
	first := b.relink("woven", b.otel, "go")
	b.copyCaches("plain", "used")
	second, took := b.timed("woven", b.otel, "go")
	var ours time.Duration
	for pkg, t := range took {
		if pkg != "main" && pkg != linkTool && !slices.Contains(inPlain, pkg) {
			ours += t
		}
	}
	second.cpu -= ours

	var noop, link, change [2][]cost
	var larger []time.Duration // what go's own linker takes more
	for i := range 2 * rounds {
		noop[0] = append(noop[0], b.plain())
		noop[1] = append(noop[1], b.woven())
		link[0] = append(link[0], b.relink("plain", "go"))
		link[1] = append(link[1], b.relink("woven", b.otel, "go"))
		larger = append(larger, b.linker("woven", b.otel, "go")-b.linker("plain", "go"))
		b.change(b.main, i)
		change[0] = append(change[0], b.plain())
		change[1] = append(change[1], b.woven())
	}
	b.change(b.library, 0)
	b.plain()
	library := b.woven()
	b.caches("cold")
	coldWoven := b.relink("woven", b.otel, "go")

	rows := [][]string{{"", "plain go", "otel go", "ratio", "peak memory", "ratio"}}
	add := func(name string, p, w []cost) {
		mp, mw := medians(p), medians(w)
		var cpu, peak []float64
		for i := range p {
			cpu = append(cpu, float64(w[i].cpu)/float64(p[i].cpu))
			peak = append(peak, float64(w[i].peak)/float64(p[i].peak))
		}
		rows = append(rows, []string{name, both(mp), both(mw), fmt.Sprintf("%.2f", median(cpu)),
			fmt.Sprintf("%d, %d MB", mp.peak>>20, mw.peak>>20), fmt.Sprintf("%.2f", median(peak))})
	}
	add("cold", []cost{coldPlain}, []cost{coldWoven})
	add("first woven build, beside a cold plain one", []cost{coldPlain}, []cost{first})
	add("the same, without our own packages", []cost{coldPlain}, []cost{second})
	add("nothing to do", noop[0], noop[1])
	add("link again", link[0], link[1])
	add("one line changed in main", change[0], change[1])
	table(rows)

	more := median(larger)
	fmt.Printf("One line changed, without what go's linker takes more (%s): %s\n", ms(more), ratio(medians(change[0]).cpu, medians(change[1]).cpu-more))
	fmt.Printf("Our own packages, compiled for the first woven build: %s; a cold one without them: %s\n", ms(ours), ratio(coldPlain.cpu, coldWoven.cpu-ours))
	fmt.Printf("Of the plain build's packages, compiled by the first woven build: %s\n", known(first.said, inPlain))
	fmt.Printf("After a change in a library package and a plain build, compiled by the woven one: %s\n", known(library.said, inPlain))
	benchPlan(b)
}

// known lists the packages of go's -v that the plain build has, too.
func known(said string, plain []string) string {
	var names []string
	for name := range strings.FieldsSeq(said) {
		if slices.Contains(plain, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	n := len(names)
	if n > 20 {
		names = append(names[:20], "…")
	}
	return fmt.Sprintf("%d, %s", n, strings.Join(names, " "))
}

// benchPlan shows what planning alone costs, and explain with a plan that is there.
func benchPlan(b *bigBuild) {
	parts := map[string][]int64{}
	var names []string
	for range 9 {
		for line := range strings.Lines(text(b.app, b.env, b.otel, "debug", "plan", b.pkg)) {
			name, number, _ := strings.Cut(strings.TrimSpace(line), " ")
			us, err := strconv.ParseInt(number, 10, 64)
			check(err)
			if parts[name] == nil {
				names = append(names, name)
			}
			parts[name] = append(parts[name], us)
		}
	}
	fmt.Print("A new plan, processor time without go:")
	for _, name := range names {
		fmt.Printf(" %s %.1f ms", name, float64(median(parts[name]))/1000)
	}
	var explain []cost
	for range 9 {
		explain = append(explain, run(b.app, b.env, b.otel, "explain", b.pkg))
	}
	fmt.Printf("\nExplain with a warm plan: %s\n", both(medians(explain)))
}

// text returns what a command writes.
func text(dir string, env []string, words ...string) string {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = dir, environ(env...)
	out, err := cmd.Output()
	check(err)
	return string(out)
}

func ratio[T ~int64](p, w T) string { return fmt.Sprintf("%.2f", float64(w)/float64(p)) }

// A watch adds up the memory of all processes of a group, again and again.
type watch struct {
	stop chan struct{}
	peak chan int64
}

func watchGroup(group int) watch {
	w := watch{make(chan struct{}), make(chan int64)}
	go func() {
		var peak int64
		for {
			select {
			case <-w.stop:
				w.peak <- peak
				return
			case <-time.After(20 * time.Millisecond):
				peak = max(peak, groupMemory(group))
			}
		}
	}()
	return w
}

func (w watch) end() int64 {
	close(w.stop)
	return <-w.peak
}

func groupMemory(group int) (sum int64) {
	names, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range names {
		text, _ := os.ReadFile(name)
		// Behind the name in brackets: state, parent, group, … and rss as field 24 of all.
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		if len(fields) < 22 || fields[2] != strconv.Itoa(group) {
			continue
		}
		pages, _ := strconv.ParseInt(fields[21], 10, 64)
		sum += pages * int64(os.Getpagesize())
	}
	return sum
}

var ownGroup = &syscall.SysProcAttr{Setpgid: true}
