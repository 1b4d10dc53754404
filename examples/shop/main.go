// Shop is what customers see: GET /items tells what there is, POST /orders?item=tea&count=2
// orders some of it. The stock service (gRPC) and the price service (HTTP) do the work.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"example.com/shop/stockpb"
)

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	stock := flag.String("stock", "localhost:8081", "address of the stock service")
	prices := flag.String("prices", "http://localhost:8082", "base URL of the price service")
	flag.Parse()
	if err := run(*addr, *stock, *prices); err != nil {
		log.Fatal(err)
	}
}

// run serves until SIGTERM, and then ends what was begun.
func run(addr, stock, prices string) error {
	conn, err := grpc.NewClient(stock, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	s := shop{stock: stockpb.NewStockClient(conn), prices: prices}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items", s.items)
	mux.HandleFunc("POST /orders", s.order)

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

type shop struct {
	stock  stockpb.StockClient
	prices string // base URL of the price service
}

// items handles GET /items.
func (s shop) items(w http.ResponseWriter, r *http.Request) {
	list, err := s.stock.List(r.Context(), &stockpb.ListRequest{})
	if err != nil {
		fail(w, r, err)
		return
	}
	type item struct {
		Name  string `json:"name"`
		Left  int32  `json:"left"`
		Cents int    `json:"cents"`
	}
	items := []item{}
	for _, i := range list.Items {
		cents, err := s.price(r.Context(), i.Name)
		if err != nil {
			fail(w, r, err)
			return
		}
		items = append(items, item{i.Name, i.Left, cents})
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(items)
}

// order handles POST /orders.
func (s shop) order(w http.ResponseWriter, r *http.Request) {
	item := r.FormValue("item")
	count, err := strconv.ParseInt(r.FormValue("count"), 10, 32)
	if err != nil || count < 1 {
		http.Error(w, "count is to be a number above 0", http.StatusBadRequest)
		return
	}
	cents, err := s.price(r.Context(), item)
	if err != nil {
		fail(w, r, err)
		return
	}
	taken, err := s.stock.Take(r.Context(), &stockpb.TakeRequest{Item: item, Count: int32(count)})
	if err != nil {
		fail(w, r, err)
		return
	}
	slog.InfoContext(r.Context(), "ordered", "item", item, "count", count, "left", taken.Left)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, "%d %s for %d.%02d\n", count, item, int(count)*cents/100, int(count)*cents%100)
}

// price asks the price service what one item costs, in cents.
func (s shop) price(ctx context.Context, item string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, "GET", s.prices+"/prices/"+url.PathEscape(item), nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return 0, status.Errorf(codes.NotFound, "no item %q", item)
	default:
		return 0, fmt.Errorf("price of %q: %s", item, res.Status)
	}
	var cents int
	err = json.NewDecoder(res.Body).Decode(&cents)
	return cents, err
}

// fail answers with what went wrong, in the words that customers may hear.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	code := http.StatusInternalServerError
	switch status.Code(err) {
	case codes.NotFound:
		code = http.StatusNotFound
	case codes.FailedPrecondition:
		code = http.StatusConflict
	}
	slog.ErrorContext(r.Context(), "failed", "path", r.URL.Path, "error", err)
	http.Error(w, http.StatusText(code), code)
}
