package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Where database/sql keeps what the hooks read. It is as hook.Field is, for fields
// of a struct that is at hand with its type. A field that is not there any more, or
// has another type, costs what is read from it.
var (
	dbsConnector = find[sql.DB, driver.Connector]("connector")
	connsDB      = find[sql.Conn, *sql.DB]("db")
	txsDB        = find[sql.Tx, *sql.DB]("db")
	txsContext   = find[sql.Tx, context.Context]("ctx")
	txsDone      = find[sql.Tx, atomic.Bool]("done")
	stmtDB       = find[sql.Stmt, *sql.DB]("db")
	stmtQuery    = find[sql.Stmt, string]("query")

	// Rows call releaseConn when they are closed, once, with closemu held.
	rowsRelease = find[sql.Rows, func(error)]("releaseConn")
	rowsMutex   = findLock("closemu")
	rowsClosed  = find[sql.Rows, bool]("closed")
	rowsError   = find[sql.Rows, error]("lasterr")
	rowsDriver  = find[sql.Rows, driver.Rows]("rowsi")

	// rowsKnown says that all of these but the last are.
	rowsKnown = rowsRelease.known && rowsMutex.typ != nil && rowsClosed.known && rowsError.known
)

// field is a field of type F in a struct T. The zero field is unknown.
type field[T, F any] struct {
	offset uintptr
	known  bool
}

func find[T, F any](name string) field[T, F] {
	f, ok := reflect.TypeFor[T]().FieldByName(name)
	if !ok || len(f.Index) != 1 || f.Type != reflect.TypeFor[F]() {
		return field[T, F]{}
	}
	return field[T, F]{f.Offset, true}
}

// of returns the field's address in t, nil if it is unknown or t is nil.
func (f field[T, F]) of(t *T) *F {
	if !f.known || t == nil {
		return nil
	}
	return (*F)(unsafe.Add(unsafe.Pointer(t), f.offset))
}

// in is of for a field that is known, and a t.
func (f field[T, F]) in(t *T) *F { return (*F)(unsafe.Add(unsafe.Pointer(t), f.offset)) }

// valueOf returns what p points to, the zero value if that is nothing.
func valueOf[F any](p *F) (v F) {
	if p != nil {
		v = *p
	}
	return v
}

// readLock is closemu, held by what must not meet the closing of rows. It is a
// sync.RWMutex up to Go 1.26, and a type of database/sql's own from then on.
type readLock interface {
	TryRLock() bool
	RUnlock()
}

// lockField is a field of sql.Rows that is a readLock.
type lockField struct {
	offset uintptr
	typ    reflect.Type // nil if it is unknown
	std    bool         // it is a sync.RWMutex
}

func findLock(name string) lockField {
	f, ok := reflect.TypeFor[sql.Rows]().FieldByName(name)
	if !ok || !reflect.PointerTo(f.Type).Implements(reflect.TypeFor[readLock]()) {
		return lockField{}
	}
	return lockField{f.Offset, f.Type, f.Type == reflect.TypeFor[sync.RWMutex]()}
}

func (f *lockField) tryRLock(rows *sql.Rows) bool {
	if f.std {
		return f.rwMutex(rows).TryRLock()
	}
	return f.other(rows).TryRLock()
}

func (f *lockField) rUnlock(rows *sql.Rows) {
	if f.std {
		f.rwMutex(rows).RUnlock()
	} else {
		f.other(rows).RUnlock()
	}
}

func (f *lockField) rwMutex(rows *sql.Rows) *sync.RWMutex {
	return (*sync.RWMutex)(unsafe.Add(unsafe.Pointer(rows), f.offset))
}

//go:noinline
func (f *lockField) other(rows *sql.Rows) readLock {
	return reflect.NewAt(f.typ, unsafe.Add(unsafe.Pointer(rows), f.offset)).Interface().(readLock)
}
