// Stock is a gRPC service that keeps in PostgreSQL how many of each item are left.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"log"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/shop/stockpb"
)

func main() {
	addr := flag.String("addr", ":8081", "address to listen on")
	dsn := flag.String("db", "postgres://shop@localhost/shop", "PostgreSQL to connect to")
	flag.Parse()
	if err := run(*addr, *dsn); err != nil {
		log.Fatal(err)
	}
}

// run serves until SIGTERM, and then ends what was begun.
func run(addr, dsn string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := fill(db); err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	stockpb.RegisterStockServer(server, &stock{db: db})
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		<-ctx.Done()
		server.GracefulStop()
	}()
	slog.Info("listening on " + l.Addr().String())
	return server.Serve(l)
}

// fill makes the table and its first items, once the database answers.
func fill(db *sql.DB) error {
	var err error
	for range 30 {
		if err = db.Ping(); err == nil {
			break
		}
		time.Sleep(time.Second)
	}
	if err != nil {
		return err
	}
	_, err = db.Exec(`
		CREATE TABLE IF NOT EXISTS stock (item text PRIMARY KEY, amount integer NOT NULL);
		INSERT INTO stock VALUES ('coffee', 20), ('tea', 100) ON CONFLICT DO NOTHING`)
	return err
}

type stock struct {
	stockpb.UnimplementedStockServer
	db *sql.DB
}

func (s *stock) List(ctx context.Context, _ *stockpb.ListRequest) (*stockpb.ListResponse, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT item, amount FROM stock ORDER BY item")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := new(stockpb.ListResponse)
	for rows.Next() {
		item := new(stockpb.Item)
		if err := rows.Scan(&item.Name, &item.Left); err != nil {
			return nil, err
		}
		list.Items = append(list.Items, item)
	}
	return list, rows.Err()
}

func (s *stock) Take(ctx context.Context, req *stockpb.TakeRequest) (*stockpb.TakeResponse, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	var left int32
	err = tx.QueryRowContext(ctx, "SELECT amount FROM stock WHERE item = $1 FOR UPDATE", req.Item).Scan(&left)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, status.Errorf(codes.NotFound, "no item %q", req.Item)
	}
	if err != nil {
		return nil, err
	}
	if left < req.Count {
		slog.WarnContext(ctx, "too few", "item", req.Item, "left", left, "asked", req.Count)
		return nil, status.Errorf(codes.FailedPrecondition, "%d of %q left", left, req.Item)
	}
	left -= req.Count
	if _, err := tx.ExecContext(ctx, "UPDATE stock SET amount = $1 WHERE item = $2", left, req.Item); err != nil {
		return nil, err
	}
	return &stockpb.TakeResponse{Left: left}, tx.Commit()
}
