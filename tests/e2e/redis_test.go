package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"otel.tool/tests/e2e/collect"
)

// redisSpans are the spans of testdata/redis in their order: name, error.type, how
// many commands, and where: of a client, of a ring or cluster's nodes, not told.
var redisSpans = []struct {
	name, failed string
	size         int
	where        string
}{
	{"FLUSHDB", "", 0, "client"},
	{"SET", "", 0, "client"},
	{"GET", "", 0, "client"},
	{"GET", "", 0, "client"}, // redis.Nil
	{"LPUSH", "WRONGTYPE", 0, "client"},
	{"NONSENSE", "ERR", 0, "client"},
	{"redis", "ERR", 0, "client"},
	{"AUTH", "WRONGPASS", 0, "client"},
	{"PIPELINE", "", 3, "client"},
	{"PIPELINE GET", "", 2, "client"},
	{"MULTI", "WRONGTYPE", 2, "client"},
	{"WATCH", "", 0, "client"},
	{"GET", "", 0, "client"},
	{"MULTI SET", "", 0, "client"},
	{"PING", "", 0, "client"},
	{"PUBLISH", "", 0, "client"},
	{"GET", "context.Canceled", 0, "client"},
	{"SET", "", 0, "client"}, // of a ring
	{"GET", "", 0, "client"},
	{"PIPELINE SET", "", 4, ""},
	{"SET", "", 0, "cluster"},
	{"GET", "", 0, "cluster"},
	{"PIPELINE GET", "", 2, ""},
	{"MULTI", "", 2, ""},
	{"SET", "", 0, "master"},
	{"PIPELINE GET", "", 2, "master"},
	{"PING", "*net.OpError", 0, "nobody"},
	{"PING", "redis.ErrClosed", 0, "nobody"},
}

// goRedis is a major version of go-redis. testdata/redis is written for v9.
type goRedis struct {
	module  string
	all     []string // versions
	rewrite []string // of the program: what, by what
}

var goRedises = []goRedis{
	{"github.com/redis/go-redis/v9", tested["github.com/redis/go-redis/v9"], nil},
	{"github.com/go-redis/redis/v8", tested["github.com/go-redis/redis/v8"], []string{
		"github.com/redis/go-redis/v9", "github.com/go-redis/redis/v8",
		"rdb.Conn()", "rdb.Conn(ctx)", "one.Conn()", "one.Conn(ctx)", "timed.Conn()", "timed.Conn(ctx)",
		"DB: 4,", "DB: 4, IdleCheckFrequency: -1,", // what looks for idle connections keeps a pool alive
		// It does not understand what a Redis of today says of its slots.
		"Addrs: []string{os.Args[2]}}", `ClusterSlots: func(context.Context) ([]redis.ClusterSlot, error) {
			return []redis.ClusterSlot{{End: 16383, Nodes: []redis.ClusterNode{{Addr: os.Args[2]}}}}, nil
		}}`,
	}},
}

// TestRealRedis runs testdata/redis plain and woven against a real Redis, a real
// cluster and a real sentinel, with several versions of go-redis. Plain and woven see the same; the
// spans are those of what was asked for, nothing exported holds a key or a value, and pools of
// connections are measured as long as they are there.
func TestRealRedis(t *testing.T) {
	real(t)
	addr, cluster := redisServer(t, "--requirepass", secret), redisCluster(t)
	places := map[string]string{"client": addr, "cluster": cluster, "nobody": "127.0.0.1:1", "master": addr, "sentinel": redisSentinel(t, addr)}
	for _, lib := range goRedises {
		versions := lib.all
		if !*allMatrix {
			versions = []string{versions[0], versions[len(versions)-1]}
		}
		for _, version := range versions {
			t.Run(version, func(t *testing.T) { realRedis(t, lib, version, places) })
		}
	}
}

func realRedis(t *testing.T, lib goRedis, version string, places map[string]string) {
	a := newApp(t, "redis")
	if lib.rewrite != nil {
		text, err := os.ReadFile(filepath.Join(a.dir, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		a.write("main.go", strings.NewReplacer(lib.rewrite...).Replace(string(text)))
	}
	a.must("go", "get", lib.module+"@"+version)
	a.must("go", "mod", "tidy")
	a.env = append(a.env, "OTEL_GO_SIGNALS=traces,metrics")
	plain, woven := a.plain(), a.woven()
	args := []string{places["client"], places["cluster"], places["sentinel"]}
	run := func(env []string, bin string) string { return a.must(append(append(env, bin), args...)...).out }
	want := run(nil, plain)
	c := collect.Start(t)
	if got := run([]string{"OTEL_METRICS_EXPORTER=none", "OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}, woven); want != got {
		t.Errorf("- plain, + woven:\n%s", diff(want, got))
	}
	if off := run([]string{"OTEL_SDK_DISABLED=true"}, woven); want != off {
		t.Errorf("- plain, + disabled:\n%s", diff(want, off))
	}
	checkRedis(t, c.Spans(), places)
	checkPools(t, woven, version, args, places)
	if lib.module == "github.com/go-redis/redis/v8" {
		if told := a.must(otel, "explain").out; !strings.Contains(told, lib.module+" "+version+"  replaced at link") {
			t.Errorf("it is compiled again:\n%s", told)
		}
	}
}

// checkPools scrapes the program while it has pools open.
func checkPools(t *testing.T, woven, version string, args []string, places map[string]string) {
	t.Helper()
	scraped := freeAddr(t)
	host, port, _ := net.SplitHostPort(scraped)
	env := []string{"OTEL_TRACES_EXPORTER=none", "OTEL_METRICS_EXPORTER=prometheus", "OTEL_EXPORTER_PROMETHEUS_HOST=" + host, "OTEL_EXPORTER_PROMETHEUS_PORT=" + port}
	p := start(t, env, woven, append(args, "pools")...)
	p.listening(scraped)
	one, cluster, failover := places["client"]+"/2", places["cluster"]+"/0", "shop/0"
	want := map[string]string{
		"db_client_connection_max " + one:                                "10",
		"db_client_connection_idle_min " + one:                           "2",
		"db_client_connection_count used " + one:                         "1",
		"db_client_connection_count idle " + cluster:                     "1",
		"db_client_connection_count idle " + failover:                    "1",
		"db_client_connection_timeouts_total " + places["client"] + "/5": "1",
	}
	// The pool of 3 is closed; that of 4 is gone once the program has collected its garbage.
	gone := func(got map[string]string) (names []string) {
		for name := range got {
			if strings.HasSuffix(name, places["client"]+"/3") || strings.HasSuffix(name, places["client"]+"/4") {
				names = append(names, name)
			}
		}
		return names
	}
	var got map[string]string
	for range 200 {
		if got = pools(scrape(t, scraped, "db_client_connection_")); contains(got, want) && gone(got) == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("got  %q\nwant %q,\nand none of %q", got, want, gone(got))
}

var poolLine = regexp.MustCompile(`^(\w+)\{.*pool_name="([^"]*)"(?:,db_client_connection_state="(\w+)")?.*\} (\d+)$`)

// pools reads lines of Prometheus' as "METRIC STATE POOL": value.
func pools(lines []string) map[string]string {
	all := map[string]string{}
	for _, line := range lines {
		if m := poolLine.FindStringSubmatch(line); m != nil {
			all[strings.Replace(m[1]+" "+m[3]+" "+m[2], "  ", " ", 1)] = m[4]
		}
	}
	return all
}

func contains(got, want map[string]string) bool {
	for k, v := range want {
		if got[k] != v {
			return false
		}
	}
	return true
}

func checkRedis(t *testing.T, spans []collect.Span, places map[string]string) {
	t.Helper()
	spans = slices.DeleteFunc(spans, func(s collect.Span) bool { return s.Name == "UNWATCH" }) // older releases ask for it
	slices.SortStableFunc(spans, func(a, b collect.Span) int { return a.Start.Compare(b.Start) })
	if len(spans) != len(redisSpans) {
		t.Fatalf("%d spans, want %d:\n%s", len(spans), len(redisSpans), collect.Tree(spans))
	}
	for i, s := range spans {
		want := redisSpans[i]
		status := "Unset"
		a := attrs{"db.system.name": "redis", "db.operation.name": want.name, "db.query.text": none, "error.type": none, "db.operation.batch.size": none, "server.address": none, "server.port": none, "db.namespace": none}
		if want.name == "redis" {
			a["db.operation.name"] = none
		}
		if want.failed != "" {
			status = "Error"
			a["error.type"] = want.failed
		}
		if want.size > 0 {
			a["db.operation.batch.size"] = want.size
		}
		if want.where != "" {
			host, port, _ := net.SplitHostPort(places[want.where])
			a["server.port"], _ = strconv.Atoi(port)
			a["server.address"], a["db.namespace"] = host, "0"
			switch want.where {
			case "client":
				a["db.namespace"] = "2"
			case "master":
				a["server.address"], a["server.port"] = none, none
			}
			a["network.peer.address"], a["network.peer.port"] = host, a["server.port"]
			if want.where == "master" {
				a["network.peer.port"], _ = strconv.Atoi(port)
			}
			if want.failed != "" && want.where == "nobody" || want.failed == "context.Canceled" {
				a["network.peer.address"], a["network.peer.port"] = none, none
			}
		}
		if s.Name != want.name || s.Kind != "Client" || s.Status != status {
			t.Errorf("%d: %s %q %s, want Client %q %s", i, s.Kind, s.Name, s.Status, want.name, status)
		}
		a.check(t, s)
		if strings.Contains(fmt.Sprint(s), secret) {
			t.Errorf("a span holds a secret: %+v", s)
		}
	}
}

// redisSentinel starts a sentinel that knows the Redis at addr as the master shop.
func redisSentinel(t *testing.T, master string) (addr string) {
	t.Helper()
	dir, attr := asUser(t, "redis")
	addr = freeAddr(t)
	host, port, _ := net.SplitHostPort(addr)
	masterHost, masterPort, _ := net.SplitHostPort(master)
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("bind %s\nport %s\ndir %s\nsentinel monitor shop %s %s 1\nsentinel auth-pass shop %s\n", host, port, dir, masterHost, masterPort, secret)
	if err := os.WriteFile(conf, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(conf, 0o666); err != nil {
		t.Fatal(err)
	}
	runServer(t, dir, attr, addr, server(t, "redis-server"), conf, "--sentinel")
	return addr
}

// redisCluster starts a Redis that is a cluster by itself.
func redisCluster(t *testing.T) (addr string) {
	t.Helper()
	addr = redisServer(t, "--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1")
	_, port, _ := net.SplitHostPort(addr)
	cli := filepath.Join(filepath.Dir(server(t, "redis-server")), "redis-cli")
	if out, err := exec.Command(cli, "-p", port, "cluster", "addslotsrange", "0", "16383").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for range 100 {
		out, _ := exec.Command(cli, "-p", port, "cluster", "info").Output()
		if strings.Contains(string(out), "cluster_state:ok") {
			return addr
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the cluster does not come up")
	return ""
}
