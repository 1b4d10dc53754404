// Package runtime stands for the one that is published, of which nothing is to be compiled.
package runtime

var notOurs = undefined
