// Package schema holds the JSON Schema of rule files against the reader of them: they agree on
// the rule files that we have, on rows that use every key, and on mistakes.
package schema

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const root = "../.."

// tool is the otel under test: build/otel, or what OTEL_E2E_TOOL names.
func tool(t *testing.T) string {
	t.Helper()
	path := os.Getenv("OTEL_E2E_TOOL")
	if path == "" {
		path = filepath.Join(root, "build", "otel")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// schema returns what `otel rules schema` prints, as text and compiled.
func schema(t *testing.T) (map[string]any, *jsonschema.Schema) {
	t.Helper()
	text, err := exec.Command(tool(t), "rules", "schema").Output()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("otel.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("otel.json") // which holds it against the schema of schemas
	if err != nil {
		t.Fatal(err)
	}
	return doc, s
}

func read(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	if v == nil {
		v = map[string]any{}
	}
	return v
}

// TestShipped: the schema takes the rule files of the tool, and those of our tests.
func TestShipped(t *testing.T) {
	_, s := schema(t)
	n := 0
	for _, pattern := range []string{"go/hooks/*/otel.yaml", "go/hooks/*/*/otel.yaml", "go/hooks/*/*/*/otel.yaml", "go/hooks/*/*/*/*/otel.yaml",
		"tests/e2e/testdata/*/otel.yaml", "tests/otelc/testdata/*/otel.yaml", "tests/golden/*/rules.yaml", "examples/*/otel.yaml"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			n++
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(read(t, string(text))); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d files", n)
	}
}

const (
	head = "r:\n  target: t\n  where: {func: F}\n"
	do   = "  do: [inject_hooks: {before: B, path: p}]\n"
)

// Together these use every key.
var right = []string{
	"",
	head + do,
	"r:\n  target: t\n  version: v1.2.0,v2.0.0\n  go: go1.25\n  name: n\n  order: -3\n  signal: traces,metrics\n  imports: {a: b, _: c}\n  where: {func: F, recv: '*T'}\n" +
		"  do:\n    - inject_hooks: {before: B, after: A, path: p, args: [x, y], noescape: true, lead: L}\n    - inject_code: {raw: 'x()'}\n",
	"r: {target: t, func: F, recv: T, before: B, after: A, path: p}\n",
	"r: {target: t, where: {struct: S}, do: [add_struct_fields: {new_field: [{name: n, type: int}]}]}\n",
	"r: {target: t, do: [add_file: {file: f.go, path: p}]}\n",
	"r: {target: t, where: {function_call: p.F}, do: [wrap_call: {append_args: [a], variadic_type: int, replace: 'f({{ . }})'}]}\n",
	"r: {target: t, where: {directive: 'a:b'}, do: [expand_directive: {template: 'f()'}]}\n",
	"r: {target: t, where: {identifier: x, kind: var}, do: [assign_value: {replace: '1'}]}\n",
	"r: {target: t, where: {identifier: x, kind: const}, do: [assign_value: {wrap: '{{ . }}'}]}\n",
	"r: {target: t, where: {struct_literal: p.T}, do: [set_fields: {field: [{name: A, value: '1'}, {name: B, wrap: '{{ . }}'}]}]}\n",
	"r:\n  target: t\n  where:\n    func: F\n    pattern: x\n    placement: after\n    signature: {args: [int], returns: [error]}\n    signature_contains: {args: [int]}\n" +
		"    param: int\n    has_param: context.Context\n    result: int\n    last_result: error\n    all-of: [{func: F}]\n    one-of: [{func: F}, {recv: T}]\n    not: {func: G}\n" +
		"    file:\n      has_func: F\n      has_recv: T\n      has_struct: S\n      has_directive: d\n      has_package: p\n      is_test: false\n      all-of: [{has_func: F}]\n" +
		"      one-of: [{has_func: F}]\n      not: {is_test: true}\n  do: [inject_code: {raw: 'x()'}]\n",
	"spans:\n  - match: a:F\n    except: [G]\n    name: n\n    kind: server\n    attributes: {a: $1, b: 2, c: text}\nmetrics:\n  - match: a:F\n    except: [G]\n    histogram: h\n    unit: s\n" +
		"    attributes: {a: $1}\n  - {match: 'a:F', counter: c}\n",
	"exclude: [a, 'b:F']\ninstrumentations: {net/http: false, x: true}\ntrust: [m, 'n/*']\nuse: [m@v1.2.0, ./rules, ../rules]\nextensions: [example.com/ext, ./ext]\n",
}

// In each of these something is wrong that the schema tells as the reader does.
var wrong = []string{
	"r: x\n", "r: []\n", "r: {}\n", "[a]\n",
	head, head + "  do: []\n", head + "  do: {}\n", "r:\n  where: {func: F}\n" + do, head + "  extra: 1\n" + do,
	head + "  order: one\n" + do, head + "  order: 100000\n" + do, head + "  version: a,b,c\n" + do, head + "  go: 'a,'\n" + do, head + "  imports: [a]\n" + do,
	head + "  imports: {a: [b]}\n" + do, head + "  name: ''\n" + do, "r:\n  target: []\n  where: {func: F}\n" + do,
	"r:\n  target: t\n  where: []\n" + do, "r:\n  target: t\n  where: {fnc: F}\n" + do, "r:\n  target: t\n  where: {func: F, file: {has_fnc: F}}\n" + do,
	"r:\n  target: t\n  where: {func: F, file: {func: F}}\n" + do, "r:\n  target: t\n  where: {func: F, not: []}\n" + do, "r:\n  target: t\n  where: {func: F, one-of: []}\n" + do,
	"r:\n  target: t\n  where: {func: F, one-of: {}}\n" + do, "r:\n  target: t\n  where: {func: F, signature: []}\n" + do, "r:\n  target: t\n  where: {func: F, signature: {arg: [a]}}\n" + do,
	"r:\n  target: t\n  where: {func: F, placement: behind}\n" + do, "r:\n  target: t\n  where: {func: F, file: {is_test: maybe}}\n" + do,
	"r:\n  target: t\n  where: {identifier: F, kind: func}\n  do: [assign_value: {wrap: a}]\n",
	head + "  do: [{inject_hooks: {before: B, path: p}, inject_code: {raw: a}}]\n", head + "  do: [inject_hook: {before: B}]\n", head + "  do: [inject_hooks: {befor: B, path: p}]\n",
	head + "  do: [inject_hooks: {before: B, path: p, args: x}]\n", head + "  do: [inject_hooks: {before: B, path: p, noescape: 1}]\n", head + "  do: [inject_hooks: {before: B, path: p, lead: [a]}]\n", head + "  do: [inject_hooks]\n",
	"r: {target: t, where: {struct: S}, do: [add_struct_fields: {new_field: []}]}\n", "r: {target: t, where: {struct: S}, do: [add_struct_fields: {new_field: [{type: int}]}]}\n",
	"r: {target: t, where: {struct: S}, do: [add_struct_fields: {new_field: [{name: n, typ: int}]}]}\n", "r: {target: t, where: {struct: S}, do: [add_struct_fields: {new_field: [n]}]}\n",
	"spans: x\n", "spans: [x]\n", "spans: [{}]\n", "spans: [{match: F}]\n", "spans: [{match: 'a:F', kind: serv}]\n", "spans: [{match: 'a:F', histogram: h}]\n",
	"spans: [{match: 'a:F', attributes: [a]}]\n", "spans: [{match: 'a:F', except: G}]\n", "spans: [{match: 'a:F', attributes: {a: [b]}}]\n",
	"metrics: [{match: 'a:F'}]\n", "metrics: [{match: 'a:F', counter: c, histogram: h}]\n", "metrics: [{match: 'a:F', counter: c, kind: server}]\n",
	"exclude: a\n", "exclude: [[a]]\n", "instrumentations: [a]\n", "instrumentations: {a: off!}\n", "trust: {}\n", "use: {a: b}\n", "use: [m]\n", "use: [m@1]\n", "extensions: {a: b}\n",
}

// reads tells whether the reader takes a rule file, in a module without any package that the rules
// are for.
func reads(t *testing.T, text string) bool {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n", "x.otel.yaml": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(tool(t), "rules", "check", "--json")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off")
	out, _ := cmd.Output() // it fails where something is wrong
	var said struct {
		Mistakes []struct{ Text string }
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, m := range said.Mistakes {
		absent := strings.Contains(m.Text, "not here: this build may fetch nothing") || strings.HasPrefix(m.Text, "there is no folder") ||
			strings.HasPrefix(m.Text, "the extension '") // of which the schema knows nothing
		if !absent {
			return false
		}
	}
	return true
}

// TestAgree: what the schema takes the reader takes, and what one refuses the other does.
func TestAgree(t *testing.T) {
	doc, s := schema(t)
	for want, rows := range map[bool][]string{true: right, false: wrong} {
		for _, row := range rows {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				if err := s.Validate(read(t, row)); (err == nil) != want {
					t.Errorf("the schema says %v of\n%s", err, row)
				}
				if got := reads(t, row); got != want {
					t.Errorf("the reader says %v of\n%s", got, row)
				}
			})
		}
	}
	all := strings.Join(right, "")
	for _, key := range keys(doc) {
		if !strings.Contains(all, key+":") {
			t.Errorf("no row uses the key %q", key)
		}
	}
}

// keys returns the names of all properties in a schema.
func keys(schema any) (names []string) {
	switch v := schema.(type) {
	case map[string]any:
		for key, sub := range v {
			if properties, ok := sub.(map[string]any); ok && key == "properties" {
				for name := range properties {
					names = append(names, name)
				}
			}
			names = append(names, keys(sub)...)
		}
	case []any:
		for _, sub := range v {
			names = append(names, keys(sub)...)
		}
	}
	return names
}
