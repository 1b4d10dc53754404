package e2e

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// TestRealSQL runs testdata/sql plain and woven against real databases, with each
// driver, opened by sql.Open and by sql.OpenDB. Plain and woven see the same; the
// spans are those that database/sql was asked for, and nothing exported or printed
// by us holds a secret.
func TestRealSQL(t *testing.T) {
	real(t)
	p := built(t, "sql")
	pg, my := postgres(t), mariadb(t)
	for _, row := range []struct {
		driver, dsn, addr, system, namespace string
		openDB                               bool
	}{
		{"postgres", "postgres://shop:" + secret + "@" + pg + "/postgres?sslmode=disable", pg, "postgresql", "postgres", true},
		{"pgx", "postgres://shop:" + secret + "@" + pg + "/postgres?sslmode=disable", pg, "postgresql", "postgres", true},
		{"pgx", keyValue(pg) + " user=shop password='" + secret + "' dbname=postgres", pg, "postgresql", "postgres", false},
		{"mysql", "shop:" + secret + "@tcp(" + my + ")/shop", my, "mysql", "shop", true},
		{"sqlite", "file:" + filepath.Join(tempDir(t), "shop.db") + "?_pragma=busy_timeout(5000)&_x=" + secret, "", "sqlite", "", false},
	} {
		for _, form := range []string{"", "-connector"} {
			if form != "" && !row.openDB {
				continue
			}
			t.Run(row.driver+form, func(t *testing.T) {
				args := []string{row.driver, row.dsn}
				if form != "" {
					args = append([]string{form}, args...)
				}
				a := &app{t: t, dir: suite}
				plain := a.must(append([]string{p.plain}, args...)...)
				c := collect.Start(t)
				woven := a.must(append([]string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC, "OTEL_GO_DB_RETURNED_ROWS=true", p.woven}, args...)...)
				if plain != woven {
					t.Errorf("- plain, + woven:\n%s", diff(plain.String(), woven.String()))
				}
				off := a.must(append([]string{"OTEL_SDK_DISABLED=true", p.woven}, args...)...)
				if plain != off {
					t.Errorf("- plain, + disabled:\n%s", diff(plain.String(), off.String()))
				}
				checkSQL(t, c.Spans(), row.system, row.namespace, row.addr)
			})
		}
	}
}

// TestSQLDriver runs testdata/sqldriver plain and woven: what a driver is asked for, and what the
// program gets, are the same where the driver declines (ErrSkip), loses connections (ErrBadConn),
// panics, fails with errors of its own, or has no rows.
func TestSQLDriver(t *testing.T) {
	t.Parallel()
	p := built(t, "sqldriver")
	plain := (&app{t: t, dir: suite}).must(p.plain)
	for _, env := range []string{"OTEL_TRACES_SAMPLER=always_on", "OTEL_TRACES_SAMPLER=always_off", "OTEL_SDK_DISABLED=true"} {
		c := collect.Start(t)
		woven := (&app{t: t, dir: suite}).must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, "OTEL_LOG_LEVEL=none", env, p.woven)
		if woven != plain {
			t.Errorf("%s, - plain, + woven:\n%s", env, diff(plain.String(), woven.String()))
		}
		spans := c.Spans()
		if on := env == "OTEL_TRACES_SAMPLER=always_on"; (len(spans) > 50) != on || strings.Contains(fmt.Sprint(spans), "secret") {
			t.Errorf("%s: %d spans: %+v", env, len(spans), spans)
		}
	}
}

// TestSQLCompiled: weaving database/sql compiles it and main, and nothing that
// imports it; with each Go release where the long matrix is asked for.
func TestSQLCompiled(t *testing.T) {
	t.Parallel()
	versions := []string{"local"}
	if *allMatrix {
		versions = append(versions, releases...)
	}
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			if version != "local" {
				haveToolchain(t, version)
			}
			a := emptyApp(t, "go.mod", "module example.com/sql\n\ngo 1.24\n",
				"main.go", "package main\n\nimport (\n\t\"database/sql\"\n\n\t\"example.com/sql/store\"\n)\n\nfunc main() { println(store.Open(sql.Drivers()) == nil) }\n",
				"store/store.go", `package store

import "database/sql"

// Open uses what is inlined of database/sql, and what is woven.
func Open(names []string) *sql.Tx {
	db, err := sql.Open("none", "")
	if err != nil {
		return nil
	}
	db.Ping()
	db.Query("")
	db.QueryRow("").Scan()
	tx, _ := db.Begin()
	tx.Rollback()
	return tx
}
`).private()
			a.env = append(a.env, "GOTOOLCHAIN="+version, "OTEL_TRACES_EXPORTER=none")
			a.plain()
			plain := strings.Fields(a.must("go", "list", "-deps", ".").out)
			bin := filepath.Join(tempDir(t), "woven")
			var again []string
			for line := range strings.Lines(a.must(otel, "go", "build", "-v", "-o", bin).err) {
				if pkg := strings.TrimSpace(line); slices.Contains(plain, pkg) {
					again = append(again, pkg)
				}
			}
			slices.Sort(again)
			if want := []string{"database/sql", "example.com/sql"}; !slices.Equal(again, want) {
				t.Errorf("compiled again %q, want %q", again, want)
			}
			if r := a.must(bin); r.err != "true\n" {
				t.Errorf("woven: %v", r)
			}
			symbols := a.must("go", "tool", "nm", bin).out
			if !strings.Contains(symbols, "database/sql.otel_DBQueryEnter_") {
				t.Error("the hooks are not linked")
			}
		})
	}
}

// keyValue writes an address in the form of libpq's key=value.
func keyValue(addr string) string {
	host, port, _ := strings.Cut(addr, ":")
	return "host=" + host + " port=" + port
}

// sqlSpans are the spans of testdata/sql in their order: name, text if it is not
// the name, how it failed ("?": perhaps), rows.
var sqlSpans = []struct{ name, text, failed, rows string }{
	{"PING", "", "", ""},
	{"DROP TABLE users", "", "?", ""},
	{"CREATE TABLE users", "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(?))", "", ""},
	{"INSERT users", "INSERT INTO users VALUES (?, ?), (?, ?)", "", ""},
	{"INSERT users", "INSERT INTO users VALUES ($, $)", "", ""},
	{"SELECT users", "SELECT id, name FROM users WHERE name <> ? ORDER BY id", "", "3"},
	{"SELECT users", "SELECT id FROM users WHERE name = $ AND id > $", "", "1"},
	{"SELECT users", "SELECT id FROM users WHERE id = ?", "", "0"},
	{"PREPARE SELECT users", "SELECT name FROM users WHERE id = $", "", ""},
	{"SELECT users", "SELECT name FROM users WHERE id = $", "", "1"},
	{"SELECT users", "SELECT name FROM users WHERE id = $", "", "0"},
	{"SELECT users", "SELECT name FROM users WHERE id = $", "!*errors.errorString", ""},
	{"PING", "", "", ""},
	{"SELECT", "SELECT ?", "", "1"},
	{"BEGIN", "", "", ""},
	{"UPDATE users", "UPDATE users SET name = ? WHERE id = ?", "", ""},
	{"ROLLBACK", "", "", ""},

	{"BEGIN", "", "", ""},
	{"DELETE users", "DELETE FROM users WHERE id = ?", "", ""},
	{"PREPARE UPDATE users", "UPDATE users SET name = $ WHERE id = $", "", ""},
	{"UPDATE users", "UPDATE users SET name = $ WHERE id = $", "", ""},
	{"SELECT users", "SELECT count(*) FROM users", "", "1"},
	{"COMMIT", "", "", ""},
	{"SELECT", "SELECT ?", "!sql.ErrTxDone", ""},
	{"BEGIN", "", "", ""},
	{"ROLLBACK", "", "?", ""}, // by database/sql itself, as the context ended; pgx fails with it

	{"INSERT users", "INSERT INTO users VALUES (?, ?)", "twice", ""},
	{"SELECT nowhere", "SELECT * FROM nowhere WHERE a = ?", "no table", ""},
	{"", "SELEC ?", "syntax", ""},
	{"PREPARE SELECT nowhere", "SELECT * FROM nowhere", "?", ""}, // SQLite prepares anything
	{"SELECT", "SELECT ?", "!context.Canceled", ""},

	{"SELECT users", "SELECT id FROM users", "", "1"},
	{"SELECT users", "SELECT id FROM users", "?", "?"},
	{"BEGIN", "", "", ""},
	{"SELECT users", "SELECT id FROM users", "", "0"},
	{"ROLLBACK", "", "", ""},

	{"SELECT users", "SELECT count(*) FROM users", "", "1"},
	{"SELECT users", "SELECT max(id) FROM users", "", "1"},
	{"BEGIN", "", "", ""},
	{"DELETE users", "DELETE FROM users", "", ""},
	{"COMMIT", "", "", ""},
	{"PING", "", "!*errors.errorString", ""},
}

// sqlCodes are the codes of what testdata/sql does wrong.
var sqlCodes = map[string]map[string]string{
	"postgresql": {"twice": "23505", "no table": "42P01", "syntax": "42601"},
	"mysql":      {"twice": "1062", "no table": "1146", "syntax": "1064"},
	"sqlite":     {"twice": "1555", "no table": "1", "syntax": "1"},
}

func checkSQL(t *testing.T, all []collect.Span, system, namespace, addr string) {
	t.Helper()
	var spans []collect.Span
	ids := map[string]collect.Span{}
	for _, s := range all {
		ids[s.SpanID] = s
		if strings.Contains(fmt.Sprint(s), secret) {
			t.Errorf("a span holds a secret: %+v", s)
		}
		if s.Scope == "otel.tool/hooks/database/sql" {
			spans = append(spans, s)
		}
	}
	if len(spans) != len(sqlSpans) {
		t.Fatalf("%d spans, want %d:\n%s", len(spans), len(sqlSpans), collect.Tree(all))
	}
	common := attrs{"db.system.name": system, "server.address": none, "server.port": none}
	target := ""
	if addr != "" {
		host, port, _ := net.SplitHostPort(addr)
		n, _ := strconv.Atoi(port)
		common["server.address"], common["server.port"], common["db.namespace"] = host, n, namespace
		target = " " + namespace
	} else {
		namespace, _ = spans[0].Attrs["db.namespace"].(string)
		target = " " + namespace
		if !strings.HasSuffix(namespace, "/shop.db") {
			t.Errorf("namespace %q", namespace)
		}
	}
	for i, s := range spans {
		want, name := sqlSpans[i], sqlSpans[i].name
		a := attrs{"db.query.text": none, "db.query.summary": none, "db.operation.name": none, "db.collection.name": none, "error.type": none, "db.response.status_code": none, "db.response.returned_rows": none}
		for k, v := range common {
			a[k] = v
		}
		if op, _, _ := strings.Cut(name, " "); op == "PREPARE" || want.text == "" && op != "DROP" {
			a["db.operation.name"] = op
		}
		switch {
		case name == "":
			name = strings.TrimSpace(target)
			a["db.query.text"] = want.text
		case a["db.operation.name"] == name:
			name += target
		default:
			a["db.query.summary"] = name
			a["db.query.text"] = placeholders(system, want.text)
			if want.text == "" {
				a["db.query.text"] = name
			}
		}
		status := "Unset"
		switch code, own := sqlCodes[system][want.failed]; {
		case want.failed == "?":
			delete(a, "error.type")
			delete(a, "db.response.status_code")
			status = s.Status
		case own:
			a["error.type"], a["db.response.status_code"] = code, code
			status = "Error"
		case want.failed != "":
			a["error.type"] = want.failed[1:]
			status = "Error"
		}
		switch n, err := strconv.Atoi(want.rows); {
		case err == nil:
			a["db.response.returned_rows"] = n
		case want.rows != "":
			delete(a, "db.response.returned_rows")
		}
		if s.Name != name || s.Kind != "Client" || s.Status != status {
			t.Errorf("%d: %s %q %s, want Client %q %s", i, s.Kind, s.Name, s.Status, name, status)
		}
		a.check(t, s)
		if i < len(spans)-6 || i == len(spans)-1 {
			if s.ParentID != "" {
				t.Errorf("%d %s has the parent %s", i, s.Name, s.ParentID)
			}
		} else if parent := ids[s.ParentID]; parent.Kind != "Server" {
			t.Errorf("%d %s: its parent is %s %s, want the request", i, s.Name, parent.Kind, parent.Name)
		}
	}
}

// placeholders writes a text with the parameters of the system.
func placeholders(system, text string) string {
	if system != "postgresql" {
		return strings.ReplaceAll(text, "$", "?")
	}
	parts := strings.Split(text, "$")
	for i := 1; i < len(parts); i++ {
		parts[i] = "$" + strconv.Itoa(i) + parts[i]
	}
	return strings.Join(parts, "")
}
