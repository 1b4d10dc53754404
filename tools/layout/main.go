// Layout puts the functions that requests run first in their packages.
//
//	layout LIST DIR
//
// Go lays a package's functions out as they come in its source. Most of ours are for what seldom happens, or
// once: as they lie between the others, a request would touch twice as many pages of code as it runs
// functions on, and each page takes an entry of the processor's TLB (docs/design.md, "What a span costs"). So
// the sources that travel in the tool are not those of this tree: each package that LIST names has one file for
// all of its files that are built everywhere, which begins with the functions of LIST, in its order. The rest
// follows as it was. //line comments keep the places, and package variables and init functions their order.
//
// DIR is the folder that holds packages at their import path without "otel.tool/": it is changed. LIST has a
// function to a line, its package and its name, "otel.tool/runtime/hook (*Entry).Begin"; # begins a comment.
// It is made by `make layout`.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// root is what the import paths of the packages begin with.
const root = "otel.tool/"

// laid is the file that a package's files become.
const laid = "layout.go"

func main() {
	log.SetFlags(0)
	log.SetPrefix("layout: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: layout LIST DIR")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	list, err := readList(os.Args[1], string(text))
	for _, p := range list {
		err = errors.Join(err, p.layOut(filepath.Join(os.Args[2], filepath.FromSlash(strings.TrimPrefix(p.path, root)))))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// listed is what the list says of a package.
type listed struct {
	path  string
	funcs []listedFunc
}

type listedFunc struct{ name, place string }

// readList returns the packages of a list, as they come. Of a line that is not one, the error has the place.
func readList(file, text string) (list []*listed, err error) {
	of := map[string]*listed{}
	seen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		place := fmt.Sprintf("%s:%d", file, i+1)
		if line == "" {
			continue
		}
		if seen[line] {
			err = errors.Join(err, fmt.Errorf("%s: %s is listed twice", place, line))
			continue
		}
		seen[line] = true
		pkg, name, ok := strings.Cut(line, " ")
		if !ok || !strings.HasPrefix(pkg, root) {
			err = errors.Join(err, fmt.Errorf("%s: want a package of %s and a function, not %q", place, root, line))
			continue
		}
		if of[pkg] == nil {
			of[pkg] = &listed{path: pkg}
			list = append(list, of[pkg])
		}
		of[pkg].funcs = append(of[pkg].funcs, listedFunc{name, place})
	}
	return list, err
}

// source is one file of a package.
type source struct {
	name string
	text []byte
	fset *token.FileSet
	file *ast.File
}

// function is one that is moved, with its comment, in the bytes [from, to) of its file.
type function struct {
	src      *source
	from, to int
}

// layOut makes the files of the package in dir one. Those that are not built everywhere stay as they are.
func (p *listed) layOut(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	var sources []*source
	for _, name := range names {
		src, err := read(name)
		if err != nil {
			return err
		}
		if src != nil {
			sources = append(sources, src)
		}
	}
	if len(sources) == 0 {
		return fmt.Errorf("%s: no package %s in %s", p.funcs[0].place, p.path, dir)
	}
	text, err := p.merge(sources)
	if err != nil {
		return err
	}
	if slices.Contains(names, filepath.Join(dir, laid)) {
		return fmt.Errorf("%s has a %s of its own", dir, laid)
	}
	for _, src := range sources {
		if err := os.Remove(filepath.Join(dir, src.name)); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, laid), text, 0o644)
}

// read returns a file of a package, nil if it is a test or not built everywhere.
func read(name string) (*source, error) {
	src := &source{name: filepath.Base(name), fset: token.NewFileSet()}
	// No system has these names: a file for one, by its own name, is not built there.
	nowhere := build.Context{GOOS: "nowhere", GOARCH: "nothing", Compiler: "gc"}
	everywhere, err := nowhere.MatchFile(filepath.Split(name))
	if err != nil || !everywhere || strings.HasSuffix(name, "_test.go") {
		return nil, err
	}
	if src.text, err = os.ReadFile(name); err != nil {
		return nil, err
	}
	if src.file, err = parser.ParseFile(src.fset, name, src.text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	for _, group := range src.file.Comments {
		for _, c := range group.List {
			if group.Pos() < src.file.Package && constraint.IsGoBuild(c.Text) {
				return nil, nil
			}
		}
	}
	return src, nil
}

var version = regexp.MustCompile(`^v[0-9]+$`)

// guessedName is the name that a package most likely has, by its import path in quotes.
func guessedName(quoted string) string {
	p, _ := strconv.Unquote(quoted)
	if version.MatchString(path.Base(p)) {
		p = path.Dir(p)
	}
	return path.Base(p)
}

// merge returns the one file.
func (p *listed) merge(sources []*source) ([]byte, error) {
	imports, err := unite(sources)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.path, err)
	}
	funcs := map[string]function{}
	for _, src := range sources {
		for _, decl := range src.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name != "init" {
				from, to := src.extent(fn)
				funcs[funcName(fn)] = function{src, from, to}
			}
		}
	}

	var b bytes.Buffer
	fmt.Fprintf(&b, "// Made by tools/layout. DO NOT EDIT.\n\npackage %s\n\nimport (\n", sources[0].file.Name.Name)
	for _, spec := range imports {
		fmt.Fprintf(&b, "\t%s\n", spec)
	}
	b.WriteString(")\n")

	moved := map[*source][]function{}
	for _, f := range p.funcs {
		fn, ok := funcs[f.name]
		if !ok {
			err = errors.Join(err, fmt.Errorf("%s: %s has no function %s that is built everywhere: take the line out, or run `make layout`", f.place, p.path, f.name))
			continue
		}
		p.put(&b, fn.src, fn.from, fn.to)
		moved[fn.src] = append(moved[fn.src], fn)
	}
	for _, src := range sources {
		cuts := moved[src]
		slices.SortFunc(cuts, func(x, y function) int { return x.from - y.from })
		at := src.body()
		for _, fn := range cuts {
			p.put(&b, src, at, fn.from)
			at = fn.to
		}
		p.put(&b, src, at, len(src.text))
	}
	return b.Bytes(), err
}

// unite returns the imports of all files as they are written, each once. One name must not stand for two packages.
func unite(sources []*source) (specs []string, err error) {
	type use struct{ spec, path, file string }
	first := map[string]use{}
	for _, src := range sources {
		for _, imp := range src.file.Imports {
			u := use{imp.Path.Value, imp.Path.Value, src.name}
			name := guessedName(u.path)
			if imp.Name != nil {
				name, u.spec = imp.Name.Name, imp.Name.Name+" "+u.path
			}
			if name == "_" {
				name = u.spec
			}
			was, ok := first[name]
			if ok && was.path != u.path {
				err = errors.Join(err, fmt.Errorf("%s imports %s, and %s %s: give one another name", was.file, was.spec, u.file, u.spec))
			} else if !ok || imp.Name != nil { // a name that is written is no guess
				first[name] = u
			}
		}
	}
	for _, u := range first {
		specs = append(specs, u.spec)
	}
	slices.Sort(specs)
	return specs, err
}

// funcName is a function's name as a list, and the symbol of it, has it: "F", "T.M" or "(*T).M".
func funcName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	t, format := fn.Recv.List[0].Type, "%s.%s"
	if star, ok := t.(*ast.StarExpr); ok {
		t, format = star.X, "(*%s).%s"
	}
	switch generic := t.(type) {
	case *ast.IndexExpr:
		t = generic.X
	case *ast.IndexListExpr:
		t = generic.X
	}
	return fmt.Sprintf(format, t.(*ast.Ident).Name, fn.Name.Name)
}

// extent is where a function is in its file, with its comment and the end of its last line.
func (s *source) extent(fn *ast.FuncDecl) (from, to int) {
	start := fn.Pos()
	if fn.Doc != nil {
		start = fn.Doc.Pos()
	}
	to = s.offset(fn.End())
	if end := bytes.IndexByte(s.text[to:], '\n'); end >= 0 {
		return s.offset(start), to + end + 1
	}
	return s.offset(start), len(s.text)
}

// body is where the file's declarations begin, behind its imports.
func (s *source) body() int {
	end := s.file.Name.End()
	for _, decl := range s.file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			end = d.End()
		}
	}
	at := s.offset(end)
	if line := bytes.IndexByte(s.text[at:], '\n'); line >= 0 {
		return at + line + 1
	}
	return len(s.text)
}

func (s *source) offset(pos token.Pos) int { return s.fset.Position(pos).Offset }

// put writes the bytes [from, to) of a file, which begin a line, with their place: by import path, as the tool has
// all files of ours recorded, and as the compiler takes it, which looks for no such file. Blank lines around them
// are left out.
func (p *listed) put(b *bytes.Buffer, src *source, from, to int) {
	text := src.text[from:to]
	bare := bytes.TrimLeft(text, " \t\n")
	from += len(text) - len(bare)
	bare = bytes.TrimRight(bare, " \t\n")
	if len(bare) == 0 {
		return
	}
	fmt.Fprintf(b, "\n//line %s/%s:%d\n%s\n", p.path, src.name, 1+bytes.Count(src.text[:from], []byte("\n")), bare)
}
