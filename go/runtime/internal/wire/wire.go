// Package wire writes and reads the protocol buffers wire format
// (https://protobuf.dev/programming-guides/encoding), as much of it as OTLP
// has: varints, fixed 64 and 32 bits, strings, bytes and embedded messages.
//
// A [Writer] is one buffer. A message's length is written when the message is
// closed, by moving its bytes up where the length needs more than the one byte
// that was kept for it: cheaper than measuring first, and without a tree of
// fields in between.
//
//	var w wire.Writer
//	span := w.Open(2)
//	w.String(5, "GET /greet")
//	w.Close(span)
//
// It is a hundred lines over encoding/binary so that the program gets no
// protobuf module, whose version could move one that it already has.
package wire

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

// Type is how a field is laid out.
type Type uint8

// The wire types. Groups (3 and 4) are not in OTLP.
const (
	Varint  Type = 0
	Fixed64 Type = 1
	Bytes   Type = 2
	Fixed32 Type = 5
)

// Writer appends fields to B. The zero Writer is ready to use; one that is
// used again (B[:0]) allocates nothing once B is large enough.
type Writer struct {
	B []byte
}

// What is called for each field is not inlined: that would make every program 58 KB
// larger, to encode a span 25 ns sooner.

//go:noinline
func (w *Writer) tag(field int, t Type) {
	w.B = binary.AppendUvarint(w.B, uint64(field)<<3|uint64(t))
}

// Uint writes v as a varint; a signed value is written as its two's complement,
// which is what int32, int64 and enums are.
//
//go:noinline
func (w *Writer) Uint(field int, v uint64) {
	w.tag(field, Varint)
	w.B = binary.AppendUvarint(w.B, v)
}

// Bool writes v as a varint.
func (w *Writer) Bool(field int, v bool) {
	var n uint64
	if v {
		n = 1
	}
	w.Uint(field, n)
}

// Fixed64 writes v in 8 bytes.
//
//go:noinline
func (w *Writer) Fixed64(field int, v uint64) {
	w.tag(field, Fixed64)
	w.B = binary.LittleEndian.AppendUint64(w.B, v)
}

// Fixed32 writes v in 4 bytes.
func (w *Writer) Fixed32(field int, v uint32) {
	w.tag(field, Fixed32)
	w.B = binary.LittleEndian.AppendUint32(w.B, v)
}

// Double writes v in 8 bytes.
//
//go:noinline
func (w *Writer) Double(field int, v float64) {
	w.Fixed64(field, math.Float64bits(v))
}

// Sint writes v as a sint32 or sint64: numbers near 0 are short.
func (w *Writer) Sint(field int, v int64) { w.Uint(field, uint64(v<<1)^uint64(v>>63)) }

// PackedFixed64 writes a list of fixed64, if there is something in it.
func (w *Writer) PackedFixed64(field int, list []uint64) {
	w.packed(field, len(list))
	for _, v := range list {
		w.B = binary.LittleEndian.AppendUint64(w.B, v)
	}
}

// PackedDouble writes a list of double, if there is something in it.
func (w *Writer) PackedDouble(field int, list []float64) {
	w.packed(field, len(list))
	for _, v := range list {
		w.B = binary.LittleEndian.AppendUint64(w.B, math.Float64bits(v))
	}
}

// packed writes what stands before n numbers of 8 bytes.
func (w *Writer) packed(field, n int) {
	if n > 0 {
		w.tag(field, Bytes)
		w.B = binary.AppendUvarint(w.B, uint64(n)*8)
	}
}

// PackedUint writes a list of varints, if there is something in it.
func (w *Writer) PackedUint(field int, list []uint64) {
	if len(list) == 0 {
		return
	}
	m := w.Open(field)
	for _, v := range list {
		w.B = binary.AppendUvarint(w.B, v)
	}
	w.Close(m)
}

// Bytes writes v.
//
//go:noinline
func (w *Writer) Bytes(field int, v []byte) {
	w.tag(field, Bytes)
	w.B = binary.AppendUvarint(w.B, uint64(len(v)))
	w.B = append(w.B, v...)
}

// String writes v. A receiver refuses the whole request for one string that is
// not UTF-8, so bytes that are not become U+FFFD.
func (w *Writer) String(field int, v string) {
	if !utf8.ValidString(v) {
		v = strings.ToValidUTF8(v, "\uFFFD")
	}
	w.tag(field, Bytes)
	w.B = binary.AppendUvarint(w.B, uint64(len(v)))
	w.B = append(w.B, v...)
}

// Open begins an embedded message; what is written until [Writer.Close] of the
// mark that it returns is that message. Messages close in the reverse of the
// order in which they were opened.
//
//go:noinline
func (w *Writer) Open(field int) (mark int) {
	w.tag(field, Bytes)
	w.B = append(w.B, 0)
	return len(w.B)
}

// Close ends the embedded message that began at mark.
func (w *Writer) Close(mark int) {
	size := len(w.B) - mark
	if size < 0x80 {
		w.B[mark-1] = byte(size)
		return
	}
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], uint64(size))
	w.B = append(w.B, length[:n-1]...) // room; the bytes are overwritten
	copy(w.B[mark+n-1:], w.B[mark:mark+size])
	copy(w.B[mark-1:], length[:n])
}

// ErrMalformed is what [Reader.Err] returns for bytes that are no message.
var ErrMalformed = errors.New("malformed protobuf")

// Reader goes through the fields of one message. What it hands out are parts of
// the bytes that it was given.
//
//	r := wire.Reader{B: body}
//	for r.Next() {
//		switch r.Field {
//		case 1:
//			name = r.String()
//		}
//	}
//	return r.Err()
type Reader struct {
	B     []byte // what is still to be read
	Field int    // number of the current field
	Type  Type   // its wire type

	num   uint64
	bytes []byte
	bad   bool
}

// Next reads the next field, and says whether there was one.
func (r *Reader) Next() bool {
	if r.bad || len(r.B) == 0 {
		return false
	}
	tag := r.uvarint()
	r.Field, r.Type = int(tag>>3), Type(tag&7)
	r.num, r.bytes = 0, nil
	switch r.Type {
	case Varint:
		r.num = r.uvarint()
	case Fixed64:
		if b := r.take(8); b != nil {
			r.num = binary.LittleEndian.Uint64(b)
		}
	case Fixed32:
		if b := r.take(4); b != nil {
			r.num = uint64(binary.LittleEndian.Uint32(b))
		}
	case Bytes:
		r.bytes = r.take(r.uvarint())
	default:
		r.bad = true
	}
	if tag>>3 == 0 || tag>>3 > 1<<29-1 {
		r.bad = true
	}
	return !r.bad
}

// Err returns ErrMalformed if reading stopped for a fault, else nil.
func (r *Reader) Err() error {
	if r.bad {
		return ErrMalformed
	}
	return nil
}

// Uint returns the current field's number, or 0 if it has none.
func (r *Reader) Uint() uint64 { return r.num }

// Double returns the current field's 64 bits as a number.
func (r *Reader) Double() float64 { return math.Float64frombits(r.num) }

// Bytes returns the current field's bytes, or nil if it has none.
func (r *Reader) Bytes() []byte { return r.bytes }

// String returns the current field's bytes as a string of its own.
func (r *Reader) String() string { return string(r.bytes) }

func (r *Reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.B)
	if n <= 0 {
		r.bad, r.B = true, nil
		return 0
	}
	r.B = r.B[n:]
	return v
}

func (r *Reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.B)) {
		r.bad = true
		return nil
	}
	b := r.B[:n:n]
	r.B = r.B[n:]
	return b
}
