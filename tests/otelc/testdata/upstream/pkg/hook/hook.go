// Package hook stands for the one that is published, of which nothing is to be compiled.
package hook

type HookContext = notOurs
