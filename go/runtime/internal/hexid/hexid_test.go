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
		for _, id := range [][]byte{id, id[:8], nil} {
			if got, want := string(Append([]byte("x"), id)), "x"+hex.EncodeToString(id); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
}

func TestGet(t *testing.T) {
	for at := range 16 {
		for c := range 256 {
			text := [16]byte([]byte("0123cdef89abcdef"))
			text[at] = byte(c)
			v, wrong := Get(&text)
			want, err := hex.DecodeString(string(text[:]))
			if capital := 'A' <= c && c <= 'F'; (wrong == 0) != (err == nil && !capital) {
				t.Errorf("%q: wrong %x", text, wrong)
			}
			if wrong == 0 && v != binary.LittleEndian.Uint64(want) {
				t.Errorf("%q: %x", text, v)
			}
		}
	}
}
