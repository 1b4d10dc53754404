package p
var s = `a
b`
var t = "\101\x41\U00000041"