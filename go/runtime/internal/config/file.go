package config

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/report"
	"otel.tool/runtime/internal/resource"
	"otel.tool/runtime/internal/yaml"
)

// file is OTEL_CONFIG_FILE, OpenTelemetry's declarative configuration
// (https://opentelemetry.io/docs/specs/otel/configuration, schema 1.0). It is read as a
// whole, whatever signals the program has: what is wrong in it is an error, and then
// there is no telemetry, rather than half of it. What the schema has and we do not is
// left out, with one line.
type file struct {
	path     string
	r        *reader // for variables of our own
	fault    string  // the first error
	warnings []string

	disabled   bool
	level      report.Level
	resource   resource.Config
	propagator propagation.TextMapPropagator

	traces  []Output
	limits  sdktrace.SpanLimits
	sampler sdktrace.Sampler

	metrics   []MetricOutput
	exemplars string
	views     []*View
	series    int

	logs      []LogOutput
	logLimits LogLimits

	settings map[string]string // for hooks, by the names of their variables
}

// readFile reads the file. Of what is in one that cannot be used nothing is taken: it is
// disabled.
func (r *reader) readFile(path string) *file {
	f := &file{path: path, r: r}
	if text, err := readText(path); err != nil {
		f.fault = err.Error()
	} else {
		f.read(text)
	}
	if f.fault != "" {
		f.disabled, f.level = true, report.Warn
		f.warnings = []string{"OTEL_CONFIG_FILE: " + f.fault + "; there is no telemetry"}
	}
	if !f.disabled && f.settings != nil {
		hook.Configure(f.settings)
	}
	report.SetLevel(f.level)
	for _, line := range f.warnings {
		r.warn("%s", line)
	}
	return f
}

func (f *file) read(text string) {
	root, err := yaml.Parse(text, f.r.getenv)
	if err != nil {
		f.fault = f.path + ":" + err.Error()
		return
	}
	f.root(root)
}

// readText reads a regular file: a pipe would have the program wait.
func readText(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("'%s' is not a regular file", path)
	}
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, yaml.MaxSize+1))
	return string(text), err
}

// fail notes the first error, at n.
func (f *file) fail(n *yaml.Node, format string, args ...any) {
	if f.fault == "" {
		f.fault = f.at(n.Line, n.Col) + fmt.Sprintf(format, args...)
	}
}

// leave warns of something that is not done.
func (f *file) leave(line, col int, format string, args ...any) {
	f.warnings = append(f.warnings, f.at(line, col)+fmt.Sprintf(format, args...)+"; it is left out")
}

func (f *file) at(line, col int) string { return fmt.Sprintf("%s:%d:%d: ", f.path, line, col) }

// object is a mapping whose keys are asked for one by one.
type object struct {
	f     *file
	n     *yaml.Node
	asked []string
}

// object returns n, a mapping, or one without keys for null.
func (f *file) object(n *yaml.Node) *object {
	switch {
	case n.Null():
		n = &yaml.Node{Kind: yaml.Map}
	case n.Kind != yaml.Map:
		f.fail(n, "expected a mapping")
		n = &yaml.Node{Kind: yaml.Map}
	}
	return &object{f: f, n: n}
}

// stable is a name without what marks it as experimental, which it may have been, or
// may no longer be.
func stable(name string) string { return strings.TrimSuffix(name, "/development") }

// get returns the value of the first of names that is there; nil is null.
func (o *object) get(names ...string) *yaml.Node {
	o.asked = append(o.asked, names...)
	for _, name := range names {
		for i := range o.n.Entries {
			if stable(o.n.Entries[i].Key) == name {
				return o.n.Entries[i].Value
			}
		}
	}
	return nil
}

// done warns of the keys that nobody has asked for.
func (o *object) done() {
	for i := range o.n.Entries {
		if e := &o.n.Entries[i]; !slices.Contains(o.asked, stable(e.Key)) {
			o.f.leave(e.Line, e.Col, "'%s' is not supported", e.Key)
		}
	}
}

// one returns the key and the value of a mapping that is to have one key only. A
// name alone, as in earlier versions of the schema, is that key.
func (f *file) one(n *yaml.Node, what string) (name string, value *yaml.Node) {
	switch {
	case n.Kind == yaml.Scalar && !n.Null():
		return stable(n.Text), nil
	case n.Kind == yaml.Map && len(n.Entries) == 1:
		return stable(n.Entries[0].Key), n.Entries[0].Value
	}
	f.fail(n, "expected %s: a mapping with one key", what)
	return "", nil
}

// list returns the items of n.
func (f *file) list(n *yaml.Node) []*yaml.Node {
	if !n.Null() && n.Kind != yaml.List {
		f.fail(n, "expected a list")
		return nil
	}
	if n == nil {
		return nil
	}
	return n.Items
}

// text returns a scalar's; "" for null.
func (f *file) text(n *yaml.Node) string {
	switch {
	case n.Null():
		return ""
	case n.Kind != yaml.Scalar:
		f.fail(n, "expected a text")
		return ""
	}
	return n.Text
}

func (f *file) bool(n *yaml.Node) bool {
	switch text := strings.ToLower(f.text(n)); {
	case text == "true" && !n.Quoted:
		return true
	case text != "" && (text != "false" || n.Quoted):
		f.fail(n, "expected true or false, found '%s'", text)
	}
	return false
}

// number returns an integer of at least low, otherwise for null.
func (f *file) number(n *yaml.Node, low, otherwise int) int {
	text := f.text(n)
	if text == "" {
		return otherwise
	}
	i, err := strconv.ParseInt(text, 10, 32)
	if err != nil || int(i) < low || n.Quoted {
		f.fail(n, "expected a number of at least %d, found '%s'", low, text)
		return otherwise
	}
	return int(i)
}

//go:noinline
func (f *file) millis(n *yaml.Node, low, otherwise int) time.Duration {
	return time.Duration(f.number(n, low, otherwise)) * time.Millisecond
}

// ratio returns a number from 0 to 1, 1 for null.
func (f *file) ratio(n *yaml.Node) float64 {
	text := f.text(n)
	if text == "" {
		return 1
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= 0 && x <= 1) || n.Quoted {
		f.fail(n, "expected a number from 0 to 1, found '%s'", text)
		return 1
	}
	return x
}

// choice returns one of some words; the first for null.
func (f *file) choice(n *yaml.Node, words ...string) string {
	text := f.text(n)
	switch {
	case text == "":
		return words[0]
	case !slices.Contains(words, text):
		f.fail(n, "expected %s, found '%s'", strings.Join(words, ", "), text)
		return words[0]
	}
	return text
}
