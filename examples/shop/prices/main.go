// Prices tells what an item costs: GET /prices/{item} answers with cents. Redis keeps
// what was worked out before.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	addr := flag.String("addr", ":8082", "address to listen on")
	cache := flag.String("redis", "localhost:6379", "Redis to connect to")
	flag.Parse()
	if err := run(*addr, *cache); err != nil {
		log.Fatal(err)
	}
}

// run serves until SIGTERM, and then ends what was begun.
func run(addr, cache string) error {
	p := prices{redis.NewClient(&redis.Options{Addr: cache})}
	defer p.cache.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /prices/{item}", p.price)

	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	slog.Info("listening on " + l.Addr().String())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	server := &http.Server{Handler: mux}
	drained := make(chan error, 1)
	go func() {
		<-ctx.Done()
		limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		drained <- server.Shutdown(limit)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-drained
}

type prices struct {
	cache *redis.Client
}

// price handles GET /prices/{item}. Without its cache it is slower, but works.
func (p prices) price(w http.ResponseWriter, r *http.Request) {
	ctx, item := r.Context(), r.PathValue("item")
	cents, err := p.cache.Get(ctx, "price:"+item).Int()
	if err != nil {
		if !errors.Is(err, redis.Nil) {
			slog.WarnContext(ctx, "no cache", "error", err)
		}
		var ok bool
		if cents, ok = workOut(item); !ok {
			http.Error(w, "no such item", http.StatusNotFound)
			return
		}
		if err := p.cache.Set(ctx, "price:"+item, cents, time.Minute).Err(); err != nil {
			slog.WarnContext(ctx, "not cached", "item", item, "error", err)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(cents)
}

// workOut returns what an item costs, in cents, after a while.
func workOut(item string) (cents int, ok bool) {
	time.Sleep(20 * time.Millisecond)
	cents, ok = map[string]int{"coffee": 890, "tea": 450}[item]
	return cents, ok
}
