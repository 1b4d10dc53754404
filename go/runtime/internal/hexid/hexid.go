// Package hexid reads and writes the hexadecimal digits of ids, eight at once, each in a byte of a
// word: there are ids in each request's headers, and in each log record.
package hexid

import "encoding/binary"

// Append appends the digits of id, whose length is a multiple of 4.
//
//go:noinline
func Append(b, id []byte) []byte {
	for ; len(id) >= 4; id = id[4:] {
		b = binary.LittleEndian.AppendUint64(b, Digits(binary.LittleEndian.Uint32(id)))
	}
	return b
}

const each = 0x0101010101010101

// Digits returns the digits of four bytes; all words are little endian.
func Digits(v uint32) uint64 {
	b := uint64(v)
	b = (b | b<<16) & 0x0000ffff0000ffff
	b = (b | b<<8) & 0x00ff00ff00ff00ff
	return digits(b>>4&(0x0f*each) | b<<8&0x0f000f000f000f00)
}

// Bytes returns what eight digits say. Digits above 9 have to be small letters; where one is none,
// wrong is not 0.
func Bytes(text uint64) (v uint32, wrong uint64) {
	values := text&(0x0f*each) + text>>6&each*9 // letters have the bit 1<<6
	wrong = values&(0xf0*each) | (digits(values) ^ text)
	values = (values<<4 | values>>8) & 0x00ff00ff00ff00ff
	values |= values >> 8
	return uint32(values&0xffff | values>>16&0xffff0000), wrong
}

// digits returns the digits of values up to 15.
func digits(values uint64) uint64 { return values + '0'*each + (values+6*each)>>4&each*('a'-'0'-10) }
