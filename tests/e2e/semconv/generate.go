package semconv

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Module is what Generate reads, and its sum.
const (
	Module = "go.opentelemetry.io/otel@v1.47.0"
	Sum    = "h1:j7ALJ/zgkS7Z6aeJW09p8VC9804bC+PpeTfCD4XPnOM="
)

// namespaces are those of the attributes and metrics that registry.yaml has.
var namespaces = []string{"aws", "client", "cloud", "code", "container", "cpu", "db", "deployment", "disk", "error", "exception", "faas", "go", "host", "http", "k8s",
	"log", "network", "os", "otel", "process", "rpc", "server", "service", "system", "telemetry", "thread", "url", "user_agent"}

func wanted(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	return slices.Contains(namespaces, first)
}

// Generate makes registry.yaml from the folder of Module: from the package
// semconv/v<Version>, which the conventions' own tool has made of their model, and the
// packages of metrics below it.
func Generate(module string) ([]byte, error) {
	dir := filepath.Join(module, "semconv", "v"+Version)
	attributes, metrics := map[string]string{}, map[string]*instrument{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if filepath.Base(path) == "metric.go" {
			readMetrics(file, metrics)
		} else {
			readAttributes(file, attributes)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Made by Generate from %s, semconv/v%s, which OpenTelemetry makes of the conventions' model:\n", Module, Version)
	fmt.Fprintf(&b, "# UPDATE=1 go test -run TestSemconvModel . in tests/e2e. Type and stability of attributes; <key> follows the name of a template.\n")
	fmt.Fprintf(&b, "version: %s\nattributes:\n", Version)
	writeSorted(&b, attributes)
	b.WriteString("metrics:\n")
	lines := map[string]string{}
	for name, i := range metrics {
		lines[name] = i.String()
	}
	writeSorted(&b, lines)
	return b.Bytes(), nil
}

func writeSorted(b *bytes.Buffer, m map[string]string) {
	var names []string
	for name := range m {
		if wanted(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(b, "  %s: %s\n", name, m[name])
	}
}

var (
	typeLine      = regexp.MustCompile(`(?m)^Type: (.+)$`)
	stabilityLine = regexp.MustCompile(`(?m)^Stability: (.+)$`)
)

// readAttributes finds the keys, whose comments tell type and stability, and the functions of
// templates, which have only a function: the key's rest is their first parameter.
func readAttributes(file *ast.File, attributes map[string]string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if len(n.Values) != 1 || n.Doc == nil {
				break
			}
			call, ok := n.Values[0].(*ast.CallExpr)
			kind := typeLine.FindStringSubmatch(n.Doc.Text())
			if !ok || kind == nil || len(call.Args) != 1 {
				break
			}
			stability := "Unknown"
			if s := stabilityLine.FindStringSubmatch(n.Doc.Text()); s != nil {
				stability = strings.ReplaceAll(s[1], " ", "_")
			}
			attributes[text(call.Args[0])] = kind[1] + " " + stability
		case *ast.FuncDecl:
			if n.Body == nil || len(n.Type.Params.List) != 2 || len(n.Type.Params.List[0].Names) == 0 || n.Type.Params.List[0].Names[0].Name != "key" {
				break
			}
			call, ok := n.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.CallExpr)
			if !ok {
				break
			}
			name := strings.TrimSuffix(text(call.Args[0].(*ast.BinaryExpr).X), ".")
			kind := "string"
			if call.Fun.(*ast.SelectorExpr).Sel.Name == "StringSlice" {
				kind = "string[]"
			}
			attributes[name] = kind + " Template <key>"
		}
		return true
	})
}

// text is the value of a string's literal.
func text(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, _ := strconv.Unquote(lit.Value)
	return s
}

// instrument is what is read of one: its type's embedded instrument, its methods' words.
type instrument struct {
	name, unit, kind   string
	required, optional []string
}

func readMetrics(file *ast.File, metrics map[string]*instrument) {
	byType := map[string]*instrument{}
	of := func(name string) *instrument {
		if byType[name] == nil {
			byType[name] = &instrument{}
		}
		return byType[name]
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				t, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if s, ok := t.Type.(*ast.StructType); ok && len(s.Fields.List) == 1 {
					if sel, ok := s.Fields.List[0].Type.(*ast.SelectorExpr); ok {
						of(t.Name.Name).kind = sel.Sel.Name
					}
				}
			}
		case *ast.FuncDecl:
			if d.Recv != nil {
				readMethod(d, of(d.Recv.List[0].Type.(*ast.Ident).Name))
			}
		}
	}
	for _, i := range byType {
		if i.name == "" || i.kind == "" {
			continue
		}
		// Those that can be observed as well are two types.
		if m := metrics[i.name]; m != nil {
			m.required, m.optional = append(m.required, i.required...), append(m.optional, i.optional...)
		} else {
			metrics[i.name] = i
		}
	}
}

// String is what registry.yaml has of it.
func (i *instrument) String() string {
	value, kind := "int64", strings.TrimPrefix(i.kind, "Int64")
	if k, ok := strings.CutPrefix(i.kind, "Float64"); ok {
		value, kind = "double", k
	}
	list := func(names []string) string {
		slices.Sort(names)
		return strings.Join(slices.Compact(names), ", ")
	}
	return fmt.Sprintf("{instrument: %s, unit: %q, value: %s, required: [%s], optional: [%s]}",
		strings.TrimPrefix(kind, "Observable"), i.unit, value, list(i.required), list(i.optional))
}

var recordedAttribute = regexp.MustCompile(`^attribute\.(String|Int|Int64|Float64|Bool|StringSlice)$`)

func readMethod(d *ast.FuncDecl, i *instrument) {
	switch name := d.Name.Name; {
	case name == "Name":
		i.name = text(d.Body.List[0].(*ast.ReturnStmt).Results[0])
	case name == "Unit":
		i.unit = text(d.Body.List[0].(*ast.ReturnStmt).Results[0])
	case strings.HasPrefix(name, "Attr"):
		call := d.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.CallExpr)
		attr := text(call.Args[0])
		if strings.Contains(d.Doc.Text(), "a required attribute") {
			i.required = append(i.required, attr)
		} else {
			i.optional = append(i.optional, attr)
		}
	case name == "Record" || name == "Add":
		// What it sets itself of its parameters is required.
		ast.Inspect(d.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
					if x, ok := sel.X.(*ast.Ident); ok && recordedAttribute.MatchString(x.Name+"."+sel.Sel.Name) {
						i.required = append(i.required, text(call.Args[0]))
					}
				}
			}
			return true
		})
	}
}
