package target

import "errors"

type T[K comparable] struct{}

func (otel_p0 *T[K]) Get(key string, otel_p2 int, more ...K) (_ *T[K], err error) { otel_n0_0, otel_l0, otel_n0_2 := otel_Get_6ccd9efd9667(otel_p0, key, otel_p2, more); key = otel_n0_0; otel_p2 = otel_n0_2; for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() };
	f := func() int { return 1 }
	if key == "" {
		return nil, errors.New("no key")
	}
	if f() == 2 {
		return
	}
	return get(
		key,
	)
}

func otel_Get_6ccd9efd9667(p0 interface{}, p1 string, p2 int, p3 interface{}) (string, func(), int)
// ---- rebuild form
package target

import "errors"

type T[K comparable] struct{}

func (otel_p0 *T[K]) Get(key string, otel_p2 int, more ...K) (_ *T[K], err error) { otel_n0_0, otel_l0, otel_n0_2 := otel_Get_6ccd9efd9667_s(otel_p0, key, otel_p2, more); key = otel_n0_0; otel_p2 = otel_n0_2; for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() };
	f := func() int { return 1 }
	if key == "" {
		return nil, errors.New("no key")
	}
	if f() == 2 {
		return
	}
	return get(
		key,
	)
}

func otel_Get_6ccd9efd9667_s(p0 interface{}, p1 string, p2 int, p3 interface{}) (string, func(), int) { if otel_Get_6ccd9efd9667_v != nil { return otel_Get_6ccd9efd9667_v(p0, p1, p2, p3) }; return p1, nil, p2 }
var otel_Get_6ccd9efd9667_v func(p0 interface{}, p1 string, p2 int, p3 interface{}) (string, func(), int)
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Get_6ccd9efd9667_v
