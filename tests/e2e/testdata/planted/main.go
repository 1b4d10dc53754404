// Planted is full of secrets, and of what clients may send: planted secrets [stay] | many stay N.
// With stay it does not end.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
	"github.com/valyala/fasthttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
)

const (
	secret = "S3CR3T"
	number = "8675309867"
)

var ctx = context.Background()

func main() {
	web, fast, rpc := serve()
	switch os.Args[1] {
	case "secrets":
		secrets(web, fast, rpc)
	case "many":
		n, err := strconv.Atoi(os.Args[3])
		check(err)
		many(web, fast, rpc, n)
	}
	fmt.Println("ready")
	if len(os.Args) > 2 {
		select {}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func listen() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return l
}

// serve starts a server of each kind.
func serve() (web, fast, rpc string) {
	l := listen()
	mux := http.NewServeMux()
	mux.HandleFunc("/items/{id}", func(w http.ResponseWriter, r *http.Request) {
		slog.InfoContext(r.Context(), "item asked for")
		http.SetCookie(w, &http.Cookie{Name: "session", Value: secret})
		w.Header().Set("Authorization", secret)
		if r.URL.Query().Has("fail") {
			w.WriteHeader(500)
		}
	})
	go http.Serve(l, mux)

	f := listen()
	go fasthttp.Serve(f, func(ctx *fasthttp.RequestCtx) { ctx.Response.Header.Set("Set-Cookie", "session="+secret) })

	g := listen()
	s := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(s, health.NewServer())
	go s.Serve(g)
	return l.Addr().String(), f.Addr().String(), g.Addr().String()
}

func secrets(web, fast, rpc string) {
	for _, url := range []string{
		"http://user:" + secret + "@" + web + "/items/7?token=" + secret + "&api_key=" + secret + "#" + secret,
		"http://" + secret + "@" + web + "/items/7?fail&X-Amz-Signature=" + secret + "&" + secret,
		"http://user:" + secret + "@127.0.0.1:1/?access_token=" + secret,
		"http://user:" + secret + "@127.0.0.1:99999/?access_token=" + secret,
		"http://user:" + secret + "@nobody.invalid/?access_token=" + secret,
	} {
		req, err := http.NewRequest("GET", url, nil)
		if err != nil {
			continue
		}
		for _, h := range []string{"Authorization", "Proxy-Authorization", "Cookie"} {
			req.Header.Set(h, "Bearer "+secret)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
		}
		fasthttps(strings.Replace(url, web, fast, 1))
	}

	cc, err := grpc.Dial(rpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	md := metadata.Pairs("authorization", "Bearer "+secret, "cookie", secret, "x-token-bin", secret, "x-password", secret)
	for _, method := range []string{"/grpc.health.v1.Health/Check", "/x.Y/Z"} {
		_ = cc.Invoke(metadata.NewOutgoingContext(ctx, md), method, &grpc_health_v1.HealthCheckRequest{}, &grpc_health_v1.HealthCheckResponse{})
	}
	cc.Close()
	databases()
	redises()
}

func fasthttps(url string) {
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.SetRequestURI(url)
	for _, h := range []string{"Authorization", "Proxy-Authorization", "Cookie"} {
		req.Header.Set(h, "Bearer "+secret)
	}
	_ = fasthttp.Do(req, resp)
}

// databases opens every form of a data source name, and asks what fails.
func databases() {
	for _, name := range []string{"postgres", "pgx", "mysql", "sqlite3", "sqlite", "sqlserver", "mssql", "azuresql", "oracle", "godror", "clickhouse", "unknown"} {
		sql.Register(name, &fake{})
		for _, dsn := range []string{
			"postgres://user:" + secret + "@db.example:5432/shop?sslmode=disable&password=" + secret,
			"postgres://user:" + secret + "/x@db.example/shop",
			"user=u password=" + secret + " host=db.example dbname=shop",
			"user=u password='a " + secret + "' host=db.example dbname=shop",
			"user=u password=a " + secret + " host=db.example",
			"user:" + secret + "@tcp(db.example:3306)/shop?x=" + secret,
			"user:" + secret + "@unix(/tmp/sock)/shop",
			"user:" + secret,
			"file:shop.db?_auth_pass=" + secret + "&_pragma=key('" + secret + "')",
			"sqlserver://user:" + secret + "@db.example:1433?database=shop&password=" + secret,
			"server=db.example;user id=u;password={a;" + secret + "};database=shop",
			"odbc:server=db.example;pwd=" + secret + ";database=shop",
			"oracle://user:" + secret + "@db.example:1521/shop",
			"user/" + secret + "@db.example:1521/shop",
			`user="u" password="` + secret + `" connectString="db.example:1521/shop"`,
			"clickhouse://user:" + secret + "@db.example:9000/shop?password=" + secret,
			"tcp://db.example:9000?username=u&password=" + secret + "&database=shop",
			"http://user:" + secret + "@db.example:8123/shop",
		} {
			query(name, dsn)
		}
	}
}

func query(name, dsn string) {
	db, err := sql.Open(name, dsn)
	if err != nil {
		return
	}
	defer db.Close()
	_ = db.Ping()
	texts := []string{
		"SELECT * FROM users WHERE password = '" + secret + "' AND card = " + number,
		"SELECT * FROM users WHERE password = 'it''s " + secret + "' -- " + secret,
		"SELECT * FROM users WHERE card IN (" + number + ", " + number + ") /* " + secret + " */",
		"INSERT INTO users VALUES (N'" + secret + "', " + number + ".5, 0x" + number + ")",
		"CREATE USER u WITH PASSWORD '" + secret + "'",
		"CREATE USER u IDENTIFIED BY '" + secret,
	}
	switch name { // what is a literal there, and no name of a column
	case "mysql":
		texts = append(texts, "SELECT * FROM users WHERE password = \""+secret+"\" # "+secret, `SELECT * FROM users WHERE password = 'it\'s `+secret+"'")
	case "postgres", "pgx":
		texts = append(texts, `SELECT * FROM users WHERE password = E'it\'s `+secret+"'", "SELECT * FROM users WHERE password = U&'"+secret+"'")
		fallthrough
	case "clickhouse":
		texts = append(texts, "SELECT * FROM users WHERE password = $tag$"+secret+"$tag$")
	case "oracle", "godror":
		texts = append(texts, "SELECT * FROM users WHERE password = q'[it's "+secret+"]'")
	}
	for _, text := range texts {
		if rows, err := db.Query(text); err == nil {
			rows.Close()
		}
		_, _ = db.Exec(text, secret, number)
		if stmt, err := db.Prepare(text); err == nil {
			stmt.Close()
		}
	}
	if tx, err := db.Begin(); err == nil {
		_ = tx.Commit()
	}
}

// fake is a driver whose errors tell all that it knows.
type fake struct{ dsn string }

func (f *fake) Open(dsn string) (driver.Conn, error) {
	if strings.HasPrefix(dsn, "http://") {
		return nil, errors.New("cannot connect to " + dsn)
	}
	return &fake{dsn}, nil
}
func (f *fake) Close() error              { return nil }
func (f *fake) Begin() (driver.Tx, error) { return nil, errors.New("no transactions: " + f.dsn) }
func (f *fake) Prepare(text string) (driver.Stmt, error) {
	return nil, fmt.Errorf("cannot prepare %q: %s", text, f.dsn)
}
func (f *fake) ExecContext(_ context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return nil, fmt.Errorf("cannot run %q %v: %s", text, args, f.dsn)
}

// redises asks a Redis that tells in its errors what it was told.
func redises() {
	l := listen()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go redisServer(c)
		}
	}()
	for _, opt := range []*redis.Options{
		{Addr: l.Addr().String(), Username: "user", Password: secret, Protocol: 3, MaxRetries: -1},
		{Addr: l.Addr().String(), Password: secret, Protocol: 2, MaxRetries: -1},
		{Addr: l.Addr().String(), MaxRetries: -1},
	} {
		rdb := redis.NewClient(opt)
		rdb.Set(ctx, "key:"+secret, secret, 0)
		rdb.Do(ctx, "AUTH", "user", secret)
		rdb.Do(ctx, "HELLO", 3, "AUTH", "user", secret)
		rdb.Do(ctx, secret+" "+secret)
		rdb.ConfigSet(ctx, "requirepass", secret)
		_, _ = rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, secret, secret, 0)
			p.Get(ctx, secret)
			return nil
		})
		rdb.Close()
	}
}

func redisServer(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil || line[0] != '*' {
			return
		}
		n, _ := strconv.Atoi(strings.TrimSpace(line[1:]))
		var words []string
		for range n {
			r.ReadString('\n')
			word, _ := r.ReadString('\n')
			words = append(words, strings.TrimSpace(word))
		}
		if len(words) > 2 && !strings.EqualFold(words[0], "client") && !strings.EqualFold(words[0], "hello") || len(words) > 4 {
			fmt.Fprintf(c, "-WRONGPASS of %s\r\n", strings.Join(words, " "))
		} else if strings.EqualFold(words[0], "hello") {
			fmt.Fprintf(c, "-ERR unknown command %s\r\n", strings.Join(words, " "))
		} else {
			fmt.Fprint(c, "+OK\r\n")
		}
	}
}

// many sends what no one could foresee, n times: hosts, methods, paths, user agents.
func many(web, fast, rpc string, n int) {
	var group sync.WaitGroup
	for _, addr := range []string{web, fast} {
		for part := range 4 {
			group.Add(1)
			go func() {
				defer group.Done()
				raw(addr, part*n/4, (part+1)*n/4)
			}()
		}
	}
	group.Wait()

	// What the program itself asks is of as many kinds as it has hosts.
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", web)
	}}
	cc, err := grpc.Dial(rpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	for i := range n / 100 {
		req, err := http.NewRequest(fmt.Sprint("M", i), fmt.Sprintf("http://host%d.example/path/%d", i, i), nil)
		check(err)
		resp, err := transport.RoundTrip(req)
		check(err)
		resp.Body.Close()
		_ = cc.Invoke(ctx, fmt.Sprintf("/a%d.B/C%d", i%20, i%20), &grpc_health_v1.HealthCheckRequest{}, &grpc_health_v1.HealthCheckResponse{})
	}
	// A client that we don't know asks for methods that there are not.
	strange, err := grpc.Dial(rpc, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUserAgent("x"))
	check(err)
	strange.Close()
	cc.Close()
}

// raw sends requests by hand, from the i-th on.
func raw(addr string, i, end int) {
	c, err := net.Dial("tcp", addr)
	check(err)
	defer c.Close()
	w, r := bufio.NewWriter(c), bufio.NewReader(c)
	const batch = 50
	for ; i < end; i += batch {
		m := min(batch, end-i)
		for k := i; k < i+m; k++ {
			path := fmt.Sprintf("/path/%d/%x?q=%d", k, k*7919, k)
			if k%2 == 0 {
				path = fmt.Sprintf("/items/%d", k)
			}
			fmt.Fprintf(w, "M%d %s HTTP/1.1\r\nHost: host%d.example:%d\r\nUser-Agent: agent/%d\r\n\r\n", k, path, k, k%65000+1, k)
		}
		check(w.Flush())
		for range m {
			resp, err := http.ReadResponse(r, nil)
			check(err)
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}
}
