package wire

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// The bytes are those of the encoding guide, and of protoc --encode.
func TestWriter(t *testing.T) {
	tests := []struct {
		name  string
		write func(w *Writer)
		want  string
	}{
		{"varint of the guide", func(w *Writer) { w.Uint(1, 150) }, "089601"},
		{"string of the guide", func(w *Writer) { w.String(2, "testing") }, "120774657374696e67"},
		{"message of the guide", func(w *Writer) { m := w.Open(3); w.Uint(1, 150); w.Close(m) }, "1a03089601"},
		{"negative", func(w *Writer) { w.Uint(1, ^uint64(0)) }, "08ffffffffffffffffff01"},
		{"two-byte tag", func(w *Writer) { w.Uint(16, 1) }, "800101"},
		{"bool", func(w *Writer) { w.Bool(1, true); w.Bool(1, false) }, "08010800"},
		{"fixed64", func(w *Writer) { w.Fixed64(1, 1) }, "090100000000000000"},
		{"fixed32", func(w *Writer) { w.Fixed32(1, 1) }, "0d01000000"},
		{"double", func(w *Writer) { w.Double(1, 1) }, "09000000000000f03f"},
		{"sint", func(w *Writer) { w.Sint(1, -1); w.Sint(1, 1); w.Sint(1, -1<<63) }, "0801080208ffffffffffffffffff01"},
		{"packed fixed64", func(w *Writer) { w.PackedFixed64(1, []uint64{1, 2}); w.PackedFixed64(1, nil) }, "0a1001000000000000000200000000000000"},
		{"packed double", func(w *Writer) { w.PackedDouble(1, []float64{1}); w.PackedDouble(1, nil) }, "0a08000000000000f03f"},
		{"packed varint", func(w *Writer) { w.PackedUint(6, []uint64{3, 270, 86942}); w.PackedUint(6, nil) }, "3206038e029ea705"},
		{"bytes", func(w *Writer) { w.Bytes(1, []byte{1, 2}) }, "0a020102"},
		{"not UTF-8", func(w *Writer) { w.String(1, "a\xff") }, "0a0461efbfbd"},
		{"empty message", func(w *Writer) { w.Close(w.Open(1)) }, "0a00"},
	}
	for _, tt := range tests {
		var w Writer
		tt.write(&w)
		if got := hex.EncodeToString(w.B); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Lengths of one, two and three bytes, each in each.
func TestNesting(t *testing.T) {
	sizes := []int{0, 1, 120, 126, 127, 128, 129, 16382, 16383, 16384, 70000}
	for _, size := range sizes {
		var w Writer
		text := strings.Repeat("x", size)
		a := w.Open(1)
		b := w.Open(2)
		c := w.Open(3)
		w.String(4, text)
		w.Close(c)
		w.Uint(5, 7)
		w.Close(b)
		w.Close(a)

		r := Reader{B: w.B}
		for _, field := range []int{1, 2, 3} {
			if !r.Next() || r.Field != field {
				t.Fatalf("size %d: field %d, want %d", size, r.Field, field)
			}
			inner := Reader{B: r.Bytes()}
			if field == 2 {
				rest := inner
				rest.Next()
				if !rest.Next() || rest.Field != 5 || rest.Uint() != 7 {
					t.Fatalf("size %d: the field after the message is lost", size)
				}
			}
			r = inner
		}
		if !r.Next() || r.String() != text || r.Next() || r.Err() != nil {
			t.Fatalf("size %d: the text is lost", size)
		}
	}
}

func TestReaderFaults(t *testing.T) {
	for _, text := range []string{"08", "80", "0a05", "0a", "0901", "0d01", "0b", "0c", "00", "0700", "0affffffffffffffffff01", "ffffffffffffffffffff01"} {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		r := Reader{B: b}
		for r.Next() {
		}
		if r.Err() == nil {
			t.Errorf("%s: no fault", text)
		}
	}
}

func TestWriterAllocatesNothing(t *testing.T) {
	var w Writer
	n := testing.AllocsPerRun(100, func() {
		w.B = w.B[:0]
		m := w.Open(1)
		for range 100 {
			w.String(1, "http.request.method")
		}
		w.Close(m)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Any bytes end, and what is handed out is in the bytes given.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x1a\x03\x08\x96\x01"))
	f.Add([]byte("\x12\x07testing"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := Reader{B: b}
		total := 0
		for r.Next() {
			total += len(r.Bytes()) + 1
			if r.Type == Bytes && !bytes.Contains(b, r.Bytes()) {
				t.Fatal("bytes from elsewhere")
			}
		}
		if total > len(b) {
			t.Fatal("more read than given")
		}
	})
}
