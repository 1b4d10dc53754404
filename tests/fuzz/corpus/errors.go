package p
func f( { a := [ ; if x { } } 08 'ab' "x
 var 1 @ “ `