package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// call is one operation: what the hook keeps until it ends, which for a query is
// when its rows are closed. It is used again; nothing of the program's may point
// to it then.
type call struct {
	span     trace.Span
	did      *operation
	ctx      context.Context // nil if nothing is measured
	begin    time.Duration
	returned bool
	refs     atomic.Int32 // leave's, and that of open rows

	rows    *sql.Rows // while they are open, and what they call at their end
	release *func(error)
	own     func(error)
	lasterr *error
	rowsi   driver.Rows // the driver's, if they are counted
	count   int64
	from    time.Time // when the rows were there

	prev, next *call // in open

	// Methods of this call, made once.
	leave     func()
	closed    func(error)
	gotError  func(error) error
	gotStmt   func(*sql.Stmt, error) (*sql.Stmt, error)
	gotResult func(sql.Result, error) (sql.Result, error)
	gotRows   func(*sql.Rows, error) (*sql.Rows, error)
	gotTx     func(*sql.Tx, error) (*sql.Tx, error)
}

var calls sync.Pool // New is set in init

func newCall() any {
	c := new(call)
	c.leave, c.closed = c.end, c.whenClosed
	c.gotError = func(err error) error { c.result(err); return err }
	c.gotStmt = func(s *sql.Stmt, err error) (*sql.Stmt, error) { c.result(err); return s, err }
	c.gotResult = func(r sql.Result, err error) (sql.Result, error) { c.result(err); return r, err }
	c.gotTx = func(tx *sql.Tx, err error) (*sql.Tx, error) { c.result(err); return tx, err }
	c.gotRows = func(rows *sql.Rows, err error) (*sql.Rows, error) {
		c.returned = true
		c.handleRows(rows, err)
		return rows, err
	}
	return c
}

// untraced is the call of what gets no span.
var untraced = &call{
	gotError: gotError, gotStmt: gotStmt, gotResult: gotResult, gotRows: gotRows, gotTx: gotTx,
}

// start begins the span of an operation that has no query.
func start(ctx context.Context, db *sql.DB, op op) (newCtx context.Context, c *call) {
	newCtx, c = ctx, untraced
	defer hook.Guard()
	d := databaseOf(db)
	if span, ok := traced(ctx, d); ok {
		newCtx, c = d.start(ctx, span, d.operation(op))
	}
	return newCtx, c
}

// startPrepare begins the span of preparing a query.
func startPrepare(ctx context.Context, db *sql.DB, query string) (newCtx context.Context, c *call) {
	newCtx, c = ctx, untraced
	defer hook.Guard()
	d := databaseOf(db)
	if span, ok := traced(ctx, d); ok {
		newCtx, c = d.start(ctx, span, &d.statement(query).prepare)
	}
	return newCtx, c
}

// startQuery begins the span of a query.
func startQuery(ctx context.Context, db *sql.DB, query string) (newCtx context.Context, newQuery string, c *call) {
	newCtx, newQuery, c = ctx, query, untraced
	defer hook.Guard()
	d := databaseOf(db)
	span, ok := traced(ctx, d)
	if !ok {
		return newCtx, newQuery, c
	}
	s := d.statement(query)
	newCtx, c = d.start(ctx, span, &s.run)
	if options.comment {
		newQuery = comment(newCtx, query)
	}
	return newCtx, newQuery, c
}

// startStmt begins the span of running a prepared query.
func startStmt(ctx context.Context, s *sql.Stmt) (newCtx context.Context, c *call) {
	newCtx, c = ctx, untraced
	defer hook.Guard()
	if s == nil {
		return newCtx, c // database/sql panics
	}
	db, query := stmtDB.of(s), stmtQuery.of(s)
	if db == nil || query == nil {
		return newCtx, c
	}
	d := databaseOf(*db)
	if span, ok := traced(ctx, d); ok {
		newCtx, c = d.start(ctx, span, &d.statement(*query).run)
	}
	return newCtx, c
}

// traced says whether an operation gets a span: not if it is the telemetry's own,
// and not if another instrumentation, around database/sql or below it, makes it. It returns
// the span that ctx holds.
func traced(ctx context.Context, d *database) (span trace.Span, ok bool) {
	if ctx == nil || d == nil || d.covered || hook.Suppressed(ctx) {
		return nil, false
	}
	span = hook.SpanIn(ctx)
	return span, !hook.Recorded(span) || !within(span)
}

// within says whether span is that of a database client: then this operation is how
// that one is carried out.
func within(span trace.Span) bool {
	s, ok := span.(interface {
		SpanKind() trace.SpanKind
		EndTime() time.Time
		InstrumentationScope() instrumentation.Scope
	})
	return ok && s.SpanKind() == trace.SpanKindClient && s.EndTime().IsZero() && isDatabase(s.InstrumentationScope().Name)
}

func (d *database) start(ctx context.Context, held trace.Span, did *operation) (context.Context, *call) {
	ctx, span := client.BeginIn(ctx, held, did.name, trace.SpanKindClient, did)
	measuring := duration.On()
	if !measuring && !span.IsRecording() {
		return ctx, untraced
	}
	c := calls.Get().(*call)
	c.span, c.did = span, did
	if measuring {
		c.ctx, c.begin = ctx, hook.Clock()
	}
	c.refs.Store(1)
	return ctx, c
}

// result is what an operation returned, other than rows.
func (c *call) result(err error) {
	c.returned = true
	defer hook.Guard()
	c.finish(err)
}

// finish ends the span.
func (c *call) finish(err error) {
	if err == sql.ErrTxDone && c.did.nothing {
		return // another goroutine was first; a span that does not end is not exported
	}
	errType, status := c.recordError(err)
	c.measure(errType, status)
	c.span.End()
}

// measure records the duration.
func (c *call) measure(errType, status string) {
	if c.ctx == nil {
		return
	}
	set := c.did.setOf()
	if errType != "" {
		key := c.did.key
		key.errorType, key.status = errType, status
		set = durationSets.Of(key)
	}
	duration.RecordSpan(c.ctx, c.span, c.begin, set)
}

// end is the leave function.
func (c *call) end() {
	defer hook.Guard()
	if !c.returned {
		hook.RecordPanic(c.span)
		c.measure("panic", "")
		c.span.End()
	}
	c.unref()
}

// unref lets go of the call: the function has returned, the rows are closed.
func (c *call) unref() {
	if c.refs.Add(-1) > 0 {
		return
	}
	c.span, c.did, c.ctx, c.begin, c.returned = nil, nil, nil, 0, false
	c.rows, c.release, c.own, c.lasterr, c.rowsi, c.count, c.from = nil, nil, nil, nil, nil, 0, time.Time{}
	calls.Put(c)
}

func connDB(c *sql.Conn) *sql.DB { return valueOf(connsDB.of(c)) }

func txDB(tx *sql.Tx) *sql.DB { return valueOf(txsDB.of(tx)) }

// txDone says whether the transaction was committed or rolled back already.
func txDone(tx *sql.Tx) bool {
	done := txsDone.of(tx)
	return tx == nil || done != nil && done.Load()
}

// inTx returns the context for an operation in a transaction: where ctx holds no
// span, that of the context with which the transaction began, unless the goroutine
// works on another trace by now.
func inTx(ctx context.Context, tx *sql.Tx) context.Context {
	if ctx == nil || tx == nil || trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	defer hook.Guard()
	began := valueOf(txsContext.of(tx))
	if began == nil {
		return ctx
	}
	own := spanBefore(trace.SpanFromContext(began))
	if !own.IsValid() {
		return ctx
	}
	if now := trace.SpanContextFromContext(hook.WithCurrent(ctx)); now.IsValid() && now.TraceID() != own.TraceID() {
		return ctx
	}
	return trace.ContextWithSpanContext(ctx, own)
}

// spanBefore returns the span itself or, if it is one of ours, as that of the
// transaction's beginning, its parent.
func spanBefore(span trace.Span) trace.SpanContext {
	if s, ok := span.(interface {
		InstrumentationScope() instrumentation.Scope
		Parent() trace.SpanContext
	}); ok && s.InstrumentationScope().Name == scope {
		return s.Parent()
	}
	return span.SpanContext()
}
