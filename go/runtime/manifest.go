package runtime

import _ "otel.tool/runtime/restore" // for test binaries

// manifest is what this program has inside, as JSON: see Manifest.
//
//lint:ignore U1000 nothing in the program reads it
var manifest string

// Manifest is called by the file that otel adds to a main package, with a text
// that says what was woven into the program. Because the text is part of the
// package, a program is linked anew whenever what is woven into it changes.
// The text stays in the binary, for `otel manifest` to read back.
func Manifest(text string) struct{} {
	manifest = text
	return struct{}{}
}
