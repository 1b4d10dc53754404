package hook

import (
	"reflect"
	"strings"
	"unsafe"
)

// Field is where an unexported field of a library's type is found, resolved
// once from its name and checked for its type. Hooks read what a library keeps
// to itself with it, instead of wrapping the library's values. The zero Field
// is unknown.
type Field struct {
	offsets []uintptr // each but the last leads to a pointer
	direct  bool      // the value itself stands in the interface's data word
}

// FieldOf resolves a path of field names, as in "rws.status", in values of type
// t that stand in an interface: a pointer to a struct, or a struct of one
// pointer. Pointers on the way are followed. ok is false unless all names are
// there and the last field has the type want.
func FieldOf(t reflect.Type, path string, want reflect.Type) (f Field, ok bool) {
	switch {
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		t = t.Elem()
	case t.Kind() == reflect.Struct && t.NumField() == 1 && t.Field(0).Type.Kind() == reflect.Pointer:
		f.direct = true
	default:
		return Field{}, false
	}
	var offset uintptr
	for path != "" {
		var name string
		name, path, _ = strings.Cut(path, ".")
		if t.Kind() == reflect.Pointer {
			f.offsets = append(f.offsets, offset)
			offset, t = 0, t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return Field{}, false
		}
		sf, found := fieldOf(t, name)
		if !found {
			return Field{}, false
		}
		offset += sf.Offset
		t = sf.Type
	}
	f.offsets = append(f.offsets, offset)
	return f, t == want
}

// At is where the field is in a struct that is at hand; ok is false where it is behind a pointer of that, or
// not known.
func (f Field) At() (offset uintptr, ok bool) {
	if len(f.offsets) != 1 || f.direct {
		return 0, false
	}
	return f.offsets[0], true
}

// fieldOf returns a field of the struct t itself. (Type.FieldByName, which looks in
// embedded ones, too, is 9 KB that few programs have.)
func fieldOf(t reflect.Type, name string) (f reflect.StructField, ok bool) {
	for i := range t.NumField() {
		if f = t.Field(i); f.Name == name {
			return f, true
		}
	}
	return f, false
}

// Of returns the address of the field in the value that iface holds, which must
// be of the type that f was resolved for; nil if a pointer on the way is nil, or
// if f is unknown.
func (f *Field) Of(iface any) unsafe.Pointer {
	p := (*eface)(unsafe.Pointer(&iface)).data
	if f.direct {
		word := p // iface itself would then be allocated by every caller
		p = unsafe.Pointer(&word)
	}
	return f.from(p)
}

// eface is an interface as the runtime has it.
type eface struct{ typ, data unsafe.Pointer }

// from is Of from where the fields of the value are: of a struct of one pointer, the data word.
//
//go:noinline
func (f *Field) from(p unsafe.Pointer) unsafe.Pointer {
	if len(f.offsets) == 0 {
		return nil
	}
	for i, off := range f.offsets {
		if p == nil {
			return nil
		}
		p = unsafe.Add(p, off)
		if i+1 < len(f.offsets) {
			p = *(*unsafe.Pointer)(p)
		}
	}
	return p
}
