package redisconv

import (
	"maps"
	"net"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// Mode is how commands are sent.
type Mode int

const (
	ModeCommand Mode = iota
	ModePipeline
	ModeMulti
)

var modeNames = [...]string{"", "PIPELINE", "MULTI"}

// Place is the server that a client is for; the zero Place is not known.
type Place struct {
	Addr string // host:port, or a socket's path
	DB   int
}

func (p Place) attributes() []attribute.KeyValue {
	if p.Addr == "" {
		return nil
	}
	list := []attribute.KeyValue{keyNamespace.String(strconv.Itoa(p.DB))}
	if p.Addr == "FailoverClient" { // the sentinels know
		return list
	}
	host, port, err := net.SplitHostPort(p.Addr)
	if err != nil {
		return append(list, keyServerAddress.String(p.Addr))
	}
	list = append(list, keyServerAddress.String(host))
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
		list = append(list, keyServerPort.Int(int(n)))
	}
	return list
}

// operationKey is what a span is known by before it begins; name is as go-redis has
// it, "" for several.
type operationKey struct {
	Place
	mode Mode
	name string
}

// operationName is db.operation.name: GET, PIPELINE, MULTI SET. Of what is no name
// of a command nothing is told.
func (k operationKey) operationName() string {
	name := strings.ToUpper(k.name)
	if len(name) > 64 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" {
		name = ""
	}
	return strings.TrimSpace(modeNames[k.mode] + " " + name)
}

func (k operationKey) attributes() []attribute.KeyValue {
	list := []attribute.KeyValue{system}
	if name := k.operationName(); name != "" {
		list = append(list, keyOperation.String(name))
	}
	return append(list, k.Place.attributes()...)
}

// operation is all of a span that is known before it begins.
type operation struct {
	key   operationKey
	name  string
	attrs []attribute.KeyValue
	set   atomic.Pointer[hook.Set] // of what went well
}

func newOperation(k operationKey) *operation {
	k.name, k.Addr = strings.Clone(k.name), strings.Clone(k.Addr)
	o := &operation{key: k, name: k.operationName()}
	if o.name == "" {
		o.name = "redis"
	}
	o.attrs = k.attributes()
	return o
}

// Describe makes attrs those that the span begins with: see [hook.Described].
func (o *operation) Describe() []attribute.KeyValue { return o.attrs }

// operations are those that there were, up to a limit; later ones are made anew each
// time.
var operations operationTable

const operationLimit = 1000

type operationTable struct {
	near  [16]atomic.Pointer[operation]               // the first ones, by their names' lengths and first letters
	known atomic.Pointer[map[operationKey]*operation] // never changed
	mu    sync.Mutex
}

func (t *operationTable) of(k operationKey) *operation {
	at := len(k.name)
	if at > 0 {
		at += int(k.name[0])
	}
	near := &t.near[at&15]
	o := near.Load()
	if o != nil && o.key == k {
		return o
	}
	found := t.find(k)
	if o == nil {
		near.Store(found)
	}
	return found
}

// find is of, by the whole key.
//
//go:noinline
func (t *operationTable) find(k operationKey) *operation {
	if m := t.known.Load(); m != nil {
		if o, ok := (*m)[k]; ok {
			return o
		}
		if len(*m) >= operationLimit {
			return newOperation(k)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	more := map[operationKey]*operation{}
	if m := t.known.Load(); m != nil {
		more = maps.Clone(*m)
	}
	o, ok := more[k]
	if !ok {
		o = newOperation(k)
		more[o.key] = o
		t.known.Store(&more)
	}
	return o
}

// placeOf is Place, that of no client not known.
func (l *Library) placeOf(client any) (p Place) {
	if client != nil {
		p = l.Place(client)
	}
	return p
}

// noted is the operation that a command is.
type noted struct {
	word string  // its first
	kind uintptr // its type, as kindOf tells it
	did  *operation
}

// command returns the operation that cmd, which begins with word, is where client is asked for it;
// nil if it is not noted. Of the library's own commands the name is the first word in small
// letters, which takes go-redis longer to find out than all else that is done for a command here.
func (l *Library) command(client, cmd any, word string) *operation {
	p := l.placeOf(client)
	n := l.near(word).Load()
	if n != nil && n.word == word && n.kind == kindOf(cmd) && n.did.key.Addr == p.Addr && n.did.key.DB == p.DB {
		return n.did
	}
	return nil
}

// note returns the operation that a command of that name is, and notes it where there is room.
//
//go:noinline
func (l *Library) note(client, cmd any, word, name string) *operation {
	did := operations.of(operationKey{Place: l.placeOf(client), name: name})
	if at := l.near(word); word != "" && at.Load() == nil && l.owns(reflect.TypeOf(cmd)) {
		at.Store(&noted{strings.Clone(word), kindOf(cmd), did})
	}
	return did
}

// near is where a command that begins with word is noted.
func (l *Library) near(word string) *atomic.Pointer[noted] {
	at := len(word)
	if at > 0 {
		at += int(word[0])
	}
	return &l.noted[at&15]
}

// firstWord returns the first of a command's arguments, "" if that is no text.
func firstWord(args []any) (word string) {
	if len(args) > 0 {
		word, _ = args[0].(string)
	}
	return word
}

// owns says whether t, of a command, is one of the library's own types.
func (l *Library) owns(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && strings.HasPrefix(t.Elem().PkgPath(), l.name+"/v")
}

// kindOf is the same for commands of the same type.
func kindOf(cmd any) uintptr { return *(*uintptr)(unsafe.Pointer(&cmd)) }

// Options finds the options, of the type O, that a *baseClient has. The zero Options
// is ready.
type Options[O any] struct {
	path atomic.Pointer[hook.Field]
}

// Of returns the options of client, nil if they are not where they were.
func (o *Options[O]) Of(client any) *O {
	f := o.path.Load()
	if f == nil {
		found, _ := hook.FieldOf(reflect.TypeOf(client), "opt", reflect.TypeFor[*O]())
		f = &found
		o.path.Store(f)
	}
	if p := (**O)(f.Of(client)); p != nil {
		return *p
	}
	return nil
}
