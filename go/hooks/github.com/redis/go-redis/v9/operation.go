package redis

import (
	"maps"
	"net"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// mode is how commands are sent.
type mode int

const (
	modeCommand mode = iota
	modePipeline
	modeMulti
)

var modeNames = [...]string{"", "PIPELINE", "MULTI"}

// place is the server that a client is for; the zero place is not known.
type place struct {
	addr string // host:port, or a socket's path
	db   int
}

func (p place) attributes() []attribute.KeyValue {
	if p.addr == "" {
		return nil
	}
	list := []attribute.KeyValue{keyNamespace.String(strconv.Itoa(p.db))}
	if p.addr == "FailoverClient" { // the sentinels know
		return list
	}
	host, port, err := net.SplitHostPort(p.addr)
	if err != nil {
		return append(list, keyServerAddress.String(p.addr))
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
	place
	mode mode
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
	return append(list, k.place.attributes()...)
}

// operation is all of a span that is known before it begins.
type operation struct {
	key     operationKey
	name    string
	options []trace.SpanStartOption
}

func newOperation(k operationKey) *operation {
	k.name, k.addr = strings.Clone(k.name), strings.Clone(k.addr)
	o := &operation{key: k, name: k.operationName()}
	if o.name == "" {
		o.name = "redis"
	}
	o.options = []trace.SpanStartOption{kindClient, trace.WithAttributes(k.attributes()...)}
	return o
}

// operations are those that there were, up to a limit; later ones are made anew each
// time.
var operations operationTable

const operationLimit = 1000

type operationTable struct {
	known atomic.Pointer[map[operationKey]*operation] // never changed
	mu    sync.Mutex
}

func (t *operationTable) of(k operationKey) *operation {
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

// optPath is where a *baseClient has its options.
var optPath atomic.Pointer[hook.Field]

// placeOf returns what the options of a *baseClient say.
func placeOf(c any) (p place) {
	f := optPath.Load()
	if f == nil {
		found, _ := hook.FieldOf(reflect.TypeOf(c), "opt", reflect.TypeFor[*redis.Options]())
		f = &found
		optPath.Store(f)
	}
	if opt := (**redis.Options)(f.Of(c)); opt != nil && *opt != nil {
		p = place{(*opt).Addr, (*opt).DB}
	}
	return p
}
