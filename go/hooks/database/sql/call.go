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
	state
	refs atomic.Int32 // that of the function, until it has returned, and that of open rows

	prev, next *call // in open

	// Functions of this call, made once.
	leaves    func()
	closed    func(error)
	gotError  func(error) error
	gotStmt   func(*sql.Stmt, error) (*sql.Stmt, error)
	gotResult func(sql.Result, error) (sql.Result, error)
	gotRows   func(*sql.Rows, error) (*sql.Rows, error)
	gotTx     func(*sql.Tx, error) (*sql.Tx, error)
}

// state is what a call knows of its operation.
type state struct {
	span     trace.Span
	did      *operation
	ctx      context.Context // nil if nothing is measured
	begin    time.Duration
	returned bool
	leave    func() // leaves; nil if after does that, as it does for a span that is not recorded

	rows *sql.Rows   // while they are open, and what they call at their end
	own  func(error) // of the rows'

	// Of rows whose span is recorded:
	rowsi driver.Rows // the driver's, if they are counted
	count int64
	from  time.Time // when the rows were there
}

var calls sync.Pool // New is set in init

func newCall() any {
	c := new(call)
	c.leaves, c.closed, c.gotRows = leave(c), whenClosed(c), handleRows(c)
	c.gotError = func(err error) error { c.result(err); return err }
	c.gotStmt = func(s *sql.Stmt, err error) (*sql.Stmt, error) { c.result(err); return s, err }
	c.gotResult = func(r sql.Result, err error) (sql.Result, error) { c.result(err); return r, err }
	c.gotTx = func(tx *sql.Tx, err error) (*sql.Tx, error) { c.result(err); return tx, err }
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
	if d, span := traced(ctx, db); d != nil {
		newCtx, c = begin(ctx, span, d.operation(op))
	}
	return newCtx, c
}

// startPrepare begins the span of preparing a query.
func startPrepare(ctx context.Context, db *sql.DB, query string) (newCtx context.Context, c *call) {
	newCtx, c = ctx, untraced
	defer hook.Guard()
	if d, span := traced(ctx, db); d != nil {
		newCtx, c = begin(ctx, span, &d.statement(query).prepare)
	}
	return newCtx, c
}

// startQuery begins the span of a query.
func startQuery(ctx context.Context, db *sql.DB, query string) (newCtx context.Context, newQuery string, c *call) {
	newCtx, newQuery, c = ctx, query, untraced
	defer hook.Guard()
	if d, span := traced(ctx, db); d != nil {
		newCtx, c = begin(ctx, span, &d.statement(query).run)
		if options.comment {
			newQuery = comment(newCtx, query)
		}
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
	if d, span := traced(ctx, *db); d != nil {
		newCtx, c = begin(ctx, span, &d.statement(*query).run)
	}
	return newCtx, c
}

// traced returns what is known of db, and the span that ctx holds. There is no database
// where an operation gets no span: if it is the telemetry's own, or if another
// instrumentation, around database/sql or below it, makes it.
func traced(ctx context.Context, db *sql.DB) (d *database, held trace.Span) {
	if d = firstOpened.Load(); d == nil || d.db != db {
		d = databaseOf(db)
	}
	if ctx == nil || d == nil || d.covered || hook.SuppressionIn(ctx).All() {
		return nil, nil
	}
	held = hook.SpanIn(ctx)
	if hook.Recorded(held) && within(held) {
		return nil, nil
	}
	return d, held
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

// begin begins the span of an operation within ctx, which holds the span held.
func begin(ctx context.Context, held trace.Span, did *operation) (context.Context, *call) {
	ctx, span := client.BeginIn(ctx, held, did.name, trace.SpanKindClient, did)
	var measured context.Context
	var now time.Duration
	if duration.On() {
		measured, now = ctx, hook.Clock()
	} else if !span.IsRecording() {
		return ctx, untraced
	}
	c := calls.Get().(*call)
	c.span, c.did, c.ctx, c.begin = span, did, measured, now
	if c.refs.Store(1); hook.Recorded(span) {
		c.leave = c.leaves
	}
	return ctx, c
}

// result is what an operation returned, other than rows.
func (c *call) result(err error) {
	c.returned = true
	defer hook.Guard()
	c.ended(err)
}

// ended is for an operation that has returned and is over.
func (c *call) ended(err error) {
	c.finish(err)
	if c.leave == nil {
		c.unref()
	}
}

// finish ends the span.
func (c *call) finish(err error) {
	if err != nil {
		c.fail(err)
		return
	}
	if c.ctx != nil {
		duration.RecordSpan(c.ctx, c.span, c.begin, c.did.setOf())
	}
	c.span.End()
}

// fail ends the span of what has returned an error.
//
//go:noinline
func (c *call) fail(err error) {
	if err == sql.ErrTxDone && c.did.nothing {
		return // another goroutine was first; a span that does not end is not exported
	}
	errType, status := c.recordError(err)
	if errType == "" {
		c.finish(nil)
		return
	}
	c.failed(errType, status)
}

// failed measures what failed, and ends its span.
func (c *call) failed(errType, status string) {
	if c.ctx != nil {
		key := c.did.key
		key.errorType, key.status = errType, status
		duration.RecordSpan(c.ctx, c.span, c.begin, durationSets.Of(key))
	}
	c.span.End()
}

// leave returns the leave function. It is not inlined, as its like are not: within the copy of
// what it returns the compiler would inline nothing.
//
//go:noinline
func leave(c *call) func() {
	return func() {
		if !c.returned {
			c.panicked()
		}
		c.unref()
	}
}

// panicked ends the span of what has not returned.
//
//go:noinline
func (c *call) panicked() {
	defer hook.Guard()
	hook.RecordPanic(c.span)
	c.failed("panic", "")
}

// unref lets go of the call: the function has returned, the rows are closed.
func (c *call) unref() {
	if c.refs.Add(-1) == 0 {
		c.state = state{}
		calls.Put(c)
	}
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
