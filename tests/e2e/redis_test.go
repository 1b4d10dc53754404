package e2e

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
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
	{"PING", "*net.OpError", 0, "nobody"},
	{"PING", "redis.ErrClosed", 0, "nobody"},
}

// TestRealRedis runs testdata/redis plain and woven against a real Redis and a real
// cluster, with several versions of go-redis. Plain and woven see the same; the spans
// are those of what was asked for, and nothing exported holds a key or a value.
func TestRealRedis(t *testing.T) {
	real(t)
	versions := []string{"v9.0.0", "v9.23.0"}
	if *allMatrix {
		versions = []string{"v9.0.0", "v9.7.0", "v9.14.0", "v9.23.0"}
	}
	addr, cluster := redisServer(t, "--requirepass", secret), redisCluster(t)
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			a := newApp(t, "redis")
			a.must("go", "get", "github.com/redis/go-redis/v9@"+version)
			a.must("go", "mod", "tidy")
			plain, woven := a.plain(), a.woven()
			want := a.must(plain, addr, cluster)
			c := collect.Start(t)
			got := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, woven, addr, cluster)
			if want.out != got.out {
				t.Errorf("- plain, + woven:\n%s", diff(want.out, got.out))
			}
			if off := a.must("OTEL_SDK_DISABLED=true", woven, addr, cluster); want.out != off.out {
				t.Errorf("- plain, + disabled:\n%s", diff(want.out, off.out))
			}
			checkRedis(t, c.Spans(), map[string]string{"client": addr, "cluster": cluster, "nobody": "127.0.0.1:1"})
		})
	}
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
			if want.where == "client" {
				a["db.namespace"] = "2"
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
