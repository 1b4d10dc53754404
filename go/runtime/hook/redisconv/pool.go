package redisconv

import (
	"net"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"
	"weak"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/hook"
)

// pools are the pools of connections of a library's clients. Each is asked for its
// numbers whenever metrics are collected, and none is kept alive: what a program has
// closed or forgotten is gone. The zero pools is ready, also before this package's
// initialisation: clients may be made in initialisers.
type pools struct {
	mu       sync.Mutex
	known    []*pool
	sweep    int              // look for pools that are gone once there are so many
	timeouts map[string]int64 // by name, of pools that are gone
}

// pool is a *pool.ConnPool of the library's internal package, as its fields tell it.
type pool struct {
	name                       string
	size, minIdle, maxIdle     int
	ptr                        weak.Pointer[byte]
	typ                        reflect.Type // what ptr points to
	closed, timedOut, waitings hook.Field
	seen                       int64 // timeouts that there were
}

// sized is what every version's pool answers. It locks a mutex for a moment.
type sized interface {
	Len() int
	IdleLen() int
}

// Opened notes the pools of a client, a *redis.Client, that has been made: master is its
// name where sentinels know the place, else "".
func (l *Library) Opened(client any, master string) {
	defer hook.Guard()
	base := follow(named(follow(reflect.ValueOf(client)), "baseClient"))
	if !base.IsValid() {
		return
	}
	opt := follow(named(base, "opt"))
	name := poolName(opt, master)
	l.pools.add(follow(named(base, "connPool")), name)
	l.pools.add(follow(named(follow(named(base, "pipelinePool")), "pool")), name+"/pipelines") // from 9.22 on
}

// poolName is db.client.connection.pool.name: HOST:PORT/DATABASE.
func poolName(opt reflect.Value, master string) string {
	name := master
	if addr := named(opt, "Addr"); name == "" && addr.IsValid() {
		name = addr.String()
	}
	if host, port, err := net.SplitHostPort(name); err == nil && host == "" {
		name = net.JoinHostPort("localhost", port)
	}
	return name + "/" + strconv.Itoa(intOf(named(opt, "DB")))
}

// add notes the pool that v is.
func (p *pools) add(v reflect.Value, name string) {
	if !v.IsValid() || v.Kind() != reflect.Struct || !v.CanAddr() {
		return
	}
	at, typ := v.Addr().UnsafePointer(), v.Type()
	if !reflect.PointerTo(typ).Implements(reflect.TypeFor[sized]()) {
		return
	}
	options := follow(named(v, "cfg"))
	if !options.IsValid() {
		options = follow(named(v, "opt")) // v8
	}
	one := &pool{
		name: name, typ: typ, ptr: weak.Make((*byte)(at)),
		size: intOf(named(options, "PoolSize")), minIdle: intOf(named(options, "MinIdleConns")), maxIdle: intOf(named(options, "MaxIdleConns")),
		closed: word(typ, "_closed"), timedOut: word(typ, "stats.Timeouts"), waitings: word(typ, "stats.PendingRequests"),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= max(p.sweep, 16) {
		p.each(func(*pool, any) {})
		p.sweep = 2 * len(p.known)
	}
	p.known = append(p.known, one)
}

// word finds a field of 32 bits that is read atomically.
func word(typ reflect.Type, path string) hook.Field {
	f, ok := hook.FieldOf(reflect.PointerTo(typ), path, reflect.TypeFor[uint32]())
	if !ok {
		f, ok = hook.FieldOf(reflect.PointerTo(typ), path, reflect.TypeFor[atomic.Uint32]())
	}
	if !ok {
		return hook.Field{}
	}
	return f
}

// read returns what is in a word of the pool; false if it has none of that name.
func read(f hook.Field, of any) (n int64, ok bool) {
	at := (*uint32)(f.Of(of))
	if at == nil {
		return 0, false
	}
	return int64(atomic.LoadUint32(at)), true
}

// each calls f with the pools that are there, as *pool.ConnPool, and forgets those that
// are closed or no one's any more. p.mu is held.
func (p *pools) each(f func(one *pool, of any)) {
	kept := p.known[:0]
	for _, one := range p.known {
		if one.look(f) {
			kept = append(kept, one)
			continue
		}
		if one.seen > 0 { // a sum that only grows
			if p.timeouts == nil {
				p.timeouts = map[string]int64{}
			}
			p.timeouts[one.name] += one.seen
		}
	}
	clear(p.known[len(kept):])
	p.known = kept
}

// look calls f with the pool, and says whether it is there.
func (one *pool) look(f func(one *pool, of any)) bool {
	at := one.ptr.Value()
	if at == nil {
		return false
	}
	of := reflect.NewAt(one.typ, unsafe.Pointer(at)).Interface()
	if n, ok := read(one.timedOut, of); ok {
		one.seen = n
	}
	if closed, _ := read(one.closed, of); closed != 0 {
		return false
	}
	f(one, of)
	return true
}

// sum reports a number of each pool; those of the same name count as one.
func (p *pools) sum(report func(int64, *hook.Set), state string, number func(one *pool, of any) (int64, bool)) {
	sums := map[string]int64{}
	p.mu.Lock()
	p.each(func(one *pool, of any) {
		if n, ok := number(one, of); ok {
			sums[one.name] += n
		}
	})
	p.mu.Unlock()
	for name, n := range sums {
		report(n, poolSets.Of(poolKey{name, state}))
	}
}

type poolKey struct{ name, state string }

var poolSets = hook.Sets[poolKey]{Attributes: func(k poolKey) []attribute.KeyValue {
	list := []attribute.KeyValue{keyPool.String(k.name)}
	if k.state != "" {
		list = append(list, keyState.String(k.state))
	}
	return list
}}

// instruments are the metrics of connections, in development
// (https://opentelemetry.io/docs/specs/semconv/database/database-metrics/, 1.37).
func (p *pools) instruments() []hook.Instrument {
	limit := func(name, description string, number func(*pool) int) *hook.Observed {
		return &hook.Observed{
			Name: name, Unit: "{connection}", Kind: hook.GrowingShrinking, Description: description,
			Observe: func(report func(int64, *hook.Set)) {
				p.sum(report, "", func(one *pool, _ any) (int64, bool) { n := number(one); return int64(n), n > 0 })
			},
		}
	}
	return []hook.Instrument{
		&hook.Observed{
			Name: "db.client.connection.count", Unit: "{connection}", Kind: hook.GrowingShrinking,
			Description: "The number of connections that are currently in state described by the state attribute.",
			Observe: func(report func(int64, *hook.Set)) {
				p.sum(report, "idle", func(_ *pool, of any) (int64, bool) { return int64(of.(sized).IdleLen()), true })
				p.sum(report, "used", func(_ *pool, of any) (int64, bool) {
					idle := of.(sized).IdleLen() // first: what is made in between is no less than nothing
					return int64(max(of.(sized).Len()-idle, 0)), true
				})
			},
		},
		limit("db.client.connection.max", "The maximum number of open connections allowed.", func(one *pool) int { return one.size }),
		limit("db.client.connection.idle.max", "The maximum number of idle open connections allowed.", func(one *pool) int { return one.maxIdle }),
		limit("db.client.connection.idle.min", "The minimum number of idle open connections allowed.", func(one *pool) int { return one.minIdle }),
		&hook.Observed{
			Name: "db.client.connection.pending_requests", Unit: "{request}", Kind: hook.GrowingShrinking,
			Description: "The number of current pending requests for an open connection.",
			Observe: func(report func(int64, *hook.Set)) {
				p.sum(report, "", func(one *pool, of any) (int64, bool) { return read(one.waitings, of) })
			},
		},
		&hook.Observed{
			Name: "db.client.connection.timeouts", Unit: "{timeout}", Kind: hook.Growing,
			Description: "The number of connection timeouts that have occurred trying to obtain a connection from the pool.",
			Observe:     p.observeTimeouts,
		},
	}
}

// observeTimeouts reports also those of pools that are gone.
func (p *pools) observeTimeouts(report func(int64, *hook.Set)) {
	sums := map[string]int64{}
	p.mu.Lock()
	p.each(func(one *pool, of any) {
		if n, ok := read(one.timedOut, of); ok {
			sums[one.name] += n
		}
	})
	for name, n := range p.timeouts {
		sums[name] += n
	}
	p.mu.Unlock()
	for name, n := range sums {
		report(n, poolSets.Of(poolKey{name: name}))
	}
}

// named returns the field of a struct, an invalid value if there is none.
func named(v reflect.Value, name string) reflect.Value {
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for i := range v.NumField() {
		if v.Type().Field(i).Name == name {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// follow returns what pointers and interfaces lead to, an invalid value of nil.
func follow(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

func intOf(v reflect.Value) int {
	if v.IsValid() && v.CanInt() {
		return int(v.Int())
	}
	return 0
}
