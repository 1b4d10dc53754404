// Program sql does with a database all that database/sql can do, and prints what it
// sees of it: sql DRIVER DATA-SOURCE-NAME. With -connector the database is opened by
// sql.OpenDB.
package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/lib/pq"
	_ "modernc.org/sqlite"
)

var (
	bg = context.Background()
	db *sql.DB
)

func main() {
	connector := os.Args[1] == "-connector"
	if connector {
		os.Args = os.Args[1:]
	}
	name, dsn := os.Args[1], os.Args[2]
	db = open(name, dsn, connector)
	db.SetMaxOpenConns(4)
	show("driver", fmt.Sprintf("%T", db.Driver()))
	if err := db.Ping(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	statements(name)
	transactions(name)
	wrong()
	endings(name)
	handlers(name)
	show("close", db.Close())
	show("closed", db.Ping())
}

func open(name, dsn string, connector bool) *sql.DB {
	if !connector {
		db, err := sql.Open(name, dsn)
		if err != nil {
			panic(err)
		}
		return db
	}
	var c driver.Connector
	var err error
	switch name {
	case "postgres":
		c, err = pq.NewConnector(dsn)
	case "pgx":
		var config *pgx.ConnConfig
		if config, err = pgx.ParseConfig(dsn); err == nil {
			return stdlib.OpenDB(*config)
		}
	case "mysql":
		var config *mysql.Config
		if config, err = mysql.ParseDSN(dsn); err == nil {
			c, err = mysql.NewConnector(config)
		}
	}
	if err != nil {
		panic(err)
	}
	return sql.OpenDB(c)
}

// args writes a query as the driver wants its parameters.
func args(name, query string) string {
	if name == "mysql" || name == "sqlite" {
		return query
	}
	n := 0
	return regexp.MustCompile(`\?`).ReplaceAllStringFunc(query, func(string) string { n++; return fmt.Sprint("$", n) })
}

func show(what string, values ...any) {
	for i, v := range values {
		if err, ok := v.(error); ok {
			values[i] = kinds(err)
		}
	}
	fmt.Print(what, " ", fmt.Sprintln(values...))
}

// kinds writes an error with the types of all that it wraps.
func kinds(err error) string {
	var b strings.Builder
	for e := err; e != nil; e = errors.Unwrap(e) {
		fmt.Fprintf(&b, "%T ", e)
	}
	return b.String() + err.Error()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func statements(name string) {
	db.Exec("DROP TABLE users")
	must(db.Exec("CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50))"))
	res, err := db.Exec("INSERT INTO users VALUES (1, 'S3CR3T'), (2, 'x')")
	n, _ := res.RowsAffected()
	show("exec", n, err, fmt.Sprintf("%T", res))
	res, err = db.ExecContext(bg, args(name, "INSERT INTO users VALUES (?, ?)"), 3, "S3CR3T")
	show("exec args", err, fmt.Sprintf("%T", res))

	rows, err := db.Query("SELECT id, name FROM users WHERE name <> 'S3CR3T no' ORDER BY id")
	types, _ := rows.ColumnTypes()
	show("query", err, fmt.Sprintf("%T", rows), types[0].DatabaseTypeName(), types[1].ScanType())
	for rows.Next() {
		var id int
		var name sql.NullString
		show("row", rows.Scan(&id, &name), id, name)
	}
	show("end", rows.Err(), rows.Close(), rows.Next())

	var id int
	show("row", db.QueryRow(args(name, "SELECT id FROM users WHERE name = ? AND id > ?"), "S3CR3T", 1).Scan(&id), id)
	show("no row", db.QueryRowContext(bg, "SELECT id FROM users WHERE id = 99").Scan(&id))

	stmt, err := db.Prepare(args(name, "SELECT name FROM users WHERE id = ?"))
	show("prepare", err, fmt.Sprintf("%T", stmt))
	var s string
	show("stmt", stmt.QueryRow(1).Scan(&s), s)
	show("stmt none", stmt.QueryRow(99).Scan(&s))
	show("close", stmt.Close())
	show("closed", stmt.QueryRow(1).Scan(&s))

	conn := must(db.Conn(bg))
	show("conn", conn.PingContext(bg), conn.QueryRowContext(bg, "SELECT 7").Scan(&id), id)
	show("raw", conn.Raw(func(c any) error { show("conn", fmt.Sprintf("%T", c)); return nil }))
	tx := must(conn.BeginTx(bg, nil))
	must(tx.Exec("UPDATE users SET name = 'y' WHERE id = 2"))
	show("conn tx", tx.Rollback(), conn.Close(), conn.PingContext(bg))
}

func transactions(name string) {
	tx := must(db.BeginTx(bg, &sql.TxOptions{Isolation: sql.LevelSerializable}))
	must(tx.Exec("DELETE FROM users WHERE id = 3"))
	stmt := must(tx.Prepare(args(name, "UPDATE users SET name = ? WHERE id = ?")))
	must(stmt.Exec("S3CR3T", 2))
	rows := must(tx.Query("SELECT count(*) FROM users"))
	rows.Next()
	show("tx", rows.Close(), tx.Commit(), tx.Rollback(), tx.Commit())
	_, err := tx.Exec("SELECT 1")
	show("done", err)

	ctx, cancel := context.WithCancel(bg)
	tx = must(db.BeginTx(ctx, nil))
	cancel()
	for range 1000 { // until database/sql has rolled it back by itself
		if err = tx.Rollback(); errors.Is(err, sql.ErrTxDone) {
			break
		}
		time.Sleep(time.Millisecond)
	}
}

func wrong() {
	_, err := db.Exec("INSERT INTO users VALUES (1, 'S3CR3T')")
	show("twice", err)
	_, err = db.Query("SELECT * FROM nowhere WHERE a = 'S3CR3T'")
	show("no table", err)
	_, err = db.Exec("SELEC 'S3CR3T'")
	show("syntax", err)
	_, err = db.Prepare("SELECT * FROM nowhere")
	if err == nil {
		show("prepares anything")
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	_, err = db.QueryContext(ctx, "SELECT 1")
	show("canceled", err)
}

// endings ends rows in the ways that they can end.
func endings(name string) {
	rows := must(db.Query("SELECT id FROM users"))
	show("left", rows.Next(), rows.Close())
	ctx, cancel := context.WithCancel(bg)
	rows = must(db.QueryContext(ctx, "SELECT id FROM users"))
	cancel()
	for rows.Next() {
	}
	err := rows.Err() // if it was quick, there was none
	show("canceled", err == nil || errors.Is(err, context.Canceled), rows.Close())
	tx := must(db.Begin())
	rows = must(tx.Query("SELECT id FROM users"))
	rows.Close()
	show("in tx", tx.Rollback())
}

// handlers asks the database within a request, with a context and without.
func handlers(name string) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		show("with", db.QueryRowContext(r.Context(), "SELECT count(*) FROM users").Scan(&n))
		show("without", db.QueryRow("SELECT max(id) FROM users").Scan(&n))
		tx := must(db.BeginTx(r.Context(), nil))
		_, err := tx.Exec("DELETE FROM users")
		show("tx", err, tx.Commit())
	}))
	defer s.Close()
	res := must(http.Get(s.URL + "/users"))
	res.Body.Close()
}
