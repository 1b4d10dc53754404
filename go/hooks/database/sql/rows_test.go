package sql

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook/hooktest"
)

const rowsSpan = `client "other_sql" query.text=rows ?`

// The span ends when the rows do, however they end.
func TestRowsEnd(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)

	rows, err := db.QueryContext(bg, "rows 2")
	if err != nil {
		t.Fatal(err)
	}
	rows.Next()
	rec.want()
	rows.Close()
	rec.want(rowsSpan)
	rows.Close()
	rec.want()

	rows, _ = db.QueryContext(bg, "rows 2")
	for rows.Next() {
	}
	rec.want(rowsSpan)

	ctx, cancel := context.WithCancel(bg)
	rows, _ = db.QueryContext(ctx, "rows 2")
	cancel()
	for end := time.Now().Add(10 * time.Second); len(rec.Ended()) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	rec.want(`client "other_sql" error.type=context.Canceled query.text=rows ? Error(context canceled)`)
	if err := rows.Err(); err != context.Canceled {
		t.Error(err)
	}

	tx, _ := db.BeginTx(bg, nil)
	rec.take()
	rows, _ = tx.QueryContext(bg, "rows 2")
	tx.Commit()
	for end := time.Now().Add(10 * time.Second); len(rec.Ended()) < 2 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if got := rec.take(); len(got) != 2 {
		t.Error(got)
	}
	rows.Close()
	if open.last != nil {
		t.Error("a call is still kept")
	}
}

// What goes wrong behind the first row is recorded.
func TestRowsBreak(t *testing.T) {
	rec := record(t)
	db, f := openFake(t)
	f.err = errors.New("secret")
	rows, _ := db.QueryContext(bg, "break 1")
	n := 0
	for rows.Next() {
		n++
	}
	if n != 1 || rows.Err() != f.err {
		t.Error(n, rows.Err())
	}
	rec.want(`client "other_sql" error.type=*errors.errorString query.text=break ? Error`)
}

func TestRowsCount(t *testing.T) {
	options.countRows = true
	defer func() { options.countRows = false }()
	rec := record(t)
	db, _ := openFake(t)
	for _, tt := range []struct {
		read int
		want string
	}{{0, "0"}, {1, "1"}, {5, "5"}, {9, "5"}} {
		rows, _ := db.QueryContext(bg, "rows 5")
		for range tt.read {
			rows.Next()
		}
		rows.Close()
		rec.want(rowsSpan + ` response.returned_rows=` + tt.want)
	}

	// What the driver's rows do not know, they do not know now.
	rows, _ := db.QueryContext(bg, "rows 1")
	defer rows.Close()
	plain, _ := db.DB.Query("rows 1")
	defer plain.Close()
	got, _ := rows.ColumnTypes()
	want, _ := plain.ColumnTypes()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("column types %+v, want %+v", got[0], want[0])
	}
	rows.Next()
	plain.Next()
	if rows.NextResultSet() != plain.NextResultSet() || rows.Err() != plain.Err() || rows.Next() {
		t.Error("the end is another")
	}
}

// Rows that no one closes have their span ended when the program ends.
func TestRowsAbandoned(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)
	rows, _ := db.QueryContext(bg, "rows 2")
	time.Sleep(600 * time.Millisecond)
	open.abandonAll()
	span := rec.Ended()[0]
	if took := span.EndTime().Sub(span.StartTime()); took > 500*time.Millisecond {
		t.Errorf("took %v", took)
	}
	rec.want(rowsSpan)
	rows.Close()
	rec.want()
}

// Rows that end while the query returns.
func TestRowsRace(t *testing.T) {
	rec := record(t)
	db, _ := openFake(t)
	const each = 200
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range each {
				ctx, cancel := context.WithCancel(bg)
				go cancel()
				if rows, err := db.QueryContext(ctx, "rows 2"); err == nil {
					for rows.Next() {
					}
					rows.Close()
				}
				cancel()
			}
		}()
	}
	wg.Wait()
	for end := time.Now().Add(10 * time.Second); len(rec.Ended()) < 4*each && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := len(rec.Ended()); n != 4*each {
		t.Errorf("%d spans, want %d", n, 4*each)
	}
	if open.last != nil {
		t.Error("a call is still kept")
	}
}

// The fields that the hooks read are there.
func TestFields(t *testing.T) {
	for name, known := range map[string]bool{
		"DB.connector": dbsConnector.known, "Conn.db": connsDB.known, "Tx.db": txsDB.known, "Tx.ctx": txsContext.known, "Tx.done": txsDone.known,
		"Stmt.db": stmtDB.known, "Stmt.query": stmtQuery.known,
		"Rows.releaseConn": rowsRelease.known, "Rows.closemu": rowsMutex.typ != nil, "Rows.closed": rowsClosed.known, "Rows.lasterr": rowsError.known, "Rows.rowsi": rowsDriver.known,
	} {
		if !known {
			t.Errorf("%s is not found", name)
		}
	}
	if find[sql.DB, int]("connector").known || find[sql.DB, int]("none").known || rowsClosed.of(nil) != nil {
		t.Error("what is not there is found")
	}
}

// Rows whose span nobody wants to know are not kept to end it, and are measured.
func TestRowsUnrecorded(t *testing.T) {
	ctx := hooktest.Mode{Sampler: sdk.NeverSample(), Metrics: true}.Run(t)
	db, _ := openFake(t)
	rows, err := db.QueryContext(ctx, "rows 2")
	if err != nil {
		t.Fatal(err)
	}
	if open.last != nil {
		t.Error("a call is kept")
	}
	own := *rowsRelease.of(rows)
	rows.Close()
	if rows, _ = db.QueryContext(ctx, "rows 2"); reflect.ValueOf(*rowsRelease.of(rows)).Pointer() != reflect.ValueOf(own).Pointer() {
		t.Error("the closing of rows is not seen")
	}
	for rows.Next() {
	}
	if d := databaseOf(db.DB); d.statement("rows 2").run.set.Load() == nil {
		t.Error("nothing is measured")
	}
}
