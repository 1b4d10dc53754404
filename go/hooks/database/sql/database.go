package sql

import (
	"database/sql"
	"database/sql/driver"
	"net"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// database is what is known of a sql.DB, and the operations that it has done.
type database struct {
	info
	db *sql.DB

	once       sync.Once
	operations [opCount]operation
	statements cache[*statement]
}

// place is where a database is, as far as its driver and its data source name
// tell. It never holds a user's name or a password.
type place struct {
	system    string
	namespace string
	address   string
	port      int
}

// op is an operation that has no query.
type op int

const (
	opBegin op = iota
	opCommit
	opRollback
	opPing
	opCount
)

var opNames = [opCount]string{"BEGIN", "COMMIT", "ROLLBACK", "PING"}

// operation is all of a span that is known before it begins.
type operation struct {
	name    string
	attrs   []attribute.KeyValue
	key     metricKey
	set     atomic.Pointer[hook.Set] // of key
	nothing bool                     // if it fails as the transaction is done, it did nothing
}

// statement is a query's text and what is asked for with it.
type statement struct {
	query
	run     operation
	prepare operation
}

// databases are those that were opened and not closed: *sql.DB to *database.
var databases sync.Map

// firstOpened is the first of them: most programs have no other.
var firstOpened atomic.Pointer[database]

// databaseOf returns what is known of db, nil of nil. It is for others than firstOpened.
//
//go:noinline
func databaseOf(db *sql.DB) *database {
	if db == nil {
		return nil
	}
	if known, ok := databases.Load(db); ok {
		return known.(*database)
	}
	d := new(database)
	if c := valueOf(dbsConnector.of(db)); c != nil {
		d.info = inspect(c) // it was closed
	}
	return d
}

// remember keeps what was found out of a database until it is closed.
func remember(db *sql.DB, i info) {
	d := &database{info: i, db: db}
	databases.Store(db, d)
	if f := firstOpened.Load(); f == nil || f.db == db {
		firstOpened.Store(d)
	}
}

// connected remembers what the connector says of its database. It runs before this
// package is initialised where a program opens its database in an initialiser.
func connected(db *sql.DB, c driver.Connector) {
	defer hook.Guard()
	if db != nil && c != nil {
		remember(db, inspect(c))
	}
}

// opened adds what the driver's name and the data source name say.
func opened(db *sql.DB, driverName, dsn string) {
	defer hook.Guard()
	known, ok := databases.Load(db)
	if !ok {
		return
	}
	i := known.(*database).info
	i.named(driverName)
	i.read(dsn)
	remember(db, i)
}

func closed(db *sql.DB) {
	databases.Delete(db)
	if f := firstOpened.Load(); f != nil && f.db == db {
		firstOpened.CompareAndSwap(f, nil)
	}
}

// describe prepares the operations.
func (d *database) describe() {
	if d.dialect == nil {
		d.system, d.dialect = "other_sql", &anySQL
	}
	for o := range d.operations {
		d.operations[o].describe(d.place, opNames[o], "")
		d.operations[o].nothing = op(o) == opCommit || op(o) == opRollback
	}
}

func (d *database) operation(o op) *operation {
	d.once.Do(d.describe)
	return &d.operations[o]
}

func (d *database) statement(text string) *statement {
	if s, ok := d.statements.noted(text); ok {
		return s
	}
	return d.statements.get(text, d.newStatement)
}

func (d *database) newStatement(text string) *statement {
	d.once.Do(d.describe)
	s := &statement{query: analyze(text, d.dialect)}
	switch options.text {
	case textKeep:
		s.text = text
	case textDrop:
		s.text = ""
	}
	var more []attribute.KeyValue
	if s.text != "" {
		more = append(more, keyText.String(s.text))
	}
	s.prepare.describe(d.place, "PREPARE", s.summary, more...)
	if s.procedure != "" {
		more = append(more, keyProcedure.String(s.procedure))
	}
	s.run.describe(d.place, "", s.summary, more...)
	s.run.key.procedure = s.procedure
	return s
}

// describe says what the span is to be called and to begin with. An operation's
// name is given only where the program did not write it in a query.
func (o *operation) describe(p place, name, summary string, more ...attribute.KeyValue) {
	o.key = metricKey{place: p, operation: name, summary: summary}
	switch {
	case name != "" && summary != "":
		o.key.summary = name + " " + summary
		o.name = o.key.summary
	case summary != "":
		o.name = summary
	case name != "" && p.target() != "":
		o.name = name + " " + p.target()
	case name != "":
		o.name = name
	case p.target() != "":
		o.name = p.target()
	default:
		o.name = p.system
	}
	o.attrs = append(o.key.attributes(), more...)
}

// Describe makes attrs those that the span begins with: see [hook.Described].
func (o *operation) Describe() []attribute.KeyValue { return o.attrs }

// target is what an operation without a query is about.
func (p place) target() string {
	if p.namespace != "" || p.port == 0 {
		return p.namespace
	}
	return net.JoinHostPort(p.address, strconv.Itoa(p.port))
}

// poolName is db.client.connection.pool.name.
func (p place) poolName() string {
	name := p.system
	if p.address != "" {
		name = p.address
		if p.port != 0 {
			name = net.JoinHostPort(p.address, strconv.Itoa(p.port))
		}
	}
	if p.namespace != "" {
		name += "/" + p.namespace
	}
	return name
}

// info is what is found out of a driver, its connector and its data source name.
type info struct {
	place
	*dialect
	kind    *driverKind
	covered bool
}

// inspect finds out what a connector and its driver tell.
func inspect(c driver.Connector) info {
	pkg := packageOf(c.Driver())
	i := info{place: place{system: "other_sql"}, dialect: &anySQL, covered: isInstrumented(pkg) || isInstrumented(packageOf(c))}
	for k := range drivers {
		if strings.HasPrefix(pkg, drivers[k].pkg) {
			i.is(&drivers[k])
			break
		}
	}
	if i.kind == nil {
		return i
	}
	v := reflect.ValueOf(c)
	if i.kind.connector != nil {
		i.kind.connector(&i, v)
	}
	i.read(text(v, "dsn")) // database/sql's own connector
	return i
}

func (i *info) is(k *driverKind) {
	i.kind, i.system, i.dialect = k, k.system, k.dialect
}

// named says by what name the program knows the driver: one that wraps another
// is mostly called after that.
func (i *info) named(driverName string) {
	if i.kind != nil {
		return
	}
	for k := range drivers {
		for _, name := range drivers[k].names {
			if driverName == name {
				i.is(&drivers[k])
				return
			}
		}
	}
}

// read reads a data source name, unless the connector has told all.
func (i *info) read(dsn string) {
	if i.kind == nil || i.kind.dsn == nil || dsn == "" || i.address != "" || i.namespace != "" {
		return
	}
	p := i.kind.dsn(dsn)
	p.system = i.system
	i.place = p
	if i.address != "" && i.port == 0 && !strings.HasPrefix(i.address, "/") {
		i.port = i.kind.port
	}
}

// packageOf returns the import path of the package that has v's type.
func packageOf(v any) string {
	t := reflect.TypeOf(v)
	if t == nil {
		return ""
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath()
}

// isInstrumented says whether the package wraps drivers to make spans of its own.
func isInstrumented(pkg string) bool {
	for _, p := range []string{
		"github.com/XSAM/otelsql", "github.com/uptrace/opentelemetry-go-extra/otelsql", "go.nhat.io/otelsql", "github.com/nhatthm/otelsql",
		"github.com/signalfx/splunk-otel-go/instrumentation", "github.com/DataDog/dd-trace-go", "gopkg.in/DataDog/dd-trace-go",
		"go.elastic.co/apm", "contrib.go.opencensus.io/integrations/ocsql", "github.com/newrelic/go-agent",
	} {
		if strings.HasPrefix(pkg, p) {
			return true
		}
	}
	return false
}

// isDatabase says whether spans of that instrumentation scope are those of a
// database client, or of what stands before one.
func isDatabase(scope string) bool {
	for _, part := range []string{"database/sql", "otelsql", "gorm", "uptrace/bun", "otelpgx", "xorm", "entgo.io", "sqlx"} {
		if strings.Contains(scope, part) {
			return true
		}
	}
	return false
}

// text returns the string at the path in v, "" if there is none. Pointers and
// interfaces on the way are followed; "[key]" is an element of a map.
func text(v reflect.Value, path string) string {
	v = at(v, path)
	if v.IsValid() && v.Kind() == reflect.String {
		return strings.Clone(v.String())
	}
	return ""
}

// number returns the number at the path in v, 0 if there is none, or if it is
// none of a port.
func number(v reflect.Value, path string) int {
	var n uint64
	switch v = at(v, path); {
	case !v.IsValid():
	case v.CanUint():
		n = v.Uint()
	case v.CanInt() && v.Int() > 0:
		n = uint64(v.Int())
	case v.Kind() == reflect.String:
		return portOf(v.String())
	}
	if n > 65535 {
		return 0
	}
	return int(n)
}

func at(v reflect.Value, path string) reflect.Value {
	for path != "" {
		var name string
		name, path, _ = strings.Cut(path, ".")
		if v = follow(v); !v.IsValid() {
			return v
		}
		switch {
		case v.Kind() == reflect.Struct:
			v = v.FieldByName(name)
		case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
			v = v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key()))
		default:
			return reflect.Value{}
		}
	}
	return follow(v)
}

func follow(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}
