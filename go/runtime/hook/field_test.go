package hook

import (
	"reflect"
	"testing"
	"unsafe"
)

type inner struct {
	_      [3]byte
	status int
}

type middle struct {
	_   int16
	in  inner
	ptr *inner
}

type outer struct {
	_   bool
	mid *middle
}

type wrapper struct{ *outer }

type two struct{ a, b *outer }

func TestFieldOf(t *testing.T) {
	intType := reflect.TypeFor[int]()
	o := &outer{mid: &middle{in: inner{status: 1}, ptr: &inner{status: 2}}}
	tests := []struct {
		value any
		path  string
		want  int // -1: not found; 0: nil on the way
	}{
		{o, "mid.in.status", 1},
		{o, "mid.ptr.status", 2},
		{wrapper{o}, "outer.mid.ptr.status", 2},
		{&wrapper{o}, "outer.mid.in.status", 1},
		{wrapper{}, "outer.mid.in.status", 0},
		{&outer{mid: &middle{}}, "mid.ptr.status", 0},
		{&outer{}, "mid.in.status", 0},
		{o, "mid.in.stat", -1},
		{o, "mid.in._", -1},
		{o, "mid.in.status.x", -1},
		{*o, "mid.in.status", -1},
		{two{o, o}, "a.mid.in.status", -1},
		{7, "status", -1},
	}
	for _, tt := range tests {
		f, ok := FieldOf(reflect.TypeOf(tt.value), tt.path, intType)
		if ok != (tt.want >= 0) {
			t.Errorf("%T.%s: found %v", tt.value, tt.path, ok)
			continue
		}
		if !ok {
			continue
		}
		p := (*int)(f.Of(tt.value))
		if got := p != nil; got != (tt.want > 0) || got && *p != tt.want {
			t.Errorf("%T.%s: %v", tt.value, tt.path, p)
		}
	}
	if new(Field).Of(o) != nil {
		t.Error("the zero Field finds something")
	}
}

func TestFieldAt(t *testing.T) {
	at := func(path string) (uintptr, bool) {
		f, _ := FieldOf(reflect.TypeFor[*middle](), path, reflect.TypeFor[int]())
		return f.At()
	}
	if offset, ok := at("in.status"); offset != unsafe.Offsetof(middle{}.in)+unsafe.Offsetof(inner{}.status) || !ok {
		t.Error(offset, ok)
	}
	if _, ok := at("ptr.status"); ok {
		t.Error("it is behind a pointer")
	}
	if _, ok := at("none"); ok {
		t.Error("it is not there")
	}
}

func TestFieldAllocatesNothing(t *testing.T) {
	o := &outer{mid: &middle{in: inner{status: 1}}}
	f, _ := FieldOf(reflect.TypeOf(o), "mid.in.status", reflect.TypeFor[int]())
	var v any = wrapper{o}
	g, _ := FieldOf(reflect.TypeOf(v), "outer.mid.in.status", reflect.TypeFor[int]())
	if n := testing.AllocsPerRun(100, func() {
		if *(*int)(f.Of(o)) != 1 || *(*int)(g.Of(v)) != 1 {
			t.Error("wrong")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
