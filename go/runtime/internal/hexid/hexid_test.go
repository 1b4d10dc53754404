package hexid

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

func TestAppend(t *testing.T) {
	for range 1000 {
		id := binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(nil, rand.Uint64()), rand.Uint64())
		for _, id := range [][]byte{id, id[:8], id[:4], nil} {
			if got, want := string(Append([]byte("x"), id)), "x"+hex.EncodeToString(id); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
}

func TestBytes(t *testing.T) {
	for at := range 8 {
		for c := range 256 {
			text := []byte("0123cdef")
			text[at] = byte(c)
			v, wrong := Bytes(binary.LittleEndian.Uint64(text))
			want, err := hex.DecodeString(string(text))
			if capital := 'A' <= c && c <= 'F'; (wrong == 0) != (err == nil && !capital) {
				t.Errorf("%q: wrong %x", text, wrong)
			}
			if wrong == 0 && v != binary.LittleEndian.Uint32(want) {
				t.Errorf("%q: %x", text, v)
			}
		}
	}
}
