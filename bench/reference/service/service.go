// Package service is the reference service of the benchmarks: one request in
// makes one over HTTP, one over gRPC, a query and two Redis commands, and writes a
// log record. There is no OpenTelemetry in it; what an instrumentation by hand has
// to be given is in Config.
package service

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"

	"github.com/redis/go-redis/v9"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Config is what instrumentations by hand take hold of. Nil fields are left out.
type Config struct {
	OpenDB    func(driver, dsn string) (*sql.DB, error) // nil: sql.Open
	Redis     func(*redis.Client) error                 // called with the client once it is made
	Transport http.RoundTripper                         // nil: http.DefaultTransport
	Handler   func(http.Handler) http.Handler
	Dial      []grpc.DialOption
	Serve     []grpc.ServerOption
	Log       slog.Handler // nil: JSON, discarded
}

type service struct {
	db     *sql.DB
	redis  *redis.Client
	client *http.Client
	prices *grpc.ClientConn
	log    *slog.Logger
	base   string
}

// Run serves at addr until SIGTERM, then prints how many allocations the requests
// after the first one took, as "mallocs N".
func Run(addr string, cfg Config) error {
	s, stop, err := connect(addr, cfg)
	if err != nil {
		return err
	}
	defer stop()

	var handler http.Handler = s.routes()
	if cfg.Handler != nil {
		handler = cfg.Handler(handler)
	}
	srv := &http.Server{Addr: addr, Handler: handler}
	go func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		<-c
		fmt.Println("mallocs", mallocs()-before)
		srv.Shutdown(context.Background())
	}()
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// connect opens what the service uses: PostgreSQL, Redis, and its own gRPC server.
func connect(addr string, cfg Config) (*service, func(), error) {
	s := &service{base: "http://" + addr, client: &http.Client{Transport: cfg.Transport}}
	open := sql.Open
	if cfg.OpenDB != nil {
		open = cfg.OpenDB
	}
	var err error
	if s.db, err = open("postgres", env("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable")); err != nil {
		return nil, nil, err
	}
	s.db.SetMaxIdleConns(16)
	s.redis = redis.NewClient(&redis.Options{Addr: env("BENCH_REDIS", "127.0.0.1:6379"), DisableIdentity: true})
	if cfg.Redis != nil {
		if err := cfg.Redis(s.redis); err != nil {
			return nil, nil, err
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.NewJSONHandler(io.Discard, nil)
	}
	s.log = slog.New(cfg.Log)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	srv := grpc.NewServer(cfg.Serve...)
	srv.RegisterService(&pricesDesc, s)
	go srv.Serve(l)
	s.prices, err = grpc.NewClient(l.Addr().String(),
		append(cfg.Dial, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		return nil, nil, err
	}
	return s, func() {
		s.prices.Close()
		srv.Stop()
		s.redis.Close()
		s.db.Close()
	}, nil
}

func env(name, or string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return or
}

func (s *service) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) {
		first()
		if err := s.user(w, r); err != nil {
			s.log.ErrorContext(r.Context(), "request failed", "error", err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("GET /stock/{id}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "in stock")
	})
	return mux
}

// first notes what had been allocated before the first request.
var first = sync.OnceFunc(func() { before = mallocs() })

var before uint64

// user handles GET /users/{id}: eight spans, the service's own included.
func (s *service) user(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")

	var name string
	if err := s.db.QueryRowContext(ctx, "SELECT 'Ada ' || $1::text", id).Scan(&name); err != nil {
		return err
	}
	if err := s.redis.Set(ctx, "bench:"+id, name, 0).Err(); err != nil {
		return err
	}
	if err := s.redis.Get(ctx, "bench:"+id).Err(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/stock/"+id, nil)
	if err != nil {
		return err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	stock, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return err
	}
	var price wrapperspb.StringValue
	if err := s.prices.Invoke(ctx, "/bench.Prices/Get", wrapperspb.String(id), &price); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "user", "id", id)
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"name": name, "stock": string(stock), "price": price.Value})
}

// pricesDesc is what protoc would make of
//
//	service Prices { rpc Get(google.protobuf.StringValue) returns (google.protobuf.StringValue); }
var pricesDesc = grpc.ServiceDesc{
	ServiceName: "bench.Prices",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "Get",
		Handler: func(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
			in := new(wrapperspb.StringValue)
			if err := decode(in); err != nil {
				return nil, err
			}
			get := func(context.Context, any) (any, error) { return wrapperspb.String("1.50"), nil }
			if interceptor == nil {
				return get(ctx, in)
			}
			return interceptor(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: "/bench.Prices/Get"}, get)
		},
	}},
}
