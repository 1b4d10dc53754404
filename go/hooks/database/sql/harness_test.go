package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.tool/runtime/hook"
)

// The hooks are called here as the woven functions call them.

type wovenDB struct{ *sql.DB }

func (w wovenDB) PingContext(ctx context.Context) error {
	ctx, leave, after := DBPingEnter(w.DB, ctx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.DB.PingContext(ctx))
}

func (w wovenDB) PrepareContext(ctx context.Context, query string) (wovenStmt, error) {
	ctx, leave, after := DBPrepareEnter(w.DB, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	s, err := after(w.DB.PrepareContext(ctx, query))
	return wovenStmt{s}, err
}

func (w wovenDB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, query, leave, after := DBExecEnter(w.DB, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.DB.ExecContext(ctx, query, args...))
}

func (w wovenDB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, query, leave, after := DBQueryEnter(w.DB, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.DB.QueryContext(ctx, query, args...))
}

func (w wovenDB) BeginTx(ctx context.Context, opts *sql.TxOptions) (wovenTx, error) {
	ctx, leave, after := DBBeginEnter(w.DB, ctx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	tx, err := after(w.DB.BeginTx(ctx, opts))
	return wovenTx{tx}, err
}

func (w wovenDB) Conn(ctx context.Context) (wovenConn, error) {
	c, err := w.DB.Conn(ctx)
	return wovenConn{c}, err
}

func (w wovenDB) Close() error {
	DBCloseEnter(w.DB)
	return w.DB.Close()
}

type wovenConn struct{ *sql.Conn }

func (w wovenConn) PingContext(ctx context.Context) error {
	ctx, leave, after := ConnPingEnter(w.Conn, ctx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Conn.PingContext(ctx))
}

func (w wovenConn) PrepareContext(ctx context.Context, query string) (wovenStmt, error) {
	ctx, leave, after := ConnPrepareEnter(w.Conn, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	s, err := after(w.Conn.PrepareContext(ctx, query))
	return wovenStmt{s}, err
}

func (w wovenConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, query, leave, after := ConnExecEnter(w.Conn, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Conn.ExecContext(ctx, query, args...))
}

func (w wovenConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, query, leave, after := ConnQueryEnter(w.Conn, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Conn.QueryContext(ctx, query, args...))
}

func (w wovenConn) BeginTx(ctx context.Context, opts *sql.TxOptions) (wovenTx, error) {
	ctx, leave, after := ConnBeginEnter(w.Conn, ctx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	tx, err := after(w.Conn.BeginTx(ctx, opts))
	return wovenTx{tx}, err
}

type wovenTx struct{ *sql.Tx }

func (w wovenTx) PrepareContext(ctx context.Context, query string) (wovenStmt, error) {
	ctx, leave, after := TxPrepareEnter(w.Tx, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	s, err := after(w.Tx.PrepareContext(ctx, query))
	return wovenStmt{s}, err
}

func (w wovenTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, query, leave, after := TxExecEnter(w.Tx, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Tx.ExecContext(ctx, query, args...))
}

func (w wovenTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, query, leave, after := TxQueryEnter(w.Tx, ctx, query)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Tx.QueryContext(ctx, query, args...))
}

func (w wovenTx) Commit() error {
	leave, after := TxCommitEnter(w.Tx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Tx.Commit())
}

func (w wovenTx) Rollback() error {
	leave, after := TxRollbackEnter(w.Tx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Tx.Rollback())
}

type wovenStmt struct{ *sql.Stmt }

func (w wovenStmt) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	ctx, leave, after := StmtExecEnter(w.Stmt, ctx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Stmt.ExecContext(ctx, args...))
}

func (w wovenStmt) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	ctx, leave, after := StmtQueryEnter(w.Stmt, ctx)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(w.Stmt.QueryContext(ctx, args...))
}

// fake is a driver that does what queries tell it: "fail" returns err, "rows N"
// returns N rows, "break N" an error behind N rows, "panic" panics, "skip" wants to
// be prepared.
type fake struct {
	err error
	bad atomic.Int32 // connections that break on their next use

	mu   sync.Mutex
	ctx  context.Context // of what was asked last
	last string          // the query
}

func (f *fake) Connect(context.Context) (driver.Conn, error) { return &fakeConn{f}, nil }
func (f *fake) Driver() driver.Driver                        { return fakeDriver{} }

type fakeDriver struct{}

func (fakeDriver) Open(string) (driver.Conn, error) { return nil, errors.New("not like this") }

type fakeConn struct{ *fake }

func (c *fakeConn) do(ctx context.Context, query string) error {
	if c.bad.Add(-1) >= 0 {
		return driver.ErrBadConn
	}
	c.mu.Lock()
	c.ctx, c.last = ctx, query
	c.mu.Unlock()
	switch verb, _, _ := strings.Cut(query, " "); verb {
	case "fail":
		return c.err
	case "panic":
		panic("the driver's")
	}
	return nil
}

func (c *fakeConn) Close() error                        { return nil }
func (c *fakeConn) Begin() (driver.Tx, error)           { return c, c.do(context.Background(), "") }
func (c *fakeConn) Commit() error                       { return c.err }
func (c *fakeConn) Rollback() error                     { return nil }
func (c *fakeConn) Ping(ctx context.Context) error      { return c.do(ctx, "") }
func (c *fakeConn) Prepare(string) (driver.Stmt, error) { panic("PrepareContext is there") }

func (c *fakeConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	return c, c.do(ctx, "")
}

func (c *fakeConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if query == "fail preparing" {
		return nil, c.err
	}
	return &fakeStmt{c, query}, nil
}

func (c *fakeConn) ExecContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	if strings.HasPrefix(query, "skip") {
		return nil, driver.ErrSkip
	}
	return driver.RowsAffected(3), c.do(ctx, query)
}

func (c *fakeConn) QueryContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	if strings.HasPrefix(query, "skip") {
		return nil, driver.ErrSkip
	}
	if err := c.do(ctx, query); err != nil {
		return nil, err
	}
	return newFakeRows(c.fake, query), nil
}

type fakeStmt struct {
	c     *fakeConn
	query string
}

func (s *fakeStmt) Close() error                               { return nil }
func (s *fakeStmt) NumInput() int                              { return -1 }
func (s *fakeStmt) Exec([]driver.Value) (driver.Result, error) { panic("ExecContext is there") }
func (s *fakeStmt) Query([]driver.Value) (driver.Rows, error)  { panic("QueryContext is there") }

func (s *fakeStmt) ExecContext(ctx context.Context, _ []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(3), s.c.do(ctx, s.query)
}

func (s *fakeStmt) QueryContext(ctx context.Context, _ []driver.NamedValue) (driver.Rows, error) {
	if err := s.c.do(ctx, s.query); err != nil {
		return nil, err
	}
	return newFakeRows(s.c.fake, s.query), nil
}

type fakeRows struct {
	left int
	end  error
}

func newFakeRows(f *fake, query string) *fakeRows {
	r := &fakeRows{end: io.EOF}
	if n, _ := fmt.Sscanf(query, "break %d", &r.left); n == 1 {
		r.end = f.err
	}
	_, _ = fmt.Sscanf(query, "rows %d", &r.left)
	return r
}

func (r *fakeRows) Columns() []string { return []string{"n"} }
func (r *fakeRows) Close() error      { return nil }
func (r *fakeRows) Next(dest []driver.Value) error {
	if r.left == 0 {
		return r.end
	}
	r.left--
	dest[0] = int64(r.left)
	return nil
}

// open returns a woven database of a new fake driver.
func openFake(t testing.TB) (wovenDB, *fake) {
	t.Helper()
	f := &fake{}
	db := wovenDB{OpenDBEnter(f)(sql.OpenDB(f))}
	t.Cleanup(func() { db.Close() })
	return db, f
}

// spans records what ends.
type spans struct {
	*tracetest.SpanRecorder
	t testing.TB
}

func record(t testing.TB, opts ...sdk.TracerProviderOption) spans {
	rec := tracetest.NewSpanRecorder()
	tp := sdk.NewTracerProvider(append(opts, sdk.WithSpanProcessor(rec))...)
	hook.Enable(tp, propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		_ = tp.Shutdown(context.Background())
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
	return spans{rec, t}
}

// take returns the spans that have ended since the last time, each on a line.
func (s spans) take() []string {
	var lines []string
	for _, span := range s.Ended() {
		lines = append(lines, show(span))
	}
	s.Reset()
	return lines
}

// want compares what has ended since the last time.
func (s spans) want(lines ...string) {
	s.t.Helper()
	got := s.take()
	if strings.Join(got, "\n") != strings.Join(lines, "\n") {
		s.t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(lines, "\n\t"))
	}
}

// show writes a span on one line: kind, name, attributes but the system's, status.
func show(s sdk.ReadOnlySpan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q", s.SpanKind(), s.Name())
	list := append([]attribute.KeyValue{}, s.Attributes()...)
	sort.Slice(list, func(i, j int) bool { return short(list[i].Key) < short(list[j].Key) })
	for _, kv := range list {
		if kv.Key != keySystem {
			fmt.Fprintf(&b, " %s=%s", short(kv.Key), kv.Value.Emit())
		}
	}
	if s.Status().Code != 0 {
		fmt.Fprintf(&b, " %s", s.Status().Code)
		if s.Status().Description != "" {
			fmt.Fprintf(&b, "(%s)", s.Status().Description)
		}
	}
	for _, e := range s.Events() {
		fmt.Fprintf(&b, " !%s", e.Name)
	}
	return b.String()
}

func short(k attribute.Key) string { return strings.TrimPrefix(string(k), "db.") }
