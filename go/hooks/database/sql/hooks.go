package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// The functions that are woven into database/sql. A context that the program
// passes always wins; the forms without one call these with context.Background(),
// and then the goroutine's current span is the parent.

// OpenEnter is woven into Open: its name of the driver and its data source name
// say what the connector may not.
func OpenEnter(driverName, dataSourceName string) (after func(*sql.DB, error) (*sql.DB, error)) {
	return func(db *sql.DB, err error) (*sql.DB, error) {
		if err == nil {
			opened(db, driverName, dataSourceName)
		}
		return db, err
	}
}

// OpenDBEnter is woven into OpenDB, which Open ends in.
func OpenDBEnter(c driver.Connector) (after func(*sql.DB) *sql.DB) {
	return func(db *sql.DB) *sql.DB {
		connected(db, c)
		return db
	}
}

// DBCloseEnter is woven into (*DB).Close.
func DBCloseEnter(db *sql.DB) {
	closed(db)
}

// DBPingEnter is woven into (*DB).PingContext.
func DBPingEnter(db *sql.DB, ctx context.Context) (newCtx context.Context, leave func(), after func(error) error) {
	if !client.On() {
		return ctx, nil, gotError
	}
	newCtx, c := start(ctx, db, opPing)
	return newCtx, c.leave, c.gotError
}

// DBPrepareEnter is woven into (*DB).PrepareContext.
func DBPrepareEnter(db *sql.DB, ctx context.Context, query string) (newCtx context.Context, leave func(), after func(*sql.Stmt, error) (*sql.Stmt, error)) {
	if !client.On() {
		return ctx, nil, gotStmt
	}
	newCtx, c := startPrepare(ctx, db, query)
	return newCtx, c.leave, c.gotStmt
}

// DBExecEnter is woven into (*DB).ExecContext.
func DBExecEnter(db *sql.DB, ctx context.Context, query string) (newCtx context.Context, newQuery string, leave func(), after func(sql.Result, error) (sql.Result, error)) {
	if !client.On() {
		return ctx, query, nil, gotResult
	}
	newCtx, newQuery, c := startQuery(ctx, db, query)
	return newCtx, newQuery, c.leave, c.gotResult
}

// DBQueryEnter is woven into (*DB).QueryContext.
func DBQueryEnter(db *sql.DB, ctx context.Context, query string) (newCtx context.Context, newQuery string, leave func(), after func(*sql.Rows, error) (*sql.Rows, error)) {
	if !client.On() {
		return ctx, query, nil, gotRows
	}
	newCtx, newQuery, c := startQuery(ctx, db, query)
	return newCtx, newQuery, c.leave, c.gotRows
}

// DBBeginEnter is woven into (*DB).BeginTx.
func DBBeginEnter(db *sql.DB, ctx context.Context) (newCtx context.Context, leave func(), after func(*sql.Tx, error) (*sql.Tx, error)) {
	if !client.On() {
		return ctx, nil, gotTx
	}
	newCtx, c := start(ctx, db, opBegin)
	return newCtx, c.leave, c.gotTx
}

// ConnPingEnter is woven into (*Conn).PingContext.
func ConnPingEnter(c *sql.Conn, ctx context.Context) (newCtx context.Context, leave func(), after func(error) error) {
	if !client.On() {
		return ctx, nil, gotError
	}
	newCtx, call := start(ctx, connDB(c), opPing)
	return newCtx, call.leave, call.gotError
}

// ConnPrepareEnter is woven into (*Conn).PrepareContext.
func ConnPrepareEnter(c *sql.Conn, ctx context.Context, query string) (newCtx context.Context, leave func(), after func(*sql.Stmt, error) (*sql.Stmt, error)) {
	if !client.On() {
		return ctx, nil, gotStmt
	}
	newCtx, call := startPrepare(ctx, connDB(c), query)
	return newCtx, call.leave, call.gotStmt
}

// ConnExecEnter is woven into (*Conn).ExecContext.
func ConnExecEnter(c *sql.Conn, ctx context.Context, query string) (newCtx context.Context, newQuery string, leave func(), after func(sql.Result, error) (sql.Result, error)) {
	if !client.On() {
		return ctx, query, nil, gotResult
	}
	newCtx, newQuery, call := startQuery(ctx, connDB(c), query)
	return newCtx, newQuery, call.leave, call.gotResult
}

// ConnQueryEnter is woven into (*Conn).QueryContext.
func ConnQueryEnter(c *sql.Conn, ctx context.Context, query string) (newCtx context.Context, newQuery string, leave func(), after func(*sql.Rows, error) (*sql.Rows, error)) {
	if !client.On() {
		return ctx, query, nil, gotRows
	}
	newCtx, newQuery, call := startQuery(ctx, connDB(c), query)
	return newCtx, newQuery, call.leave, call.gotRows
}

// ConnBeginEnter is woven into (*Conn).BeginTx.
func ConnBeginEnter(c *sql.Conn, ctx context.Context) (newCtx context.Context, leave func(), after func(*sql.Tx, error) (*sql.Tx, error)) {
	if !client.On() {
		return ctx, nil, gotTx
	}
	newCtx, call := start(ctx, connDB(c), opBegin)
	return newCtx, call.leave, call.gotTx
}

// TxPrepareEnter is woven into (*Tx).PrepareContext.
func TxPrepareEnter(tx *sql.Tx, ctx context.Context, query string) (newCtx context.Context, leave func(), after func(*sql.Stmt, error) (*sql.Stmt, error)) {
	if !client.On() {
		return ctx, nil, gotStmt
	}
	newCtx, c := startPrepare(inTx(ctx, tx), txDB(tx), query)
	return newCtx, c.leave, c.gotStmt
}

// TxExecEnter is woven into (*Tx).ExecContext.
func TxExecEnter(tx *sql.Tx, ctx context.Context, query string) (newCtx context.Context, newQuery string, leave func(), after func(sql.Result, error) (sql.Result, error)) {
	if !client.On() {
		return ctx, query, nil, gotResult
	}
	newCtx, newQuery, c := startQuery(inTx(ctx, tx), txDB(tx), query)
	return newCtx, newQuery, c.leave, c.gotResult
}

// TxQueryEnter is woven into (*Tx).QueryContext.
func TxQueryEnter(tx *sql.Tx, ctx context.Context, query string) (newCtx context.Context, newQuery string, leave func(), after func(*sql.Rows, error) (*sql.Rows, error)) {
	if !client.On() {
		return ctx, query, nil, gotRows
	}
	newCtx, newQuery, c := startQuery(inTx(ctx, tx), txDB(tx), query)
	return newCtx, newQuery, c.leave, c.gotRows
}

// TxCommitEnter is woven into (*Tx).Commit.
func TxCommitEnter(tx *sql.Tx) (leave func(), after func(error) error) {
	if !client.On() || txDone(tx) {
		return nil, gotError
	}
	_, c := start(inTx(context.Background(), tx), txDB(tx), opCommit)
	return c.leave, c.gotError
}

// TxRollbackEnter is woven into (*Tx).rollback, which Rollback calls, and a
// transaction whose context ends. The usual deferred Rollback after a Commit sends
// nothing, and gets no span.
func TxRollbackEnter(tx *sql.Tx) (leave func(), after func(error) error) {
	if !client.On() || txDone(tx) {
		return nil, gotError
	}
	_, c := start(inTx(context.Background(), tx), txDB(tx), opRollback)
	return c.leave, c.gotError
}

// StmtExecEnter is woven into (*Stmt).ExecContext.
func StmtExecEnter(s *sql.Stmt, ctx context.Context) (newCtx context.Context, leave func(), after func(sql.Result, error) (sql.Result, error)) {
	if !client.On() {
		return ctx, nil, gotResult
	}
	newCtx, c := startStmt(ctx, s)
	return newCtx, c.leave, c.gotResult
}

// StmtQueryEnter is woven into (*Stmt).QueryContext.
func StmtQueryEnter(s *sql.Stmt, ctx context.Context) (newCtx context.Context, leave func(), after func(*sql.Rows, error) (*sql.Rows, error)) {
	if !client.On() {
		return ctx, nil, gotRows
	}
	newCtx, c := startStmt(ctx, s)
	return newCtx, c.leave, c.gotRows
}

// What a hook without interest in the return gives as after.
func gotError(err error) error                              { return err }
func gotStmt(s *sql.Stmt, err error) (*sql.Stmt, error)     { return s, err }
func gotResult(r sql.Result, err error) (sql.Result, error) { return r, err }
func gotRows(rows *sql.Rows, err error) (*sql.Rows, error)  { return rows, err }
func gotTx(tx *sql.Tx, err error) (*sql.Tx, error)          { return tx, err }
