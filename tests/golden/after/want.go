package target

import "io"

func Copy(w io.Writer, r io.Reader) (n int64, err error) { otel_n0_0, otel_l0, otel_a0 := otel_Copy_f467fe265d90(w, r); r = otel_n0_0; for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() }; _ = otel_a0;
	if w == nil {
		return otel_a0(n, err)
	}
	if r == nil { return otel_a0(0, io.EOF) }
	return otel_a0(io.Copy(w, r))
}

func unnamed(otel_p0 io.Reader, otel_p1 int) { otel_a1 := otel_Second_3921e5b2692e(otel_p0, otel_p1); otel_l2, otel_a2 := otel_Unnamed_eb8fb1b21b9d(otel_p0, otel_p1); for ; otel_l2 != nil; otel_l2 = nil { defer otel_l2() };
	if true {
		otel_a1(); otel_a2(); return // early
	}
; otel_a1(); otel_a2(); }

//go:noescape
func otel_Copy_f467fe265d90(p0 io.Writer, p1 io.Reader) (io.Reader, func(), func(int64, error) (int64, error))

func otel_Second_3921e5b2692e(p0 io.Reader, p1 int) (func())

func otel_Unnamed_eb8fb1b21b9d(p0 io.Reader, p1 int) (func(), func())
// ---- rebuild form
package target

import "io"

func Copy(w io.Writer, r io.Reader) (n int64, err error) { otel_n0_0, otel_l0, otel_a0 := otel_Copy_f467fe265d90_s(w, r); r = otel_n0_0; for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() }; _ = otel_a0;
	if w == nil {
		return otel_a0(n, err)
	}
	if r == nil { return otel_a0(0, io.EOF) }
	return otel_a0(io.Copy(w, r))
}

func unnamed(otel_p0 io.Reader, otel_p1 int) { otel_a1 := otel_Second_3921e5b2692e_s(otel_p0, otel_p1); otel_l2, otel_a2 := otel_Unnamed_eb8fb1b21b9d_s(otel_p0, otel_p1); for ; otel_l2 != nil; otel_l2 = nil { defer otel_l2() };
	if true {
		otel_a1(); otel_a2(); return // early
	}
; otel_a1(); otel_a2(); }

func otel_Copy_f467fe265d90_s(p0 io.Writer, p1 io.Reader) (io.Reader, func(), func(int64, error) (int64, error)) { if otel_Copy_f467fe265d90_v != nil { return otel_Copy_f467fe265d90_v(p0, p1) }; return p1, nil, otel_Copy_f467fe265d90_r }
var otel_Copy_f467fe265d90_v func(p0 io.Writer, p1 io.Reader) (io.Reader, func(), func(int64, error) (int64, error))
func otel_Copy_f467fe265d90_r(r0 int64, r1 error) (int64, error) { return r0, r1 }

func otel_Second_3921e5b2692e_s(p0 io.Reader, p1 int) (func()) { if otel_Second_3921e5b2692e_v != nil { return otel_Second_3921e5b2692e_v(p0, p1) }; return otel_Second_3921e5b2692e_r }
var otel_Second_3921e5b2692e_v func(p0 io.Reader, p1 int) (func())
func otel_Second_3921e5b2692e_r() { }

func otel_Unnamed_eb8fb1b21b9d_s(p0 io.Reader, p1 int) (func(), func()) { if otel_Unnamed_eb8fb1b21b9d_v != nil { return otel_Unnamed_eb8fb1b21b9d_v(p0, p1) }; return nil, otel_Unnamed_eb8fb1b21b9d_r }
var otel_Unnamed_eb8fb1b21b9d_v func(p0 io.Reader, p1 int) (func(), func())
func otel_Unnamed_eb8fb1b21b9d_r() { }
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Copy_f467fe265d90_v

//go:linkname otel_Second_3921e5b2692e_v

//go:linkname otel_Unnamed_eb8fb1b21b9d_v
