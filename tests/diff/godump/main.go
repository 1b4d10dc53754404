// Command godump prints what Go's own scanner and parser see in Go files, in
// the format of ../README.md, and compares it with what otel prints.
//
//	godump tokens|decls|calls|all [--list FILE] [FILE...]
//	godump compare --otel PROGRAM --differing FILE [--show N] [--list FILE] [FILE...]
//	godump mutate --into FOLDER [--seed N] [--count N] [--list FILE] [FILE...]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	flags := flag.NewFlagSet("godump", flag.ExitOnError)
	list := flags.String("list", "", "file that names the files, one a line; - is standard input")
	otel := flags.String("otel", "otel", "compare: the program to compare with")
	differing := flags.String("differing", os.DevNull, "compare: where to write the names of the files that differ")
	into := flags.String("into", "", "mutate: folder for the broken copies")
	seed := flags.Uint64("seed", 1, "mutate: what decides on the copies")
	count := flags.Int("count", 1000, "mutate: how many copies")
	show := flags.Int("show", 5, "compare: how many differing files to show")
	flags.Parse(os.Args[2:])

	files, err := fileNames(*list, flags.Args())
	if err == nil {
		switch what := os.Args[1]; what {
		case "tokens", "decls", "calls", "all":
			err = dumpAll(what, files)
		case "compare":
			err = compare(*otel, *show, files, *differing)
		case "mutate":
			err = mutate(*into, *seed, *count, files)
		default:
			usage()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "godump:", err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: godump tokens|decls|calls|all|compare|mutate [flags] [file...]")
	os.Exit(2)
}

// fileNames returns the names given, and those that the list holds.
func fileNames(list string, names []string) ([]string, error) {
	if list == "" {
		return names, nil
	}
	in := os.Stdin
	if list != "-" {
		f, err := os.Open(list)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			names = append(names, line)
		}
	}
	return names, nil
}

func dumpAll(what string, files []string) error {
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer w.Flush()
	var d dumper
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := w.Write(d.file(what, name, src)); err != nil {
			return err
		}
	}
	return nil
}
