package sql

import (
	"fmt"
	"strings"
	"testing"
)

func TestDSN(t *testing.T) {
	for _, tt := range []struct{ driver, dsn, want string }{
		{"postgres", "postgres://u:p@db.example.com:5433/shop?sslmode=disable", "postgresql shop db.example.com 5433"},
		{"postgres", "postgresql://db/shop", "postgresql shop db 5432"},
		{"postgres", "postgres://u:p@[::1]:5433/shop?search_path=app,public", "postgresql shop|app ::1 5433"},
		{"postgres", "postgres:///shop?host=/run/postgresql", "postgresql shop /run/postgresql 0"},
		{"postgres", "postgres:///shop", "postgresql shop  0"},
		{"postgres", "postgres://u:p@/shop?host=a,b", "postgresql shop  0"},
		{"postgres", "postgres:///w@db/shop", "postgresql   0"},
		{"pgx", "postgres://u:p@a:1,b:2/shop", "postgresql shop  0"},
		{"pgx", "user=u password='p w' host=db port=5433 dbname=shop", "postgresql shop db 5433"},
		{"pgx", "host=/run/postgresql dbname = 'my shop'", "postgresql my shop /run/postgresql 0"},
		{"pgx", "host=a,b port=1,2 dbname=shop", "postgresql shop  0"},
		{"pgx", `password=it\'s\ me host=db`, "postgresql  db 5432"},
		{"pgx", "password=p w host=db", "postgresql   0"},
		{"pgx", "password='p host=db", "postgresql   0"},
		{"postgres", "postgres://u:p/w@db/shop", "postgresql   0"},
		{"postgres", "postgres://u:1/w@db/shop", "postgresql   0"},
		{"postgres", "postgres://u:1?w@db/shop", "postgresql   0"},
		{"mysql", "u:p@tcp(db:3307)/shop?parseTime=true", "mysql shop db 3307"},
		{"mysql", "u:p@/w:@@tcp([::1]:3306)/shop", "mysql shop ::1 3306"},
		{"mysql", "u:p@unix(/tmp/my.sock)/shop", "mysql shop /tmp/my.sock 0"},
		{"mysql", "u@/", "mysql  127.0.0.1 3306"},
		{"mysql", "/shop", "mysql shop 127.0.0.1 3306"},
		{"mysql", "u:p@tcp/shop", "mysql shop 127.0.0.1 3306"},
		{"mysql", "u:p/w", "mysql   0"},
		{"mysql", "u:p@a/w@b", "mysql   0"},
		{"sqlite3", "file:shop.db?_auth_pass=p", "sqlite shop.db  0"},
		{"sqlite", ":memory:", "sqlite :memory:  0"},
		{"sqlserver", "sqlserver://u:p@db:1434?database=shop", "microsoft.sql_server shop db 1434"},
		{"sqlserver", "sqlserver://u:p@db/inst?database=shop", "microsoft.sql_server inst|shop db 1433"},
		{"sqlserver", `server=tcp:db\inst,1434;user id=u;password={p;"w};database=shop`, "microsoft.sql_server inst|shop db 1434"},
		{"sqlserver", `odbc:server=db;pwd={p}};database=evil};initial catalog=shop`, "microsoft.sql_server shop db 1433"},
		{"sqlserver", `server=db;password={p`, "microsoft.sql_server   0"},
		{"oracle", "oracle://u:p@db:1522/orcl", "oracle.db orcl db 1522"},
		{"oracle", "oracle://u:p@db/?SID=x", "oracle.db x db 1521"},
		{"godror", `user="u" password="p" connectString="db:1522/orcl"`, "oracle.db orcl db 1522"},
		{"godror", "u/p@db:1522/orcl:pooled", "oracle.db orcl db 1522"},
		{"godror", "u/p", "oracle.db   0"},
		{"godror", "u/p@tns", "oracle.db   0"},
		{"clickhouse", "clickhouse://u:p@db:9001/shop", "clickhouse shop db 9001"},
		{"clickhouse", "tcp://db?database=shop&password=p", "clickhouse shop db 9000"},
		{"clickhouse", "clickhouse://a,b/shop", "clickhouse shop  0"},
		{"postgres", "postgres://db:5433/shop", "postgresql shop db 5433"},
		{"postgres", "postgres://u:p%2Fw%40@db/shop", "postgresql shop db 5432"},
		{"postgres", "postgres://u@/shop?host=db&port=5433", "postgresql shop db 5433"},
		{"postgres", "dbname=shop sslmode=disable", "postgresql shop  0"},
		{"pgx", "", "postgresql   0"},
		{"pgx", "host=::1 port=5433 dbname=shop", "postgresql shop ::1 5433"},
		{"pgx", "host=db hostaddr=10.0.0.1 dbname=shop options='-c search_path=app'", "postgresql shop db 5432"},
		{"mysql", "u:p@tcp(db)/shop", "mysql shop db 3306"},
		{"mysql", "u:p@tcp(db:3306)/", "mysql  db 3306"},
		{"mysql", "u:p:q@tcp(db:3306)/shop", "mysql shop db 3306"},
		{"mysql", "u:p@cloud(project:region:db)/shop", "mysql shop project:region:db 0"},
		{"sqlite3", "shop.db", "sqlite shop.db  0"},
		{"sqlite3", "file::memory:?cache=shared", "sqlite :memory:  0"},
		{"sqlite", "file:/data/shop.db?mode=ro&_pragma=key('p')", "sqlite /data/shop.db  0"},
		{"sqlite", "/data/shop.db?_pragma=busy_timeout(5000)", "sqlite /data/shop.db  0"},
		{"sqlite", `C:\data\shop.db`, `sqlite C:\data\shop.db  0`},
		{"sqlite3", "u:p@tcp(db:3306)/shop", "sqlite   0"},
		{"sqlite3", "u:p", "sqlite   0"},
		{"sqlite3", "password=p", "sqlite   0"},
		{"mssql", "sqlserver://u:p@db", "microsoft.sql_server  db 1433"},
		{"azuresql", "sqlserver://db.example?database=shop&fedauth=ActiveDirectoryPassword&password=p", "microsoft.sql_server shop db.example 1433"},
		{"sqlserver", "server=db;port=1434;user id=u;password=p;database=shop", "microsoft.sql_server shop db 1434"},
		{"sqlserver", "odbc:server={db};database={shop}", "microsoft.sql_server shop db 1433"},
		{"godror", `user=u password=p connectString="(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1522)))"`, "oracle.db   0"},
		{"clickhouse", "http://u:p@db:8123/shop", "clickhouse shop db 8123"},
		{"clickhouse", "clickhouse://db", "clickhouse  db 9000"},
		{"none", "postgres://u:p@db/shop", "other_sql   0"},
	} {
		i := info{place: place{system: "other_sql"}}
		i.named(tt.driver)
		i.read(tt.dsn)
		if got := fmt.Sprint(i.system, " ", i.namespace, " ", i.address, " ", i.port); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.driver, tt.dsn, got, tt.want)
		}
	}
}

// No password comes out of a data source name that its driver would take: the
// password is written as that driver's format has it. And none of any other does.
func FuzzDSN(f *testing.F) {
	const secret = "S3CR3T"
	for _, s := range []string{"", "@", "/", ":", "?", "'", `\`, " ", ";", "{", "}", `"`, "=", "%", "(", ")", "#", "://", "@tcp(", "&database="} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		p := a + secret + b
		kv := "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(p) + "'"
		braces := "{" + strings.ReplaceAll(p, "}", "}}") + "}"
		for _, tt := range [][2]string{
			{"postgres", "host=db password=" + kv + " dbname=shop"},
			{"postgres", "postgres://u:" + p + "@db:5432/shop"},
			{"mysql", "u:" + p + "@tcp(db:3306)/shop"},
			{"mysql", "u:" + p + "@/shop"},
			{"sqlserver", "server=db;password=" + braces + ";database=shop"},
			{"sqlserver", "sqlserver://u:" + p + "@db?database=shop"},
			{"oracle", "oracle://u:" + p + "@db:1521/orcl"},
			{"godror", "u/" + p + "@db:1521/orcl"},
			{"clickhouse", "clickhouse://u:" + p + "@db:9000/shop"},
			{"sqlite", "file:shop.db?_pragma=key(" + p + ")"},
		} {
			i := info{}
			i.named(tt[0])
			i.read(tt[1])
			if strings.Contains(i.namespace+i.address+i.poolName(), secret) {
				t.Errorf("%s %q: %+v", tt[0], tt[1], i.place)
			}
		}
	})
}
