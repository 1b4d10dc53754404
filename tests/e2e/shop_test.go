package e2e

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"otel.tool/tests/e2e/collect"
)

const shop = "../../examples/shop"

// composition is what this test uses of examples/shop/compose.yaml.
type composition struct {
	Services map[string]struct {
		Image, Build any
		Command      []string
		Environment  map[string]string
		Volumes      []string
		DependsOn    []string `yaml:"depends_on"`
	}
}

// TestRealShop runs examples/shop beside a real PostgreSQL and a real Redis, with
// the command lines of its compose.yaml: an order is one trace across its services, and so is one that
// is not sampled.
// The Collector accepts the example's configuration.
func TestRealShop(t *testing.T) {
	real(t)
	var compose composition
	text, err := os.ReadFile(filepath.Join(shop, "compose.yaml"))
	if err == nil {
		err = yaml.Unmarshal(text, &compose)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range compose.Services {
		for _, other := range s.DependsOn {
			if _, ok := compose.Services[other]; !ok {
				t.Errorf("compose.yaml: %s depends on %s, which is not there", name, other)
			}
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			if _, err := os.Stat(filepath.Join(shop, from)); err != nil {
				t.Errorf("compose.yaml: %s mounts %v", name, err)
			}
		}
	}
	config, err := os.ReadFile(filepath.Join(shop, "collector.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	(&app{t: t, dir: suite}).must(collector(t), "validate", "--config", "yaml:"+string(config))

	a := newApp(t, shop)
	a.must(otel, "go", "build", "-o", "../bin/", "./...")
	bin := filepath.Dir(a.dir)
	c := collect.Start(t)
	hosts := []string{ // of compose.yaml, and where they are here
		"shop:shop@postgres/shop", "shop:" + secret + "@" + postgres(t) + "/postgres",
		"redis:6379", redisServer(t),
		"stock:8081", freeAddr(t),
		"prices:8082", freeAddr(t),
	}
	run := func(name, addr string, more ...string) *proc {
		s := compose.Services[name]
		args := slices.Clone(s.Command)
		for i := range args[1:] {
			args[i+1] = strings.NewReplacer(hosts...).Replace(args[i+1])
		}
		env := append(more, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, "OTEL_SERVICE_NAME="+s.Environment["OTEL_SERVICE_NAME"])
		p := start(t, env, filepath.Join(bin, args[0]), append(args[1:], "-addr", addr)...)
		p.listening(addr)
		return p
	}
	addr := freeAddr(t)
	stock, prices := run("stock", hosts[5]), run("prices", hosts[7])
	front := run("shop", addr)

	for _, want := range []string{"2 tea for 9.00\n", "2 tea for 9.00\n"} { // the second finds the price in Redis
		status, body := post(t, "http://"+addr+"/orders", url.Values{"item": {"tea"}, "count": {"2"}})
		if status != http.StatusCreated || body != want {
			t.Errorf("%d %q, want %q", status, body, want)
		}
	}
	if status, _ := post(t, "http://"+addr+"/orders", url.Values{"item": {"coffee"}, "count": {"21"}}); status != http.StatusConflict {
		t.Errorf("too much coffee: %d", status)
	}
	_, items, err := fetch(plainClient, "http://"+addr+"/items")
	if want := `[{"name":"coffee","left":20,"cents":890},{"name":"tea","left":96,"cents":450}]` + "\n"; items != want || err != nil {
		t.Errorf("%q, %v, want %q", items, err, want)
	}
	for _, p := range []*proc{front, stock, prices} {
		if r := p.stop(); r.code != 0 {
			t.Errorf("%v", r)
		}
	}

	const price = "  Client GET\n    Server GET /prices/{item}\n      Client GET\n"
	const priced = price + "      Client SET\n" // it was not in Redis yet
	take := func(status, rest string) string {
		return "  Client shop.v1.Stock/Take" + status + "\n    Server shop.v1.Stock/Take\n      Client BEGIN postgres\n      Client SELECT stock\n" + rest
	}
	taken := take("", "      Client UPDATE stock\n      Client COMMIT postgres\n")
	want := []string{
		"Server POST /orders\n" + priced + taken,
		"Server POST /orders\n" + price + taken,
		"Server POST /orders\n" + priced + take(" Error", "      Client ROLLBACK postgres\n"),
		"Server GET /items\n  Client shop.v1.Stock/List\n    Server shop.v1.Stock/List\n      Client SELECT stock\n" + price + price,
	}
	spans := c.Spans()
	if got := requests(spans); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	// What the front does not sample the others do not either: it has told them, over HTTP and gRPC.
	stock, prices = run("stock", hosts[5]), run("prices", hosts[7])
	front = run("shop", addr, "OTEL_TRACES_SAMPLER=always_off")
	for range 3 {
		if status, body := post(t, "http://"+addr+"/orders", url.Values{"item": {"tea"}, "count": {"2"}}); status != http.StatusCreated {
			t.Errorf("not sampled: %d %q", status, body)
		}
	}
	for _, p := range []*proc{front, stock, prices} {
		if r := p.stop(); r.code != 0 {
			t.Errorf("%v", r)
		}
	}
	more := c.Spans()[len(spans):]
	if slices.ContainsFunc(more, func(s collect.Span) bool { return s.Kind == "Server" }) { // stock has some of its own as it starts
		t.Errorf("not sampled, and yet:\n%s", collect.Tree(more))
	}
}

// requests returns the trees of the traces that begin with a server's span, in order.
func requests(spans []collect.Span) (trees []string) {
	byTrace := map[string][]collect.Span{}
	var order []string
	for _, s := range spans {
		if s.ParentID == "" && s.Kind == "Server" {
			order = append(order, s.TraceID)
		}
		byTrace[s.TraceID] = append(byTrace[s.TraceID], s)
	}
	for _, id := range order {
		trees = append(trees, collect.Tree(byTrace[id]))
	}
	return trees
}

func post(t *testing.T, url string, form url.Values) (status int, body string) {
	t.Helper()
	res, err := plainClient.PostForm(url, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}
