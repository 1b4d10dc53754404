// Sqldriver prints what a driver and a program see of database/sql where things go wrong: the
// driver declines, loses connections, panics, or has no rows. Its query is what it is to do.
package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

type (
	fake      struct{}
	connector struct{}
	conn      struct {
		id     int
		broken bool
	}
	stmt struct {
		c     *conn
		query string
	}
	rows   struct{ left, sets int }
	result struct{}
	tx     struct{ c *conn }
)

// driverError is one of the driver's own.
type driverError struct{ code int }

func (e *driverError) Error() string { return fmt.Sprint("fake: error ", e.code) }

var (
	opened int
	lost   int // how many connections are still to be lost
)

func (fake) Open(name string) (driver.Conn, error) {
	opened++
	note("open %q", name)
	if name == "refused" {
		return nil, &driverError{1}
	}
	return &conn{id: opened}, nil
}

func (connector) Connect(context.Context) (driver.Conn, error) { return fake{}.Open("by a connector") }
func (connector) Driver() driver.Driver                        { return fake{} }
func (connector) Close() error                                 { note("connector closed"); return nil }

// do is what a query asks for.
func (c *conn) do(ctx context.Context, how, query string, args []driver.NamedValue) error {
	_, deadline := ctx.Deadline()
	note("%s %q args %v deadline %t", how, query, args, deadline)
	switch word, _, _ := strings.Cut(query, " "); word {
	case "skip":
		return driver.ErrSkip
	case "lose":
		if lost > 0 {
			lost--
			return driver.ErrBadConn
		}
	case "wrapped":
		return fmt.Errorf("wrapped: %w", driver.ErrBadConn)
	case "fail":
		return &driverError{42}
	case "panic":
		panic("fake: panic")
	case "wait":
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	note("prepare %q", query)
	if query == "fail prepare" {
		return nil, &driverError{7}
	}
	return &stmt{c, query}, nil
}
func (c *conn) Close() error              { note("close"); return nil }
func (c *conn) Begin() (driver.Tx, error) { note("begin"); return tx{c}, nil }
func (c *conn) Ping(ctx context.Context) error {
	return c.do(ctx, "ping", map[bool]string{true: "lose"}[lost > 0], nil)
}
func (c *conn) ResetSession(context.Context) error { note("reset"); return nil }
func (c *conn) IsValid() bool                      { note("valid"); return !c.broken }
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if v.Value == "removed" {
		return driver.ErrRemoveArgument
	}
	if _, ok := v.Value.(chan int); ok {
		return driver.ErrSkip
	}
	return nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return result{}, c.do(ctx, "exec", query, args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.do(ctx, "query", query, args); err != nil {
		return nil, err
	}
	return rowsOf(query), nil
}

func rowsOf(query string) *rows {
	n := 2
	if strings.HasPrefix(query, "none") {
		n = 0
	}
	return &rows{left: n, sets: strings.Count(query, "more")}
}

func (s *stmt) Close() error  { note("close statement"); return nil }
func (s *stmt) NumInput() int { return -1 }
func (s *stmt) Exec(args []driver.Value) (driver.Result, error) {
	note("exec statement %q %v", s.query, args)
	return result{}, nil
}
func (s *stmt) Query(args []driver.Value) (driver.Rows, error) {
	note("query statement %q %v", s.query, args)
	return rowsOf(s.query), nil
}

func (r *rows) Columns() []string { return []string{"n"} }
func (r *rows) Close() error      { note("close rows"); return nil }
func (r *rows) Next(dest []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	dest[0] = int64(r.left)
	return nil
}
func (r *rows) HasNextResultSet() bool { return r.sets > 0 }
func (r *rows) NextResultSet() error   { r.sets--; r.left = 1; return nil }

func (result) LastInsertId() (int64, error) { return 0, errors.ErrUnsupported }
func (result) RowsAffected() (int64, error) { return 3, nil }

func (t tx) Commit() error   { note("commit"); return nil }
func (t tx) Rollback() error { note("rollback"); return &driverError{9} }

func note(format string, args ...any) { fmt.Fprintf(os.Stdout, "  "+format+"\n", args...) }

// show prints what a program got.
func show(what string, v any, err error) {
	var own *driverError
	fmt.Printf("%s: %T, %T %v; no rows %t, bad connection %t, canceled %t, own %t\n", what, v, err, err,
		errors.Is(err, sql.ErrNoRows), errors.Is(err, driver.ErrBadConn), errors.Is(err, context.Canceled), errors.As(err, &own))
}

func main() {
	sql.Register("fake", fake{})
	byName, err := sql.Open("fake", "user:secret@somewhere")
	show("open", byName, err)
	fmt.Println("== Open")
	all(byName)
	db := sql.OpenDB(connector{})
	fmt.Println("== OpenDB")
	all(db)
	refused, err := sql.Open("fake", "refused")
	show("open", refused, err)
	show("ping", nil, refused.Ping())
	_, err = sql.Open("nobody", "")
	show("open", nil, err)
}

func all(db *sql.DB) {
	db.SetMaxOpenConns(1)
	fmt.Printf("driver %T\n", db.Driver())
	ctx := context.Background()
	for _, query := range []string{"fine", "skip", "fail", "lose 1", "lose 3", "wrapped", "fail prepare"} {
		if n, _ := fmt.Sscanf(query, "lose %d", &lost); n == 0 {
			lost = 0
		}
		res, err := db.Exec(query, 1, "removed", "two")
		show("exec "+query, res, err)
		if err == nil {
			n, err := res.RowsAffected()
			show("affected", n, err)
			_, err = res.LastInsertId()
			show("inserted", nil, err)
		}
		fmt.Sscanf(query, "lose %d", &lost)
		rs, err := db.QueryContext(ctx, query, sql.Named("a", 1))
		show("query "+query, rs, err)
		if err == nil {
			types, err := rs.ColumnTypes()
			show("types", types, err)
			for rs.Next() {
				var n int
				show("scan", n, rs.Scan(&n))
			}
			show("rows", nil, rs.Err())
			show("close", nil, rs.Close())
		}
	}
	lost = 0
	var n int
	show("row", n, db.QueryRow("none").Scan(&n))
	show("row fail", n, db.QueryRow("fail").Scan(&n))
	show("wrong type", n, db.QueryRow("fine").Scan(new(time.Time)))
	rs, err := db.Query("fine more more")
	show("sets", rs, err)
	for sets := 1; ; sets++ {
		for rs.Next() {
		}
		if !rs.NextResultSet() {
			fmt.Println("sets", sets, rs.Err())
			break
		}
	}
	rs.Close()
	_, err = db.Exec("fine", make(chan int))
	show("argument", nil, err)

	stmt, err := db.Prepare("fine prepared")
	show("prepare", stmt, err)
	res, err := stmt.Exec(5)
	show("statement", res, err)
	show("statement's row", n, stmt.QueryRow(5).Scan(&n))
	show("close", nil, stmt.Close())
	_, err = stmt.Exec(5)
	show("closed", nil, err)

	func() {
		defer func() { fmt.Printf("recovered %v\n", recover()) }()
		db.Exec("panic") // (a query that panics keeps its connection for good)
	}()
	show("ping after a panic", nil, db.Ping())

	c, err := db.Conn(ctx)
	show("conn", c, err)
	show("raw", nil, c.Raw(func(dc any) error {
		own, ok := dc.(*conn)
		_, execer := dc.(driver.ExecerContext)
		_, checker := dc.(driver.NamedValueChecker)
		_, resetter := dc.(driver.SessionResetter)
		_, beginner := dc.(driver.ConnBeginTx)
		fmt.Printf("raw %T %t, execer %t, checker %t, resetter %t, begins with options %t\n", dc, ok && own != nil, execer, checker, resetter, beginner)
		return &driverError{8}
	}))
	show("raw", nil, c.Raw(func(any) error { return driver.ErrBadConn }))
	show("ping", nil, c.PingContext(ctx))
	show("close", nil, c.Close())

	t, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	show("read only", t, err)
	t, err = db.Begin()
	show("begin", t, err)
	_, err = t.Exec("fail")
	show("in a transaction", nil, err)
	show("rollback", nil, t.Rollback())
	show("again", nil, t.Rollback())
	show("commit", nil, t.Commit())
	short, cancel := context.WithCancel(ctx)
	t, err = db.BeginTx(short, nil)
	show("begin", t, err)
	cancel()
	for t.Commit() == nil {
	}
	time.Sleep(50 * time.Millisecond) // database/sql rolls back by itself
	short, cancel = context.WithTimeout(ctx, 20*time.Millisecond)
	_, err = db.ExecContext(short, "wait")
	show("wait", nil, err)
	cancel()
	_, err = db.ExecContext(short, "fine")
	show("too late", nil, err)

	s := db.Stats()
	fmt.Println("stats", s.MaxOpenConnections, s.OpenConnections, s.InUse, s.Idle)
	show("close", nil, db.Close())
	show("ping", nil, db.Ping())
}
