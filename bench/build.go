package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// benchBuild builds examples/greet, a service of two programs, plain and woven.
func benchBuild(dir, otel string, rounds int) {
	app := filepath.Join(dir, "greet")
	check(os.CopyFS(app, os.DirFS("../examples/greet")))
	warm := filepath.Join(dir, "warm")
	// Each program has a file of its own: where another one's lies, go links again.
	build := func(name, pkg string, tool ...string) []string {
		return append(tool, "build", "-o", filepath.Join(dir, name), pkg)
	}
	plain, woven := build("plain", ".", "go"), build("woven", ".", otel, "go")
	smallPlain, smallWoven := build("small-plain", ".", "go"), build("small-woven", ".", otel, "go")
	second := build("second", "./phrases", otel, "go")

	// Caches of their own, so that the user's are neither used nor filled.
	caches := func(name string) []string {
		return []string{"GOCACHE=" + filepath.Join(dir, name), "OTEL_GO_CACHE=" + filepath.Join(dir, name+"-otel")}
	}
	fresh := func(from string) []string {
		to := filepath.Join(dir, "fresh")
		check(os.RemoveAll(to))
		check(os.RemoveAll(to + "-otel"))
		if from != "" {
			check(os.CopyFS(to, os.DirFS(from)))
		}
		return caches("fresh")
	}
	run(app, caches("warm"), plain...)

	var cold, first, other []cost
	for range max(1, rounds/2) {
		cold = append(cold, run(app, fresh(""), plain...))
		env := fresh(warm)
		first = append(first, run(app, env, woven...))
		other = append(other, run(app, env, second...))
	}

	env := caches("warm")
	run(app, env, woven...)
	small := filepath.Join(dir, "hello")
	writeHello(small)
	run(small, env, smallPlain...)
	run(small, env, smallWoven...)
	run(app, env, plain...)
	var noop, hello, change [2][]cost
	for i := range 2 * rounds {
		hello[0] = append(hello[0], run(small, env, smallPlain...))
		hello[1] = append(hello[1], run(small, env, smallWoven...))
		noop[0] = append(noop[0], run(app, env, plain...))
		noop[1] = append(noop[1], run(app, env, woven...))

		line := fmt.Sprintf("package main\n\nvar stamp = %q\n", fmt.Sprint("round ", i))
		check(os.WriteFile(filepath.Join(app, "stamp.go"), []byte(line), 0o600))
		change[0] = append(change[0], run(app, env, plain...))
		change[1] = append(change[1], run(app, env, woven...))
	}

	fmt.Println("Builds of examples/greet; processor time, medians, with time on the clock in brackets")
	rows := [][]string{{"", "plain go", "otel go", "ratio", "more"}}
	add := func(name string, a, b []cost) {
		p, w := medians(a), medians(b)
		var ratios []float64
		for i := range a {
			ratios = append(ratios, float64(b[i].cpu)/float64(a[i].cpu))
		}
		rows = append(rows, []string{name, both(p), both(w), fmt.Sprintf("%.2f", median(ratios)), ms(w.cpu - p.cpu)})
	}
	add("nothing to do", noop[0], noop[1])
	add("a server of one line, nothing to do", hello[0], hello[1])
	add("one line changed", change[0], change[1])
	add("first woven build, beside a cold plain one", cold, first)
	add("first woven build of a second program, likewise", cold, other)
	table(rows)
}

func ms(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

func both(c cost) string { return fmt.Sprintf("%s (%s)", ms(c.cpu), ms(c.wall)) }
