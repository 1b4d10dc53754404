package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/hooktest"
)

var bg = context.Background()

type ctxKey struct{}

// stateError is an error of a driver whose code is the SQLSTATE.
type stateError struct{ state, message string }

func (e *stateError) Error() string    { return e.message }
func (e *stateError) SQLState() string { return e.state }

// Each method makes one span, whatever it calls.
func TestMethods(t *testing.T) {
	rec := record(t)
	db, f := openFake(t)
	conn, err := db.Conn(bg)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(bg, nil)
	if err != nil {
		t.Fatal(err)
	}
	stmt, err := db.PrepareContext(bg, "SELECT 1 FROM t")
	if err != nil {
		t.Fatal(err)
	}
	rec.want(`client "BEGIN" operation.name=BEGIN`,
		`client "PREPARE SELECT t" operation.name=PREPARE query.summary=PREPARE SELECT t query.text=SELECT ? FROM t`)

	f.err = &stateError{"23505", "secret"}
	failed := " error.type=23505"
	rows := func(rows *sql.Rows, err error) error {
		if err == nil {
			for rows.Next() {
			}
			return rows.Close()
		}
		return err
	}
	for _, tt := range []struct {
		name string
		do   func() error
		want string
	}{
		{"DB.Ping", func() error { return db.PingContext(bg) }, `client "PING" operation.name=PING`},
		{"DB.Exec", func() error { _, err := db.ExecContext(bg, "update t set a = 'secret'"); return err }, `client "update t" query.summary=update t query.text=update t set a = ?`},
		{"DB.Exec skip", func() error { _, err := db.ExecContext(bg, "skip"); return err }, `client "other_sql" query.text=skip`},
		{"DB.Query", func() error { return rows(db.QueryContext(bg, "rows 3")) }, `client "other_sql" query.text=rows ?`},
		{"DB.Query skip", func() error { return rows(db.QueryContext(bg, "skip")) }, `client "other_sql" query.text=skip`},
		{"DB.Exec fail", func() error { _, err := db.ExecContext(bg, "fail"); return err }, `client "other_sql"` + failed + ` query.text=fail response.status_code=23505 Error`},
		{"DB.Query fail", func() error { return rows(db.QueryContext(bg, "fail")) }, `client "other_sql"` + failed + ` query.text=fail response.status_code=23505 Error`},
		{"DB.Prepare fail", func() error { _, err := db.PrepareContext(bg, "fail preparing"); return err }, `client "PREPARE"` + failed + ` operation.name=PREPARE query.text=fail preparing response.status_code=23505 Error`},
		{"Conn.Ping", func() error { return conn.PingContext(bg) }, `client "PING" operation.name=PING`},
		{"Conn.Exec", func() error { _, err := conn.ExecContext(bg, "CALL p(1)"); return err }, `client "CALL p" query.summary=CALL p query.text=CALL p(?) stored_procedure.name=p`},
		{"Conn.Query", func() error { return rows(conn.QueryContext(bg, "rows 3")) }, `client "other_sql" query.text=rows ?`},
		{"Conn.Prepare", func() error { _, err := conn.PrepareContext(bg, "SELECT 1"); return err }, `client "PREPARE SELECT" operation.name=PREPARE query.summary=PREPARE SELECT query.text=SELECT ?`},
		{"Conn.Begin", func() error { tx, _ := conn.BeginTx(bg, nil); return tx.Tx.Rollback() }, `client "BEGIN" operation.name=BEGIN`},
		{"Stmt.Exec", func() error { _, err := stmt.ExecContext(bg); return err }, `client "SELECT t" query.summary=SELECT t query.text=SELECT ? FROM t`},
		{"Stmt.Query", func() error { return rows(stmt.QueryContext(bg)) }, `client "SELECT t" query.summary=SELECT t query.text=SELECT ? FROM t`},
		{"Tx.Exec", func() error { _, err := tx.ExecContext(bg, "SET x = 1"); return err }, `client "SET" query.summary=SET query.text=SET x = ?`},
		{"Tx.Query", func() error { return rows(tx.QueryContext(bg, "rows 0")) }, `client "other_sql" query.text=rows ?`},
		{"Tx.Prepare", func() error { _, err := tx.PrepareContext(bg, "SELECT 1"); return err }, `client "PREPARE SELECT" operation.name=PREPARE query.summary=PREPARE SELECT query.text=SELECT ?`},
		{"Tx.Commit fail", func() error { return tx.Commit() }, `client "COMMIT"` + failed + ` operation.name=COMMIT response.status_code=23505 Error`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := spans{rec.SpanRecorder, t}
			if err := tt.do(); (err != nil) != strings.Contains(tt.name, "fail") {
				t.Error(err)
			}
			rec.want(tt.want)
		})
	}
	conn.Close()
	tx2, _ := db.BeginTx(bg, nil)
	tx2.Rollback()
	rec.want(`client "BEGIN" operation.name=BEGIN`, `client "ROLLBACK" operation.name=ROLLBACK`)
}

// What sends nothing to the database makes no span.
func TestNothingDone(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)
	tx, _ := db.BeginTx(bg, nil)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	rec.take()
	if err := tx.Rollback(); err != sql.ErrTxDone {
		t.Error(err)
	}
	if err := tx.Commit(); err != sql.ErrTxDone {
		t.Error(err)
	}
	rec.want()

	// The other goroutine's Commit comes between.
	tx, _ = db.BeginTx(bg, nil)
	leave, after := TxRollbackEnter(tx.Tx)
	tx.Tx.Commit()
	if err := after(tx.Tx.Rollback()); err != sql.ErrTxDone {
		t.Error(err)
	}
	leave()
	rec.want(`client "BEGIN" operation.name=BEGIN`)
}

// database/sql's retries are within one span, and an error only if the last fails.
func TestBadConn(t *testing.T) {
	rec := record(t)
	db, f := openFake(t)
	f.bad.Store(2)
	if _, err := db.ExecContext(bg, "UPDATE t SET a = 1"); err != nil {
		t.Fatal(err)
	}
	rec.want(`client "UPDATE t" query.summary=UPDATE t query.text=UPDATE t SET a = ?`)
	f.bad.Store(3)
	if err := db.PingContext(bg); !errors.Is(err, driver.ErrBadConn) {
		t.Fatal(err)
	}
	rec.want(`client "PING" error.type=driver.ErrBadConn operation.name=PING Error(driver: bad connection)`)
}

func TestErrors(t *testing.T) {
	rec := record(t)
	db, f := openFake(t)
	for _, tt := range []struct {
		err  error
		want string
	}{
		{sql.ErrNoRows, ""},
		{fmt.Errorf("mine: %w", sql.ErrNoRows), ""},
		{context.Canceled, " error.type=context.Canceled Error(context canceled)"},
		{fmt.Errorf("q: %w", context.DeadlineExceeded), " error.type=context.DeadlineExceeded Error(context deadline exceeded)"},
		{&stateError{"40001", "secret"}, " error.type=40001 response.status_code=40001 Error"},
		{fmt.Errorf("secret: %w", &stateError{"40001", ""}), " error.type=40001 response.status_code=40001 Error"},
		{errors.Join(errors.New("a"), &stateError{"40001", ""}), " error.type=40001 response.status_code=40001 Error"},
		{&stateError{"no such state", "secret"}, " error.type=*sql.stateError Error"},
		{errors.New("secret"), " error.type=*errors.errorString Error"},
		{fmt.Errorf("secret: %w", errors.New("secret")), " error.type=*errors.errorString Error"},
	} {
		f.err = tt.err
		_, err := db.ExecContext(bg, "fail")
		if err != tt.err {
			t.Errorf("the program sees %v, want %v", err, tt.err)
		}
		got := strings.Replace(rec.take()[0], ` query.text=fail`, "", 1)
		if got != `client "other_sql"`+tt.want {
			t.Errorf("%v: %s", tt.err, got)
		}
	}
	db.DB.Close()
	db.PingContext(bg)
	rec.want(`client "PING" error.type=*errors.errorString operation.name=PING Error(sql: database is closed)`)
}

func TestErrorMessages(t *testing.T) {
	options.messages = true
	defer func() { options.messages = false }()
	rec := record(t)
	db, f := openFake(t)
	f.err = errors.New("all of it")
	db.ExecContext(bg, "fail")
	rec.want(`client "other_sql" error.type=*errors.errorString query.text=fail Error(all of it)`)
}

// recovered is what the driver panics with.
func recovered(db wovenDB) (v any) {
	defer func() { v = recover() }()
	db.ExecContext(bg, "panic")
	return nil
}

func TestPanic(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)
	if got := recovered(db); got != "the driver's" {
		t.Errorf("recovered %v", got)
	}
	rec.want(`client "other_sql" error.type=string query.text=panic Error(panic: the driver's) !exception`)
}

// Of an operation whose span is not recorded there is nothing to do when it panics. One that returns is
// measured, and its call used again, when it has returned or its rows are closed.
func TestUnrecorded(t *testing.T) {
	hooktest.Mode{Sampler: sdk.NeverSample(), Metrics: true}.Run(t)
	faults := hook.Faults()
	db, f := openFake(t)
	if _, leave, after := DBPingEnter(db.DB, bg); leave != nil {
		t.Error("something is deferred")
	} else {
		_ = after(nil)
	}
	f.err = errors.New("no")
	for range 3 {
		if got := recovered(db); got != "the driver's" {
			t.Errorf("recovered %v", got)
		}
		if _, err := db.ExecContext(bg, "fail"); err != f.err {
			t.Error(err)
		}
		if _, err := db.QueryContext(bg, "fail"); err != f.err {
			t.Error(err)
		}
		one, err := db.QueryContext(bg, "rows 2")
		other, err2 := db.QueryContext(bg, "rows 1")
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for rows, n := range map[*sql.Rows]int{one: 2, other: 1} {
			for rows.Next() {
				n--
			}
			if err := rows.Close(); err != nil || n != 0 {
				t.Errorf("%v, %d rows are missing", err, n)
			}
		}
	}
	if n := hook.Faults() - faults; n != 0 {
		t.Errorf("%d panics in hooks", n)
	}
}

// The driver gets the span in its context, and nothing else changes in that.
func TestContext(t *testing.T) {
	rec := record(t)
	db, f := openFake(t)
	ctx, cancel := context.WithTimeout(context.WithValue(bg, ctxKey{}, "v"), time.Hour)
	defer cancel()
	db.ExecContext(ctx, "UPDATE t SET a = 1")
	span := rec.Ended()[0]
	if !trace.SpanContextFromContext(f.ctx).Equal(span.SpanContext()) {
		t.Error("the driver's context does not have the span")
	}
	if d, ok := f.ctx.Deadline(); !ok || d.IsZero() || f.ctx.Value(ctxKey{}) != "v" {
		t.Error("the driver's context has lost something")
	}
	//lint:ignore SA1012 programs do pass nil, and database/sql panics
	if ctx, c := start(nil, db.DB, opPing); ctx != nil || c != untraced {
		t.Error("nil does not stay nil")
	}
}

func TestParents(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)
	var in hook.Instrumentation
	hook.Register(&in, "parents", "parents", "")
	ctx, server := in.StartEntry(bg, "server")
	scope := hook.MakeCurrent(&hook.Active{Ctx: ctx})
	mineCtx, mine := in.Start(ctx, "mine")
	_, other := in.StartEntry(bg, "other")

	tx, _ := db.BeginTx(mineCtx, nil)
	tx.ExecContext(bg, "in tx, without a context")
	tx.ExecContext(trace.ContextWithSpan(bg, other), "in tx, with a context")
	db.ExecContext(bg, "from the goroutine")
	tx.Commit()
	scope.Leave()
	tx2, _ := db.BeginTx(mineCtx, nil)
	tx2.Rollback()
	db.ExecContext(bg, "alone")

	id := func(s trace.Span) string { return s.SpanContext().SpanID().String() }
	want := []string{id(mine), id(mine), id(other), id(server), id(mine), id(mine), id(mine), trace.SpanID{}.String()}
	for i, span := range rec.Ended() {
		if got := span.Parent().SpanID().String(); got != want[i] {
			t.Errorf("%d %s: parent %s, want %s", i, span.Name(), got, want[i])
		}
	}
	if n := len(rec.Ended()); n != len(want) {
		t.Errorf("%d spans", n)
	}

	// A worker that got the transaction, and works for another trace by now.
	rec.Reset()
	tx3, _ := db.BeginTx(mineCtx, nil)
	otherCtx := trace.ContextWithSpan(bg, other)
	scope = hook.MakeCurrent(&hook.Active{Ctx: otherCtx})
	tx3.Commit()
	scope.Leave()
	if got := rec.Ended()[1].Parent().SpanID(); got != other.SpanContext().SpanID() {
		t.Error("the goroutine's trace does not win")
	}
}

// One span for each layer: what another instrumentation has made stays theirs.
func TestCovered(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)
	tp := sdk.NewTracerProvider()
	for _, tt := range []struct {
		scope string
		kind  trace.SpanKind
		want  int
	}{
		{"gorm.io/plugin/opentelemetry", trace.SpanKindClient, 0},
		{"github.com/XSAM/otelsql", trace.SpanKindClient, 0},
		{"gorm.io/plugin/opentelemetry", trace.SpanKindInternal, 1},
		{"example.com/mine", trace.SpanKindClient, 1},
	} {
		ctx, span := tp.Tracer(tt.scope).Start(bg, "x", trace.WithSpanKind(tt.kind))
		db.PingContext(ctx)
		if got := len(rec.take()); got != tt.want {
			t.Errorf("%s %s: %d spans", tt.scope, tt.kind, got)
		}
		span.End()
		db.PingContext(ctx)
		if got := len(rec.take()); got != 1 {
			t.Errorf("%s: %d spans after it has ended", tt.scope, got)
		}
	}
	db.PingContext(hook.Suppress(bg))
	rec.want()
	if !isInstrumented("github.com/XSAM/otelsql") || isInstrumented("github.com/lib/pq") {
		t.Error("isInstrumented")
	}
}

func TestComment(t *testing.T) {
	options.comment = true
	defer func() { options.comment = false }()
	rec := record(t)
	db, f := openFake(t)
	for _, tt := range [][2]string{
		{"SELECT 1", "SELECT 1 /*@*/"},
		{"SELECT 1 ; ", "SELECT 1 /*@*/ ; "},
		{"SELECT 1 -- x", "SELECT 1 -- x"},
		{"SELECT /* x */ 1", "SELECT /* x */ 1"},
	} {
		db.ExecContext(bg, tt[0])
		sc := rec.Ended()[0].SpanContext()
		want := strings.Replace(tt[1], "@", "traceparent='00-"+sc.TraceID().String()+"-"+sc.SpanID().String()+"-01'", 1)
		if f.last != want {
			t.Errorf("%q, want %q", f.last, want)
		}
		if text := rec.take()[0]; strings.Contains(text, "traceparent") {
			t.Error(text)
		}
	}
}

func TestQueryText(t *testing.T) {
	for _, tt := range []struct{ policy, want string }{
		{"", "SELECT * FROM t WHERE a = ?"},
		{"nonsense", "SELECT * FROM t WHERE a = ?"},
		{"keep", "SELECT * FROM t WHERE a = 'x'"},
		{"drop", ""},
	} {
		t.Setenv("OTEL_GO_DB_QUERY_TEXT", tt.policy)
		setOptions()
		if got := newTestDatabase(&postgres).statement("SELECT * FROM t WHERE a = 'x'"); got.text != tt.want || got.summary != "SELECT t" {
			t.Errorf("%s: %q", tt.policy, got.text)
		}
	}
	t.Setenv("OTEL_GO_DB_QUERY_TEXT", "")
	setOptions()
}

func newTestDatabase(d *dialect) *database {
	db := &database{info: info{dialect: d}}
	db.describe()
	return db
}

// Off: a branch, and nothing else happens.
func TestOff(t *testing.T) {
	db, f := openFake(t)
	db.ExecContext(bg, "UPDATE t SET a = 1")
	if f.ctx != bg {
		t.Error("the context was changed")
	}
	tx, _ := db.DB.BeginTx(bg, nil)
	defer tx.Rollback()
	stmt, _ := db.DB.Prepare("SELECT 1")
	if n := testing.AllocsPerRun(100, func() {
		DBPingEnter(db.DB, bg)
		DBExecEnter(db.DB, bg, "x")
		DBQueryEnter(db.DB, bg, "x")
		DBPrepareEnter(db.DB, bg, "x")
		DBBeginEnter(db.DB, bg)
		TxExecEnter(tx, bg, "x")
		TxQueryEnter(tx, bg, "x")
		TxCommitEnter(tx)
		TxRollbackEnter(tx)
		StmtExecEnter(stmt, bg)
		StmtQueryEnter(stmt, bg)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Databases that were closed are forgotten, and still make spans of their errors.
func TestForgotten(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)
	if _, ok := databases.Load(db.DB); !ok {
		t.Fatal("not known")
	}
	db.Close()
	db.PingContext(bg)
	if _, ok := databases.Load(db.DB); ok {
		t.Error("not forgotten")
	}
	if got := rec.Ended(); len(got) != 1 || got[0].Status().Code != codes.Error {
		t.Error(rec.take())
	}
}

// Whichever of several databases was opened first, each is found as itself, and none is
// kept when it is closed.
func TestSeveral(t *testing.T) {
	firstOpened.Store(nil)
	a, _ := openFake(t)
	b, _ := openFake(t)
	for _, db := range []wovenDB{a, b, a} {
		if d, _ := traced(bg, db.DB); d == nil || d.db != db.DB {
			t.Errorf("%p is taken for another", db.DB)
		}
	}
	opened(a.DB, "mysql", "u:p@tcp(there:3306)/shop")
	if d, _ := traced(bg, a.DB); d.system != "mysql" {
		t.Errorf("%s: what is known later is not found", d.system)
	}
	a.Close()
	if firstOpened.Load() != nil {
		t.Error("a closed one is kept")
	}
	if d, _ := traced(bg, a.DB); d == nil || d.system == "mysql" {
		t.Error("a closed one is known")
	}
	c, _ := openFake(t)
	if d, _ := traced(bg, c.DB); d == nil || d.db != c.DB || firstOpened.Load() != d {
		t.Error("the next one is not found")
	}
}
