package apps

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// How a program's sources are laid out for the build.
type shape string

const (
	mainModule shape = "main module"
	ownModule  shape = "package main in a module of its own"
	vendored   shape = "vendored, no module cache"
	workspace  shape = "workspace"
	dependency shape = "package of a dependency"
)

// A program of others. In files, args and asked, DIR is a folder of its own, ADDR and ADDR2 are
// addresses that nobody uses, and SERVER is that of the server in server_test.go.
type program struct {
	name   string
	module string // path@version
	pkg    string // what is built, from the module's folder
	shape  shape
	sample bool
	files  map[string]string // that it reads, by their paths in DIR
	runs   [][]string        // commands that end by themselves
	serves []string          // a server, started with these arguments
	wait   time.Duration     // for what it does by itself, before it is asked
	asked  []string          // what it answers: URLs
	spans  []string          // of all this, on its standard error
}

var programs = []program{
	{
		name: "grpc-health-probe", module: "github.com/grpc-ecosystem/grpc-health-probe@v0.4.40", pkg: ".",
		shape: mainModule, sample: true,
		runs: [][]string{
			{"-addr=SERVER", "-service=there"},
			{"-addr=SERVER", "-service=ill"},
			{"-addr=127.0.0.1:1", "-connect-timeout=50ms"},
			{"-version"},
		},
		spans: []string{"grpc.health.v1.Health/Check  grpc-health-probe  client"},
	},
	{
		name: "grpc-health-probe", module: "github.com/grpc-ecosystem/grpc-health-probe@v0.4.40", pkg: ".",
		shape: dependency,
		runs:  [][]string{{"-addr=SERVER", "-service=there"}, {"-addr=SERVER", "-service=ill"}},
		spans: []string{"grpc.health.v1.Health/Check  grpc-health-probe  client"},
	},
	{
		name: "vegeta", module: "github.com/tsenart/vegeta/v12@v12.12.0", pkg: ".", shape: mainModule,
		files: map[string]string{"targets": "GET http://SERVER/hello\n"},
		runs:  [][]string{{"attack", "-targets=DIR/targets", "-rate=20", "-duration=500ms", "-output=DIR/results"}, {"-version"}, {"nothing"}},
		spans: []string{"GET  vegeta  client"},
	},
	{
		name: "nats-server", module: "github.com/nats-io/nats-server/v2@v2.12.1", pkg: ".", shape: mainModule,
		runs:   [][]string{{"--version"}, {"--nothing"}},
		files:  map[string]string{"nats.conf": "listen: ADDR2\nhttp: ADDR\n"},
		serves: []string{"-c", "DIR/nats.conf"},
		asked:  []string{"http://ADDR/healthz", "http://ADDR/nowhere"},
		spans:  []string{"GET /healthz  nats-server  server"},
	},
	{
		name: "pushgateway", module: "github.com/prometheus/pushgateway@v1.11.1", pkg: ".", shape: mainModule,
		runs:   [][]string{{"--nothing"}},
		serves: []string{"--web.listen-address=ADDR"},
		asked:  []string{"http://ADDR/-/healthy", "http://ADDR/api/v1/metrics"},
		spans:  []string{"GET /api/v1/metrics  pushgateway  server"},
	},
	{
		name: "litestream", module: "github.com/benbjohnson/litestream@v0.3.13", pkg: "./cmd/litestream", shape: mainModule,
		files: map[string]string{
			"db":             "",
			"litestream.yml": "addr: ADDR\ndbs:\n  - path: DIR/db\n    replicas:\n      - path: DIR/replica\n",
		},
		runs:   [][]string{{"databases", "-config", "DIR/litestream.yml"}, {"version"}},
		serves: []string{"replicate", "-config", "DIR/litestream.yml"},
		wait:   3 * time.Second,
		asked:  []string{"http://ADDR/nowhere"},
		spans:  []string{"GET  litestream  server", "PRAGMA"},
	},
	{
		name: "etcd", module: "go.etcd.io/etcd/server/v3@v3.6.5", pkg: ".", shape: ownModule,
		runs: [][]string{{"--version"}, {"--nothing"}},
		serves: []string{"--data-dir=DIR/data", "--listen-client-urls=http://ADDR", "--advertise-client-urls=http://ADDR",
			"--listen-peer-urls=http://ADDR2", "--initial-advertise-peer-urls=http://ADDR2", "--initial-cluster=default=http://ADDR2"},
		asked: []string{"http://ADDR/health", "http://ADDR/version"},
		spans: []string{"GET /health  etcd  server"},
	},
	{
		name: "pocketbase", module: "github.com/pocketbase/pocketbase@v0.30.0", pkg: "./examples/base", shape: vendored,
		runs:   [][]string{{"--dev=false", "--dir=DIR/other", "superuser", "upsert", "a@example.com", "1234567890"}},
		serves: []string{"serve", "--dev=false", "--http=ADDR", "--dir=DIR/data"},
		asked:  []string{"http://ADDR/api/health", "http://ADDR/api/collections", "http://ADDR/nowhere"},
		spans:  []string{"GET /api/health  base  server", "SELECT"},
	},
	{
		name: "caddy", module: "github.com/caddyserver/caddy/v2@v2.10.2", pkg: "cmd/caddy", shape: workspace,
		runs: [][]string{{"list-modules"}, {"nothing"}},
		files: map[string]string{
			"caddy.json": `{"admin": {"listen": "ADDR2"}, "storage": {"module": "file_system", "root": "DIR"}, "apps": {"http": {"servers": {"s": {"listen": ["ADDR"],
				"routes": [{"handle": [{"handler": "static_response", "body": "hello"}]}]}}}}}`,
		},
		serves: []string{"run", "--config", "DIR/caddy.json"},
		asked:  []string{"http://ADDR/", "http://ADDR2/config/admin/listen"},
		spans:  []string{"GET  caddy  server"},
	},
	{
		name: "hugo", module: "github.com/gohugoio/hugo@v0.150.0", pkg: ".", shape: mainModule,
		runs:   [][]string{{"new", "site", "DIR/site"}, {"list", "all", "--source", "DIR/site"}, {"nothing"}},
		serves: []string{"server", "--source", "DIR/site", "--port", "PORT", "--bind", "127.0.0.1"},
		asked:  []string{"http://ADDR/nowhere", "http://ADDR/sitemap.xml"},
		spans:  []string{"GET /  hugo  server"},
	},
}

// TestPrograms builds each program twice, and lets both do the same.
func TestPrograms(t *testing.T) {
	for _, p := range programs {
		t.Run(p.name+"/"+string(p.shape), func(t *testing.T) {
			if !p.sample && !*all {
				t.Skip("not in the sample: -all")
			}
			p.check(t)
		})
	}
}

func (p program) check(t *testing.T) {
	tr := newTree(t)
	pkg := p.lay(tr)
	var bin [2]string // by one name, as programs speak of themselves
	for i, kind := range []string{"plain", "woven"} {
		bin[i] = filepath.Join(filepath.Dir(tr.dir), kind, p.name)
	}
	plain := tr.must("go", "build", "-o", bin[0], pkg)
	before := tr.snapshot() // go itself writes go.work.sum
	woven := tr.run(otel, "go", "build", "-o", bin[1], pkg)
	if woven.code != 0 || plain.err == "" && downloads.ReplaceAllString(woven.err, "") != "" {
		t.Fatalf("go build: %v", woven)
	}
	if d := diff(before, tr.snapshot()); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
	sameModules(t, bin[0], bin[1])
	onlyReplaced(tr, pkg)
	agree(tr, pkg, bin[1])
	explainAnswers(tr, pkg)
	p.sameDoing(tr, bin)
}

// onlyReplaced holds the rules that we ship to their word: what they change is exchanged at link.
func onlyReplaced(tr *tree, pkg string) {
	tr.t.Helper()
	var told struct {
		Packages []struct{ Package, Outcome, Why string }
	}
	if err := json.Unmarshal([]byte(tr.must(otel, "explain", "--json", "--", pkg).out), &told); err != nil {
		tr.t.Fatal(err)
	}
	for _, p := range told.Packages {
		tr.t.Logf("%s: %s %s", p.Package, p.Outcome, p.Why)
		if p.Outcome == "rebuild" {
			tr.t.Errorf("%s is compiled again with all that imports it: other %s", p.Package, p.Why)
		}
	}
}

// lay writes the program's sources into the tree, and returns the package to build.
func (p program) lay(tr *tree) string {
	tr.t.Helper()
	path, _, _ := strings.Cut(p.module, "@")
	switch p.shape {
	case ownModule:
		p.layMain(tr, tr.dir)
	case vendored:
		tr.copyModule(p.module, tr.dir)
		tr.must("go", "mod", "vendor")
		empty := filepath.Join(filepath.Dir(tr.dir), "modcache")
		tr.env = append(tr.env, "GOPROXY=off", "GOMODCACHE="+empty, "GOFLAGS=-trimpath -modcacherw")
	case workspace:
		p.layMain(tr, filepath.Join(tr.dir, "server"))
		tr.copyModule(p.module, filepath.Join(tr.dir, "checkout"))
		tr.must("go", "work", "init", "./server", "./checkout")
		return "./server"
	case dependency:
		tr.must("go", "mod", "init", "example.com/app")
		tr.must("go", "get", p.module)
		return path
	default:
		tr.copyModule(p.module, tr.dir)
	}
	return p.pkg
}

// layMain makes a module of the program's package main in dir.
func (p program) layMain(tr *tree, dir string) {
	tr.t.Helper()
	from := filepath.Join(tr.download(p.module), p.pkg)
	names, _ := filepath.Glob(filepath.Join(from, "*.go"))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			tr.t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			tr.write(filepath.Join(dir, filepath.Base(name)), string(text))
		}
	}
	tr.must("go", "-C", dir, "mod", "init", "example.com/"+p.name)
	tr.must("go", "-C", dir, "get", p.module)
	tr.must("go", "-C", dir, "mod", "tidy")
}

// sameModules holds what two programs say of themselves against each other.
func sameModules(t *testing.T, plain, woven string) {
	t.Helper()
	pi, err1 := buildinfo.ReadFile(plain)
	wi, err2 := buildinfo.ReadFile(woven)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	have := map[string]string{}
	for _, m := range wi.Deps {
		have[m.Path] = describe(m)
	}
	for _, m := range pi.Deps {
		if have[m.Path] != describe(m) {
			t.Errorf("%s: plain %s, woven %s", m.Path, describe(m), have[m.Path])
		}
	}
	if p, w := describe(&pi.Main), describe(&wi.Main); p != w {
		t.Errorf("the main module: plain %s, woven %s", p, w)
	}
	if !slices.Equal(pi.Settings, wi.Settings) {
		t.Errorf("build settings: plain %v, woven %v", pi.Settings, wi.Settings)
	}
	if pi.GoVersion != wi.GoVersion || pi.Path != wi.Path {
		t.Errorf("plain %s %s, woven %s %s", pi.GoVersion, pi.Path, wi.GoVersion, wi.Path)
	}
}

// describe returns all that a program says of one of its modules.
func describe(m *debug.Module) string {
	text := m.Path + " " + m.Version + " " + m.Sum
	if m.Replace != nil {
		text += " => " + describe(m.Replace)
	}
	return text
}

// sameDoing lets both programs do what the row says, and compares.
func (p program) sameDoing(tr *tree, bin [2]string) {
	t := tr.t
	place := newPlace(tr)
	var did [2]doing
	for i, b := range bin {
		did[i] = p.do(place, b)
	}
	if d := diff(did[0].said, did[1].said); d != "" {
		t.Errorf("- plain, + woven:\n%s--- stderr\n%s", d, did[1].err)
	}
	for _, span := range p.spans {
		if !strings.Contains(did[1].err, span) {
			t.Errorf("no span %q:\n%s", span, did[1].err)
		}
		if strings.Contains(did[0].err, span) {
			t.Errorf("the plain program shows %q, too: this proves nothing", span)
		}
	}
	t.Logf("%s%s", did[1].said, spanLines.FindAllString(did[1].err, -1))
}

// spanLines are the lines of the console exporter.
var spanLines = regexp.MustCompile(`(?m)^.*  (server|client|internal)  [0-9.]+ .?s.*$`)

// doing is what a program did: what has to be the same, and its standard error.
type doing struct{ said, err string }

func (p program) do(pl *place, bin string) (d doing) {
	pl.clear()
	for name, text := range p.files {
		pl.tr.write(filepath.Join(pl.dir, name), pl.fill(text))
	}
	for _, args := range p.runs {
		r := pl.run(bin, args)
		d.said += fmt.Sprintf("%s: exit status %d\n%s\n", strings.Join(args, " "), r.code, stable(r.out))
		d.err += r.err
	}
	if p.serves != nil {
		s := pl.start(bin, p.serves)
		time.Sleep(p.wait)
		for _, url := range p.asked {
			d.said += url + ": " + stable(s.ask(pl.fill(url))) + "\n"
		}
		end, err := s.stop()
		d.said += "SIGTERM: " + end + "\n"
		d.err += err
	}
	return d
}

// downloads are what go says of modules that its cache lacks: what we add comes out of the tool.
var downloads = regexp.MustCompile(`(?m)^go: downloading .*\n`)

// stable takes out of a program's output what changes from run to run.
func stable(s string) string { return unstable.ReplaceAllString(s, "") }

var unstable = regexp.MustCompile(`\d+\.\d+ ?(s|ms|µs)|\d+ ms|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^" ]*`)
