package p
//line x.go:7
var a int
/*line :3:4*/ var b = /*line y:0*/ 1
