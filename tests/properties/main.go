// Command properties holds the weaver to what must be true of all Go code. See README.md.
//
//	properties text   --otel PROGRAM --list FILE
//	properties std    --otel PROGRAM [--form full|empty|frame|span] PACKAGE...
//	properties module --otel PROGRAM [--form full|empty|frame|span] MODULE@VERSION...
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// Settings that the commands share.
type settings struct {
	otel string // the program
	form string // of the hooks: full, empty, frame or span
	show int    // how many violations to show
}

var errViolated = errors.New("violated")

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	var s settings
	flags := flag.NewFlagSet("properties", flag.ExitOnError)
	flags.StringVar(&s.otel, "otel", "otel", "our program")
	flags.StringVar(&s.form, "form", "full", "what is woven: hooks that give back much (full) or nothing (empty), with a HookContext (frame), or spans (span)")
	flags.IntVar(&s.show, "show", 10, "how many violations to show")
	list := flags.String("list", "", "text: file that names the files, one a line")
	allowed := flags.String("allowed", "", "std, module: file that names the tests that may fail")
	flags.Parse(os.Args[2:])

	var err error
	switch os.Args[1] {
	case "text":
		err = checkText(s, *list)
	case "std":
		err = checkStd(s, *allowed, flags.Args())
	case "module":
		err = checkModules(s, *allowed, flags.Args())
	default:
		usage()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "properties:", err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: properties text|std|module [flags] [argument...]")
	os.Exit(2)
}
