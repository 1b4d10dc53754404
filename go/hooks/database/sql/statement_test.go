package sql

import (
	"fmt"
	"strings"
	"testing"
)

func TestAnalyze(t *testing.T) {
	for _, tt := range []struct {
		d                 *dialect
		in, text, summary string // text "": as it came
	}{
		// Operations and their targets.
		{&postgres, "SELECT 1", "SELECT ?", "SELECT"},
		{&postgres, "SELECT * FROM users", "", "SELECT users"},
		{&postgres, "select id from public.users u where id = $1", "", "select public.users"},
		{&postgres, "SELECT * FROM songs s, artists AS a, genres WHERE s.a = a.id", "", "SELECT songs artists genres"},
		{&postgres, "SELECT * FROM songs JOIN artists ON songs.a = artists.id LEFT OUTER JOIN genres USING (g)", "", "SELECT songs artists genres"},
		{&postgres, "SELECT * FROM (a JOIN b ON a.x = b.x), c", "", "SELECT a b c"},
		{&postgres, "SELECT d FROM (SELECT * FROM orders o JOIN customers c ON o.c = c.id) q", "", "SELECT SELECT orders customers"},
		{&postgres, "SELECT a FROM t UNION ALL SELECT b FROM u ORDER BY 1", "SELECT a FROM t UNION ALL SELECT b FROM u ORDER BY ?", "SELECT t SELECT u"},
		{&postgres, "SELECT * FROM t WHERE x IN (SELECT y FROM u)", "", "SELECT t SELECT u"},
		{&postgres, "SELECT EXTRACT(YEAR FROM d), trim(BOTH FROM n) FROM t WHERE a IS DISTINCT FROM b", "", "SELECT t"},
		{&postgres, "SELECT * FROM generate_series(1, 5) g, t", "SELECT * FROM generate_series(?, ?) g, t", "SELECT t"},
		{&postgres, "SELECT * FROM ONLY t, LATERAL (SELECT 1) x", "SELECT * FROM ONLY t, LATERAL (SELECT ?) x", "SELECT t SELECT"},
		{&postgres, "INSERT INTO shipping (a, b) SELECT x, y FROM orders", "", "INSERT shipping SELECT orders"},
		{&postgres, "INSERT INTO t(end, type, replace) VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET a = 1", "INSERT INTO t(end, type, replace) VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET a = ?", "INSERT t"},
		{&postgres, "UPDATE t SET a = b FROM u WHERE t.id = u.id", "", "UPDATE t u"},
		{&postgres, "DELETE FROM t USING u WHERE a = 'x'", "DELETE FROM t USING u WHERE a = ?", "DELETE t"},
		{&postgres, "WITH x AS (SELECT a FROM t), y (b) AS (SELECT 1) SELECT * FROM x, y, z", "WITH x AS (SELECT a FROM t), y (b) AS (SELECT ?) SELECT * FROM x, y, z", "SELECT t SELECT SELECT z"},
		{&postgres, "WITH RECURSIVE x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x", "", "DELETE t INSERT u SELECT"},
		{&postgres, "SELECT 1; DELETE FROM t", "SELECT ?; DELETE FROM t", "SELECT DELETE t"},
		{&postgres, "EXPLAIN ANALYZE SELECT * FROM t", "", "EXPLAIN SELECT t"},
		{&postgres, "CREATE TABLE IF NOT EXISTS a.t (id int primary key, n varchar(20) default 'x')", "CREATE TABLE IF NOT EXISTS a.t (id int primary key, n varchar(?) default ?)", "CREATE TABLE a.t"},
		{&postgres, "create or replace view v as select * from t", "", "create view v select t"},
		{&postgres, "DROP TABLE t", "", "DROP TABLE t"},
		{&postgres, "SELECT * FROM t FOR UPDATE", "", "SELECT t"},
		{&postgres, "BEGIN", "", "BEGIN"},
		{&postgres, "SET search_path TO 'x'", "SET search_path TO ?", "SET"},
		{&postgres, "frobnicate the users", "", ""},
		{&mysql, "REPLACE INTO t SET a = 1", "REPLACE INTO t SET a = ?", "REPLACE t"},
		{&mysql, "INSERT IGNORE t VALUES (1)", "INSERT IGNORE t VALUES (?)", "INSERT t"},
		{&mysql, "SELECT * FROM `my db`.`t`", "", "SELECT `my db`.`t`"},
		{&mysql, `SELECT "x" FROM t`, "SELECT ? FROM t", "SELECT t"},
		{&mysql, "CALL db.p(1, @a)", "CALL db.p(?, @a)", "CALL db.p"},
		{&sqlServer, "EXEC dbo.p @x = 1", "EXEC dbo.p @x = ?", "EXEC dbo.p"},
		{&sqlServer, "SELECT TOP 5 * FROM [dbo].[my t] WITH (NOLOCK)", "SELECT TOP ? * FROM [dbo].[my t] WITH (NOLOCK)", "SELECT [dbo].[my t]"},
		{&sqlServer, "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1;", "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = ?;", "MERGE t"},
		{&sqlite, "INSERT OR REPLACE INTO t VALUES (?1, :a, @b, $c)", "", "INSERT t"},
		{&sqlite, `SELECT "a" FROM "t" WHERE b = "secret"`, `SELECT ? FROM "t" WHERE b = ?`, `SELECT "t"`},
		{&oracle, "SELECT * FROM t WHERE a = :1 AND b = :name", "", "SELECT t"},
		{&oracle, "CREATE USER u IDENTIFIED BY tiger", "CREATE USER u IDENTIFIED BY ?", "CREATE USER"},
		{&anySQL, "SELECT a FROM `t` WHERE b = 'x' AND c = 1", "SELECT a FROM `t` WHERE b = ? AND c = ?", "SELECT `t`"},

		// Literals.
		{&postgres, "a -5 .5 1e-10 0xFF 1_000 5.e3 x1 1.5", "a -? ? ? ? ? ? x1 ?", ""},
		{&postgres, `'it''s' E'a\'b' e'\\' N'x' B'01' x'ff' U&'x' date'2020-01-01'`, "? ? ? ? ? ? U&? date?", ""},
		{&postgres, "$$it's$$ $tag$ $$ $tag$ $1 a$b$c", "? ? $1 a$b$c", ""},
		{&postgres, "a::text[1:2] :name", "a::text[?:?] :name", ""},
		{&postgres, "a = 'x\ty'", "a = ?", ""},
		{&postgres, "a IN (1, 2, 3) AND b in ('a') AND c IN ($1,$2)", "a IN (?) AND b in (?) AND c IN (?)", ""},
		{&postgres, "a IN (1, b)", "a IN (?, b)", ""},
		{&mysql, "0x41 _utf8'x' 5--1", "? _utf8? ?--?", ""},
		{&oracle, "q'[it's]' nq'{a}' q'xabcx' Q'(')'", "? ? ? ?", ""},
		{&clickHouse, `'a\'b' {x:String}`, "? {x:String}", ""},

		// Comments and white space.
		{&postgres, "  SELECT\n\t1 -- it's\n + /* a /* b */ ' */ 2  ", "SELECT ? + ?", "SELECT"},
		{&mysql, "SELECT 1 # it's\n, 2 -- it's", "SELECT ? , ?", "SELECT"},
		{&postgres, "a # b #> '{x}'", "a # b #> ?", ""},
		{&mysql, "SELECT a/* it's */FROM t", "SELECT a FROM t", "SELECT t"},

		// What can be read in two ways, or has no end, is not shown.
		{&postgres, `SELECT 'C:\' AND x = 'secret'`, "SELECT ?", "SELECT"},
		{&mysql, `SELECT * FROM t WHERE a = 'it\'s' AND b = 1`, "SELECT * FROM t WHERE a = ?", "SELECT t"},
		{&postgres, "SELECT 'secret", "SELECT ?", "SELECT"},
		{&postgres, `SELECT "secret`, "SELECT ?", "SELECT"},
		{&postgres, "SELECT $a$secret", "SELECT ?", "SELECT"},
		{&mysql, "SELECT `secret", "SELECT ?", "SELECT"},
		{&mysql, "SELECT 1 /*!50000 'x*/' */", "SELECT ? ?", "SELECT"},
		{&sqlite, "SELECT [secret", "SELECT ?", "SELECT"},
		{&anySQL, "SELECT $$secret$$", "SELECT ?", "SELECT"},
		{&anySQL, "SELECT q'[it's secret]'", "SELECT ?", "SELECT"},
		{&anySQL, "SELECT 1 # 'secret'", "SELECT ? ?", "SELECT"},
		{&anySQL, "SELECT 5--'secret'\n'", "SELECT ??", "SELECT"},
		{&anySQL, "/* a /* secret */ it's */ x", "?", ""},
		{&anySQL, "SELECT '''it's secret'''", "SELECT ?", "SELECT"},
		{&anySQL, `SELECT r'\' OR 'secret'`, "SELECT ?", "SELECT"},
		{&postgres, "", "", ""},
		{&postgres, `'\`, "?", ""},
	} {
		got := analyze(tt.in, tt.d)
		want := tt.text
		if want == "" {
			want = tt.in
		}
		if got.text != want || got.summary != tt.summary {
			t.Errorf("%s\n\ttext    %q, want\n\t        %q\n\tsummary %q, want\n\t        %q", tt.in, got.text, want, got.summary, tt.summary)
		}
	}
}

func TestAnalyzeLimits(t *testing.T) {
	long := "SELECT a FROM t WHERE b = 'secret'" + strings.Repeat(" AND b = 'secret'", 5000)
	if got := analyze(long, &postgres); len(got.text) > maxText+10 || !strings.HasSuffix(got.text, "...") {
		t.Errorf("%d bytes: %q", len(got.text), got.text[len(got.text)-20:])
	}
	var tables []string
	for i := range 100 {
		tables = append(tables, fmt.Sprintf("table%d", i))
	}
	got := analyze("SELECT * FROM "+strings.Join(tables, ", "), &postgres)
	if n := len(got.summary); n > maxSummary || n < maxSummary-10 || !strings.HasSuffix(got.summary, "table31") {
		t.Errorf("%d bytes: %s", n, got.summary)
	}
	analyze(strings.Repeat("(", 100000)+strings.Repeat(")", 100000), &postgres)
}

// Keywords are sorted, and found in capitals, in small letters and mixed.
func TestKeywords(t *testing.T) {
	for i, k := range keywords {
		if strings.ToUpper(k.name) != k.name || i > 0 && keywords[i-1].name >= k.name {
			t.Error(k)
		}
		for _, text := range []string{k.name, strings.ToLower(k.name), strings.ToLower(k.name[:1]) + k.name[1:]} {
			if got := keywordOf(text); got != k {
				t.Errorf("%s: %v", text, got)
			}
		}
	}
	for _, text := range []string{"users", "", "A", "select1", "selec", "ZZZ", "\xff"} {
		if got := keywordOf(text); got != (keyword{}) {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestCache(t *testing.T) {
	var c cache[*int]
	made := 0
	get := func(q string) *int { return c.get(q, func(string) *int { made++; return new(int) }) }
	first := get("first")
	for i := range 10 * maxCached {
		get(fmt.Sprint(i))
		if get("first") != first {
			t.Fatal("what is asked for again and again is forgotten")
		}
	}
	if made != 1+10*maxCached {
		t.Errorf("made %d", made)
	}
	if n := len(c.now) + len(c.before); n > 2*maxCached {
		t.Errorf("%d are kept", n)
	}
	long := strings.Repeat("x", maxCachedQuery+1)
	one := get(long)
	if two := get(long); one == two {
		t.Error("a long query is kept")
	}
}

var dialects = map[string]*dialect{
	"postgres": &postgres, "mysql": &mysql, "sqlite": &sqlite, "sqlServer": &sqlServer, "oracle": &oracle, "clickHouse": &clickHouse, "anySQL": &anySQL,
}

// Whatever comes in: it ends, each byte is in one token, and what is shown stays
// the same when it is read again.
func FuzzAnalyze(f *testing.F) {
	for _, s := range []string{
		"SELECT * FROM t WHERE a = 'x' AND b IN (1, 2) -- c", `q'[x]' E'\'' "a" [b] $t$x$t$ /* /* */ */ # x`, "WITH x AS (SELECT 1) INSERT INTO t(a) SELECT * FROM x;", "CREATE USER u IDENTIFIED BY p", "'\\", "$", "@", ":", "/*", "0x1e+5",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for name, d := range dialects {
			l := lexer{in: in, dialect: d}
			for at := 0; ; at = l.at {
				k := l.next()
				if l.from != at || l.at < at || l.at == at && k != end || l.at > len(in) {
					t.Fatalf("%s: %q: token %d from %d to %d", name, in, k, l.from, l.at)
				}
				if k == end {
					break
				}
			}
			once := analyze(in, d)
			if len(once.text) > maxText+len(in) || len(once.summary) > maxSummary {
				t.Errorf("%s: %q: too long", name, in)
			}
		}
	})
}

// Every way to write a literal that a dialect has: none of it is shown, wherever it
// stands and whatever is in it.
func FuzzSecrets(f *testing.F) {
	for _, s := range []string{"", "'", `\`, `"`, "$$", "*/", "--", "\n", "#", "`", "]", "''", `\'`, "it's", "{}", "E", "1"} {
		f.Add(s, s)
	}
	double := func(q string) func(string) string {
		return func(s string) string { return q + strings.ReplaceAll(s, q, q+q) + q }
	}
	escaped := func(open, shut string) func(string) string {
		return func(s string) string {
			return open + strings.NewReplacer(`\`, `\\`, "'", `\'`, `"`, `\"`).Replace(s) + shut
		}
	}
	dollars := func(s string) string {
		tag := "$tag$"
		if strings.Contains(s+tag, tag) && strings.Contains(s, "$tag") {
			tag = "$other$"
		}
		if strings.Contains(s, tag[:len(tag)-1]) || strings.HasSuffix(s, "$") {
			return "''"
		}
		return tag + s + tag
	}
	ways := map[*dialect][]func(string) string{
		&postgres:   {double("'"), escaped("E'", "'"), dollars},
		&mysql:      {double("'"), double(`"`), escaped("'", "'"), escaped(`"`, `"`)}, // both settings of the server
		&sqlite:     {double("'"), double(`"`)},
		&sqlServer:  {double("'"), func(s string) string { return "N" + double("'")(s) }},
		&oracle:     {double("'"), func(s string) string { return "q'[" + strings.ReplaceAll(s, "]'", "") + "]'" }},
		&clickHouse: {escaped("'", "'")},
		&anySQL:     {double("'"), double(`"`), escaped("'", "'"), escaped(`"`, `"`), escaped("E'", "'"), dollars, escaped("r'", "'")},
	}
	const secret = "S3CR3T"
	f.Fuzz(func(t *testing.T, a, b string) {
		for d, literals := range ways {
			for i, one := range literals {
				for _, two := range literals {
					in := "SELECT a FROM t WHERE b = " + one(a+secret+b) + " AND c IN (" + two(b+secret+a) + ", 7)"
					got := analyze(in, d)
					if strings.Contains(got.text+got.summary+got.procedure, secret) {
						t.Errorf("dialect %+v, literal %d:\n%q\n%q %q", *d, i, in, got.text, got.summary)
					}
				}
			}
		}
	})
}
