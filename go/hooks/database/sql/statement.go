package sql

import (
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	maxText    = 8 << 10 // bytes of db.query.text
	maxSummary = 255     // bytes of db.query.summary, as the conventions have it
)

// query is what is known of a query's text.
type query struct {
	text      string // without literals
	summary   string // its operations and their targets: "SELECT users"
	procedure string // of CALL and EXEC
}

// analyze reads a query.
func analyze(in string, d *dialect) query {
	a := analyzer{lexer: lexer{in: in, dialect: d}}
	a.frames = append(a.room[:0], frame{starts: true})
	a.out.Grow(min(len(in), maxText) + 8)
	for {
		k := a.next()
		if k == end || !a.write(k) {
			break
		}
	}
	if f := &a.frames[len(a.frames)-1]; f.within {
		a.endTarget(f)
	}
	return query{strings.TrimRight(a.out.String(), " "), a.summary.String(), a.procedure}
}

// analyzer writes a query's text without its literals, and its summary.
type analyzer struct {
	lexer
	out       strings.Builder
	summary   strings.Builder
	procedure string

	inAt, inList int    // where the list after IN is in out, and what is in it
	last         string // the word before, in capitals; "" if something else stands there
	secret       bool   // a password is next: IDENTIFIED BY tiger

	frames []frame // one for each open parenthesis
	room   [8]frame
	ctes   []string // names from WITH
	target strings.Builder
	full   bool // the summary
}

// frame is what is known within a pair of parentheses.
type frame struct {
	starts  bool // a statement may begin here
	query   bool // has had its SELECT, DELETE, ...: FROM is followed by tables
	from    bool // in its list of tables
	expects bool // a table, or what else the operation is about
	with    bool // in its WITH
	named   bool // the name of a WITH query may stand here
	call    bool // what is expected is a procedure
	within  bool // in the name of a table: a dot may follow
	dot     bool // a dot was there
}

// write takes the token. It is false if nothing more is of interest.
func (a *analyzer) write(k kind) bool {
	if k == space {
		if n := a.out.Len(); n > 0 && a.out.String()[n-1] != ' ' {
			a.out.WriteByte(' ')
		}
		return true
	}
	text := a.text()
	f := &a.frames[len(a.frames)-1]
	if k == doubled {
		// A literal cannot stand where a table must.
		if f.expects || f.dot {
			k = name
		} else {
			k = literal
		}
	}
	secret := a.secret
	a.secret = false
	a.follow(k, text)
	switch {
	case k == literal || k == unknown || secret && (k == word || k == name):
		a.out.WriteByte('?')
	default:
		a.out.WriteString(text)
	}
	a.list(k, text)
	if k != word {
		a.last = ""
	}
	if a.out.Len() > maxText {
		a.out.WriteString("...")
		return false
	}
	return k != unknown
}

// list makes one of all lists IN (?, ?, ...).
func (a *analyzer) list(k kind, text string) {
	switch {
	case a.inList == 0 && text == "(" && a.last == "IN":
		a.inAt, a.inList = a.out.Len(), 1
	case a.inList == 0:
	case k == literal || k == param:
		a.inList++
	case text == ",":
	case text == ")" && a.inList > 2:
		head := a.out.String()[:a.inAt]
		a.out.Reset()
		a.out.WriteString(head + "?)")
		a.inList = 0
	default:
		a.inList = 0
	}
}

// follow keeps the summary.
func (a *analyzer) follow(k kind, text string) {
	f := &a.frames[len(a.frames)-1]
	if f.within && a.qualified(f, k, text) {
		return
	}
	switch {
	case k == word:
		a.word(f, text)
	case k == name && f.named:
		f.named = false
		a.ctes = append(a.ctes, text)
	case k == name && f.expects:
		a.begin(f, text)
	case text == "(":
		a.open(f)
	case text == ")":
		if len(a.frames) > 1 {
			a.frames = a.frames[:len(a.frames)-1]
			f = &a.frames[len(a.frames)-1]
			f.starts = f.with
		}
	case text == ",":
		f.expects = f.from
		f.named = f.with
		f.starts = false
	case text == ";":
		a.frames = append(a.frames[:0], frame{starts: true})
	default:
		f.starts, f.expects = false, false
	}
}

// open begins what is in parentheses: a query, tables that are joined, or
// something else.
func (a *analyzer) open(f *frame) {
	inner := frame{starts: true, expects: f.expects && !f.call, from: f.expects && !f.call}
	f.expects, f.starts = false, false
	if len(a.frames) < 100 {
		a.frames = append(a.frames, inner)
	}
}

// begin begins the name of a table.
func (a *analyzer) begin(f *frame, text string) {
	a.target.Reset()
	a.target.WriteString(text)
	f.within, f.dot, f.expects, f.starts = true, false, false, false
}

// qualified takes what belongs to the name of a table, and is false at what does
// not.
func (a *analyzer) qualified(f *frame, k kind, text string) bool {
	switch {
	case text == ".":
		f.dot = true
	case f.dot && (k == word || k == name):
		f.dot = false
	default:
		f.within, f.dot = false, false
		if text != "(" || f.call || !f.from {
			a.endTarget(f)
		}
		return false
	}
	a.target.WriteString(text)
	return true
}

// endTarget adds the table or procedure whose name has ended.
func (a *analyzer) endTarget(f *frame) {
	t := a.target.String()
	if f.call {
		f.call = false
		a.procedure = t
	}
	for _, cte := range a.ctes {
		if strings.EqualFold(cte, t) {
			return
		}
	}
	a.add(t)
}

// add adds a word to the summary, if there is room.
func (a *analyzer) add(text string) {
	n := a.summary.Len()
	if a.full || n+1+len(text) > maxSummary {
		a.full = true
		return
	}
	if n > 0 {
		a.summary.WriteByte(' ')
	}
	a.summary.WriteString(text)
}

func (a *analyzer) word(f *frame, text string) {
	k := keywordOf(text)
	upper, role := k.name, k.role
	before := a.last
	a.last = upper
	a.secret = before == "IDENTIFIED" && upper == "BY"
	if f.named && role != modifier {
		f.named = false
		a.ctes = append(a.ctes, text)
		return
	}
	if f.starts && a.starts(f, role, upper, text) {
		return
	}
	f.starts = false
	switch {
	case upper == "SELECT":
		f.query, f.from, f.expects, f.with = true, false, false, false
		a.add(text)
	case upper == "FROM":
		f.from = (f.query || f.from) && before != "DISTINCT"
		f.expects = f.from
	case upper == "JOIN":
		f.expects = f.query || f.from
	case role == object && f.expects:
		a.add(text)
	case f.expects && (role == modifier || before == "OR"):
	case role == clause:
		f.from, f.expects = false, false
	case f.expects && text[0] != '@':
		a.begin(f, text)
	}
}

// starts takes a word with which a statement may begin.
func (a *analyzer) starts(f *frame, r role, upper, text string) bool {
	if len(a.frames) > 1 && r != with && !nests(upper) {
		return false // a function, or a column
	}
	switch r {
	case with:
		f.with, f.named = true, true
		f.starts = false
		return true
	case manipulation: // INSERT INTO t
		f.query, f.expects, f.with = true, true, false
	case definition: // CREATE TABLE t
		f.expects, f.with = true, false
	case deletion:
		f.query, f.with = true, false
	case calling:
		f.expects, f.call = true, true
	case explaining:
		a.add(text)
		return true
	case simple:
	case clause:
		if upper != "SET" {
			return false
		}
	default:
		return upper == "ANALYZE" || upper == "VERBOSE" || r == modifier && a.summary.Len() > 0
	}
	f.starts = false
	a.add(text)
	return true
}

// role is what a keyword does.
type role uint8

const (
	other        role = iota
	with              // begins the queries of a statement
	manipulation      // is followed by a table
	deletion          // is followed by FROM
	definition        // is followed by a kind of object and its name
	calling           // is followed by a procedure
	explaining        // is followed by a statement
	simple            // is the operation, and says all
	clause            // ends a list of tables
	modifier          // may stand before a name
	object            // is a kind of object
)

// keyword is a word that means something in a statement, in capitals.
type keyword struct {
	name string
	role role
}

// keywords are sorted. (Maps of them were 25 KB that a program with database/sql made at its start, and kept.)
var keywords = [...]keyword{
	{"ABORT", simple}, {"ALTER", definition}, {"ANALYZE", modifier}, {"ATTACH", simple}, {"BEGIN", simple}, {"BY", other}, {"CALL", calling},
	{"CLOSE", simple}, {"CLUSTERED", modifier}, {"COLLATION", object}, {"COMMIT", simple}, {"CONCURRENTLY", modifier}, {"CONNECT", clause},
	{"COPY", simple}, {"CREATE", definition}, {"DATABASE", object}, {"DEALLOCATE", simple}, {"DECLARE", simple}, {"DEFINER", modifier},
	{"DELAYED", modifier}, {"DELETE", deletion}, {"DESCRIBE", simple}, {"DETACH", simple}, {"DICTIONARY", object}, {"DISTINCT", other},
	{"DO", simple}, {"DOMAIN", object}, {"DROP", definition}, {"END", simple}, {"EXCEPT", clause}, {"EXEC", calling}, {"EXECUTE", simple},
	{"EXISTS", modifier}, {"EXPLAIN", explaining}, {"EXTENSION", object}, {"EXTERNAL", modifier}, {"FETCH", simple}, {"FOR", clause},
	{"FOREIGN", modifier}, {"FROM", other}, {"FULLTEXT", modifier}, {"FUNCTION", object}, {"GLOBAL", modifier}, {"GRANT", simple},
	{"GROUP", clause}, {"HAVING", clause}, {"HIGH_PRIORITY", modifier}, {"IDENTIFIED", other}, {"IF", modifier}, {"IGNORE", modifier},
	{"IN", other}, {"INDEX", object}, {"INSERT", manipulation}, {"INTERSECT", clause}, {"INTO", modifier}, {"JOIN", other}, {"KILL", simple},
	{"LATERAL", modifier}, {"LIMIT", clause}, {"LISTEN", simple}, {"LOCAL", modifier}, {"LOCK", simple}, {"LOW_PRIORITY", modifier},
	{"MATERIALIZED", modifier}, {"MERGE", manipulation}, {"NONCLUSTERED", modifier}, {"NOT", modifier}, {"NOTIFY", simple}, {"OFFSET", clause},
	{"ON", clause}, {"ONLY", modifier}, {"OPTIMIZE", simple}, {"OR", modifier}, {"ORDER", clause}, {"OUTPUT", clause}, {"OVERWRITE", modifier},
	{"PRAGMA", simple}, {"PREPARE", simple}, {"PREWHERE", clause}, {"PROCEDURE", object}, {"QUALIFY", clause}, {"QUICK", modifier},
	{"RECURSIVE", modifier}, {"REFRESH", simple}, {"REINDEX", simple}, {"RELEASE", simple}, {"REPLACE", manipulation}, {"RETURNING", clause},
	{"REVOKE", simple}, {"ROLLBACK", simple}, {"SAVEPOINT", simple}, {"SCHEMA", object}, {"SELECT", other}, {"SEQUENCE", object},
	{"SET", clause}, {"SHOW", simple}, {"START", simple}, {"TABLE", object}, {"TEMP", modifier}, {"TEMPORARY", modifier}, {"TOP", modifier},
	{"TRIGGER", object}, {"TRUNCATE", manipulation}, {"TYPE", object}, {"UNION", clause}, {"UNIQUE", modifier}, {"UNLISTEN", simple},
	{"UNLOCK", simple}, {"UNLOGGED", modifier}, {"UPDATE", manipulation}, {"UPSERT", manipulation}, {"USE", simple}, {"USING", clause},
	{"VACUUM", simple}, {"VALUES", clause}, {"VERBOSE", modifier}, {"VIEW", object}, {"WHERE", clause}, {"WINDOW", clause}, {"WITH", with},
}

// nests says whether an operation may stand in parentheses.
func nests(operation string) bool {
	switch operation {
	case "INSERT", "UPDATE", "DELETE", "MERGE":
		return true
	}
	return false
}

// keywordOf returns the keyword that a word is, in small letters or in capitals, else none.
func keywordOf(text string) (none keyword) {
	i, found := sort.Find(len(keywords), func(i int) int { return compareCapitals(text, keywords[i].name) })
	if !found {
		return none
	}
	return keywords[i]
}

// compareCapitals is strings.Compare for a text as it is in capitals.
func compareCapitals(text, name string) int {
	for i := range min(len(text), len(name)) {
		c := text[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != name[i] {
			return int(c) - int(name[i])
		}
	}
	return len(text) - len(name)
}

// cache remembers what is known of the queries that a program asks, the latest at
// least. It holds up to twice maxCached.
type cache[T any] struct {
	near        [8]atomic.Pointer[cached[T]] // the first ones, by their lengths
	mu          sync.RWMutex
	now, before map[string]T
}

type cached[T any] struct {
	query string
	value T
}

const (
	maxCached      = 512
	maxCachedQuery = 4 << 10 // bytes; longer ones are hardly asked twice
)

// noted returns what is known of the query if it is one of the first.
func (c *cache[T]) noted(query string) (v T, ok bool) {
	if n := c.near[len(query)&7].Load(); n != nil && n.query == query {
		return n.value, true
	}
	return v, false
}

// get returns what is remembered for the query, made if it is not.
func (c *cache[T]) get(query string, make func(query string) T) T {
	if v, ok := c.noted(query); ok {
		return v
	}
	v := c.find(query, make)
	if near := &c.near[len(query)&7]; near.Load() == nil && len(query) <= maxCachedQuery {
		near.Store(&cached[T]{strings.Clone(query), v})
	}
	return v
}

// find is get, among all that are remembered.
//
//go:noinline
func (c *cache[T]) find(query string, make func(query string) T) T {
	c.mu.RLock()
	v, ok := c.now[query]
	c.mu.RUnlock()
	if ok {
		return v
	}
	if len(query) > maxCachedQuery {
		return make(query)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok = c.now[query]; ok {
		return v
	}
	if v, ok = c.before[query]; !ok {
		query = strings.Clone(query)
		v = make(query)
	}
	if c.now == nil || len(c.now) >= maxCached {
		c.now, c.before = map[string]T{}, c.now
	}
	c.now[query] = v
	return v
}
