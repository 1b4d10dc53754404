// Package hexid reads and writes the hexadecimal digits of ids, eight at once, each in a byte of a
// word: there are ids in each request's headers, and in each log record.
package hexid

import "encoding/binary"

// Append appends the digits of id, whose length is a multiple of 8.
func Append(b, id []byte) []byte {
	for ; len(id) >= 8; id = id[8:] {
		var text [16]byte
		Put(&text, binary.LittleEndian.Uint64(id))
		b = append(b, text[:]...)
	}
	return b
}

// Put writes the digits of eight bytes; all words are little endian.
//
//go:noinline
func Put(text *[16]byte, v uint64) {
	for i := range 2 {
		binary.LittleEndian.PutUint64(text[8*i:], digitsOf(uint32(v)))
		v >>= 32
	}
}

// Get returns what sixteen digits say. Digits above 9 have to be small letters; where one is none,
// wrong is not 0.
//
//go:noinline
func Get(text *[16]byte) (v, wrong uint64) {
	for i := range 2 {
		half, bad := bytesOf(binary.LittleEndian.Uint64(text[8*i:]))
		v |= uint64(half) << (32 * i)
		wrong |= bad
	}
	return v, wrong
}

const each = 0x0101010101010101

// digitsOf returns the digits of four bytes.
func digitsOf(v uint32) uint64 {
	b := uint64(v)
	b = (b | b<<16) & 0x0000ffff0000ffff
	b = (b | b<<8) & 0x00ff00ff00ff00ff
	return digits(b>>4&(0x0f*each) | b<<8&0x0f000f000f000f00)
}

// bytesOf is Get of eight digits.
func bytesOf(text uint64) (v uint32, wrong uint64) {
	values := text&(0x0f*each) + text>>6&each*9 // letters have the bit 1<<6
	wrong = values&(0xf0*each) | (digits(values) ^ text)
	values = (values<<4 | values>>8) & 0x00ff00ff00ff00ff
	values |= values >> 8
	return uint32(values&0xffff | values>>16&0xffff0000), wrong
}

// digits returns the digits of values up to 15.
func digits(values uint64) uint64 { return values + '0'*each + (values+6*each)>>4&each*('a'-'0'-10) }
