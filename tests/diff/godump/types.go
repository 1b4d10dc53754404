package main

import (
	"go/ast"
	"go/token"
	"path"
	"sort"
	"strconv"
	"strings"
)

// An imported is a name that stands for an import path in a file.
type imported struct {
	name, path string
}

// readImports notes the names of the file's imports: given ones before guessed ones.
func (d *dumper) readImports(tree *ast.File) {
	d.imports = d.imports[:0]
	for _, spec := range tree.Imports {
		if spec.Name != nil && spec.Name.Name != "_" && spec.Name.Name != "." {
			d.imports = append(d.imports, imported{spec.Name.Name, importPath(spec)})
		}
	}
	for _, spec := range tree.Imports {
		if p := importPath(spec); spec.Name == nil {
			d.imports = append(d.imports, imported{guessName(p), p})
		}
	}
}

func importPath(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value)
	return p
}

// guessName returns the name that the package at an import path most likely has.
func guessName(importPath string) string {
	base := path.Base(importPath)
	if dir := path.Dir(importPath); isVersion(base) && dir != "." {
		base = path.Base(dir)
	}
	base = strings.TrimPrefix(base, "go-")
	for i := 0; i < len(base); i++ {
		if c := base[i]; !(isLetter(c) || isDigit(c) || c == '_' || c >= 0x80) {
			return base[:i]
		}
	}
	return base
}

func isVersion(s string) bool {
	if len(s) < 2 || s[0] != 'v' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// qualified returns path.name for an import, x.name otherwise.
func (d *dumper) qualified(x, name string) string {
	for _, imp := range d.imports {
		if imp.name == x {
			return imp.path + "." + name
		}
	}
	return x + "." + name
}

// fields prints a list of parameters or type parameters, with names.
func (d *dumper) fields(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var items []string
	for _, f := range list.List {
		t := d.typ(f.Type)
		if len(f.Names) == 0 {
			items = append(items, t)
		}
		for _, name := range f.Names {
			items = append(items, name.Name+" "+t)
		}
	}
	return strings.Join(items, ", ")
}

// typ returns the canonical form of a type.
func (d *dumper) typ(e ast.Expr) string {
	switch t := e.(type) {
	case nil:
		return ""
	case *ast.Ident:
		return t.Name
	case *ast.ParenExpr:
		return d.typ(t.X)
	case *ast.SelectorExpr:
		if id, ok := t.X.(*ast.Ident); ok {
			return d.qualified(id.Name, t.Sel.Name)
		}
	case *ast.StarExpr:
		return "*" + d.typ(t.X)
	case *ast.Ellipsis:
		return "..." + d.typ(t.Elt)
	case *ast.IndexExpr:
		return d.typ(t.X) + "[" + d.typ(t.Index) + "]"
	case *ast.IndexListExpr:
		return d.typ(t.X) + "[" + d.list(t.Indices) + "]"
	case *ast.ArrayType:
		return "[" + d.length(t.Len) + "]" + d.typ(t.Elt)
	case *ast.MapType:
		return "map[" + d.typ(t.Key) + "]" + d.typ(t.Value)
	case *ast.ChanType:
		return d.channel(t)
	case *ast.FuncType:
		return "func" + d.signature(t)
	case *ast.StructType:
		return d.structure(t)
	case *ast.InterfaceType:
		return d.iface(t)
	case *ast.UnaryExpr:
		if t.Op == token.TILDE {
			return "~" + d.typ(t.X)
		}
	case *ast.BinaryExpr:
		if t.Op == token.OR {
			return d.typ(t.X) + "|" + d.typ(t.Y)
		}
	}
	return d.expr(e)
}

func (d *dumper) list(types []ast.Expr) string {
	var items []string
	for _, t := range types {
		items = append(items, d.typ(t))
	}
	return strings.Join(items, ", ")
}

func (d *dumper) length(e ast.Expr) string {
	if e == nil {
		return ""
	}
	return d.expr(e)
}

func (d *dumper) channel(t *ast.ChanType) string {
	elem := d.typ(t.Value)
	switch {
	case t.Dir == ast.RECV:
		return "<-chan " + elem
	case t.Dir == ast.SEND:
		return "chan<- " + elem
	case strings.HasPrefix(elem, "<-"):
		return "chan (" + elem + ")"
	}
	return "chan " + elem
}

// signature prints a function's type without the names of its parameters.
func (d *dumper) signature(t *ast.FuncType) string {
	sig := "(" + d.unnamed(t.Params) + ")"
	switch t.Results.NumFields() {
	case 0:
		return sig
	case 1:
		return sig + " " + d.unnamed(t.Results)
	}
	return sig + " (" + d.unnamed(t.Results) + ")"
}

func (d *dumper) unnamed(list *ast.FieldList) string {
	var items []string
	if list != nil {
		for _, f := range list.List {
			for range max(1, len(f.Names)) {
				items = append(items, d.typ(f.Type))
			}
		}
	}
	return strings.Join(items, ", ")
}

func (d *dumper) structure(t *ast.StructType) string {
	var items []string
	for _, f := range t.Fields.List {
		field := d.typ(f.Type)
		if f.Tag != nil {
			field += " " + f.Tag.Value
		}
		if len(f.Names) == 0 {
			items = append(items, field)
		}
		for _, name := range f.Names {
			items = append(items, name.Name+" "+field)
		}
	}
	return "struct{" + strings.Join(items, "; ") + "}"
}

func (d *dumper) iface(t *ast.InterfaceType) string {
	if len(t.Methods.List) == 0 {
		return "any"
	}
	var items []string
	for _, f := range t.Methods.List {
		sig, isFunc := f.Type.(*ast.FuncType)
		if isFunc && len(f.Names) > 0 {
			items = append(items, f.Names[0].Name+d.signature(sig))
		} else {
			items = append(items, d.typ(f.Type))
		}
	}
	return "interface{" + strings.Join(items, "; ") + "}"
}

// expr prints an expression as its tokens, with a space between two.
func (d *dumper) expr(e ast.Expr) string {
	from, to := d.pos.Offset(e.Pos()), d.pos.Offset(e.End())
	first := sort.Search(len(d.tokens), func(i int) bool { return d.tokens[i].offset >= from })
	var items []string
	for _, t := range d.tokens[first:] {
		if t.offset >= to {
			break
		}
		switch {
		case t.kind == token.COMMENT:
		case t.text == "":
			items = append(items, ";")
		default:
			items = append(items, t.text)
		}
	}
	return strings.Join(items, " ")
}
