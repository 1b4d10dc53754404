package main

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
)

// A dumper prints one file after another, and reuses its memory.
type dumper struct {
	out     []byte
	src     []byte
	pos     *token.File // turns positions into offsets
	tokens  []tok
	ends    map[int]int // wrong end of a raw string (go1.25 drops its carriage returns) to the real one
	imports []imported
}

// A tok is a token as the scanner gave it; text is empty for an automatic semicolon.
type tok struct {
	offset int
	kind   token.Token
	text   string
}

// file returns the dump of a file; it is valid until the next call.
func (d *dumper) file(what, name string, src []byte) []byte {
	d.out, d.src = d.out[:0], src
	d.line("file", name)

	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		var list scanner.ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			panic(err)
		}
		first := list[0].Pos
		d.line("error", strconv.Itoa(first.Offset), strconv.Itoa(first.Line)+":"+strconv.Itoa(first.Column))
		return d.out
	}
	d.pos = fset.File(tree.Package)
	d.scan()
	d.readImports(tree)
	if what == "tokens" || what == "all" {
		d.printTokens()
	}
	if what == "decls" || what == "all" {
		d.printDecls(tree)
	}
	if what == "calls" || what == "all" {
		d.printCalls(tree)
	}
	return d.out
}

func (d *dumper) scan() {
	d.tokens = d.tokens[:0]
	d.ends = nil
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(d.src))
	s.Init(file, d.src, nil, scanner.ScanComments)
	for {
		pos, kind, lit := s.Scan()
		t := tok{offset: file.Offset(pos), kind: kind, text: lit}
		switch {
		case kind == token.SEMICOLON && lit == "\n":
			t.text = ""
		case lit == "" || kind.IsKeyword():
			t.text = kind.String()
		case kind == token.STRING && lit[0] == '`':
			d.noteEnd(t)
		}
		d.tokens = append(d.tokens, t)
		if kind == token.EOF {
			return
		}
	}
}

// noteEnd remembers the real end of a raw string that has carriage returns.
func (d *dumper) noteEnd(t tok) {
	end := t.offset + 1 + bytes.IndexByte(d.src[t.offset+1:], '`') + 1
	if wrong := t.offset + len(t.text); wrong != end {
		if d.ends == nil {
			d.ends = map[int]int{}
		}
		d.ends[wrong] = end
	}
}

func (d *dumper) printTokens() {
	for _, t := range d.tokens {
		d.out = strconv.AppendInt(d.out, int64(t.offset), 10)
		d.out = append(d.out, '\t')
		d.out = append(d.out, t.kind.String()...)
		d.out = append(d.out, '\t')
		switch {
		case t.kind == token.SEMICOLON && t.text == "":
			d.out = append(d.out, `\n`...)
		case t.kind.IsLiteral() || t.kind == token.COMMENT:
			d.out = appendField(d.out, t.text)
		}
		d.out = append(d.out, '\n')
	}
}

func (d *dumper) printDecls(tree *ast.File) {
	d.line("package", d.span(tree.Package, tree.Name.End()), tree.Name.Name, d.doc(tree.Doc))
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			d.line("gen", d.node(n), n.Tok.String(), d.doc(n.Doc))
			for _, spec := range n.Specs {
				d.printSpec(n.Tok, spec)
			}
		case *ast.FuncDecl:
			d.line("func", d.node(n), n.Name.Name, d.fields(n.Recv), d.fields(n.Type.TypeParams),
				d.fields(n.Type.Params), d.fields(n.Type.Results), d.block(n.Body), d.doc(n.Doc))
		}
		return true
	})
}

func (d *dumper) printSpec(keyword token.Token, spec ast.Spec) {
	span := d.node(spec)
	switch s := spec.(type) {
	case *ast.ImportSpec:
		name := ""
		if s.Name != nil {
			name = s.Name.Name
		}
		d.line("import", span, name, importPath(s), d.doc(s.Doc))
	case *ast.ValueSpec:
		values := ""
		if len(s.Values) > 0 {
			values = d.span(s.Values[0].Pos(), s.Values[len(s.Values)-1].End())
		}
		for _, name := range s.Names {
			d.line(keyword.String(), span, name.Name, d.typ(s.Type), values, d.doc(s.Doc))
		}
	case *ast.TypeSpec:
		alias := ""
		if s.Assign.IsValid() {
			alias = "="
		}
		d.line("type", span, s.Name.Name, d.fields(s.TypeParams), alias, d.typ(s.Type), d.doc(s.Doc))
	}
}

func (d *dumper) printCalls(tree *ast.File) {
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			dots := ""
			if n.Ellipsis.IsValid() {
				dots = "..."
			}
			d.line("call", d.node(n), d.node(n.Fun), d.callee(n.Fun), strconv.Itoa(len(n.Args)), dots)
		case *ast.CompositeLit:
			d.line("lit", d.node(n), d.typ(n.Type), d.span(n.Lbrace, n.Rbrace+1), strconv.Itoa(len(n.Elts)))
		case *ast.FuncLit:
			d.line("funclit", d.node(n), d.fields(n.Type.Params), d.fields(n.Type.Results), d.block(n.Body))
		case *ast.ReturnStmt:
			d.line("return", d.node(n), strconv.Itoa(len(n.Results)))
		case *ast.AssignStmt:
			d.line("assign", d.node(n), n.Tok.String(), strconv.Itoa(len(n.Lhs)), strconv.Itoa(len(n.Rhs)))
		}
		return true
	})
}

// callee names what is called, as far as syntax can tell.
func (d *dumper) callee(fun ast.Expr) string {
	for {
		switch x := fun.(type) {
		case *ast.ParenExpr:
			fun = x.X
		case *ast.IndexExpr:
			fun = x.X
		case *ast.IndexListExpr:
			fun = x.X
		case *ast.Ident:
			return x.Name
		case *ast.SelectorExpr:
			if id, ok := x.X.(*ast.Ident); ok {
				return d.qualified(id.Name, x.Sel.Name)
			}
			return "." + x.Sel.Name
		default:
			return ""
		}
	}
}

func (d *dumper) node(n ast.Node) string { return d.span(n.Pos(), n.End()) }

func (d *dumper) block(b *ast.BlockStmt) string {
	if b == nil {
		return ""
	}
	return d.node(b)
}

func (d *dumper) span(from, to token.Pos) string {
	end := d.pos.Offset(to)
	if real, ok := d.ends[end]; ok {
		end = real
	}
	return strconv.Itoa(d.pos.Offset(from)) + "-" + strconv.Itoa(end)
}

// doc returns the span of a doc comment. (ast's End is wrong by dropped carriage returns.)
func (d *dumper) doc(group *ast.CommentGroup) string {
	if group == nil {
		return ""
	}
	from := d.pos.Offset(group.Pos())
	to := d.pos.Offset(group.List[len(group.List)-1].Slash)
	if rest := d.src[to:]; rest[1] == '*' {
		to += 2 + bytes.Index(rest[2:], []byte("*/")) + 2
	} else if i := bytes.IndexByte(rest, '\n'); i < 0 {
		to += len(bytes.TrimSuffix(rest, []byte("\r")))
	} else {
		to += len(bytes.TrimSuffix(rest[:i], []byte("\r")))
	}
	return strconv.Itoa(from) + "-" + strconv.Itoa(to)
}

// line prints one line of fields.
func (d *dumper) line(kind string, fields ...string) {
	d.out = append(d.out, kind...)
	for _, f := range fields {
		d.out = append(d.out, '\t')
		d.out = appendField(d.out, f)
	}
	d.out = append(d.out, '\n')
}

func appendField(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			out = append(out, `\\`...)
		case '\n':
			out = append(out, `\n`...)
		case '\t':
			out = append(out, `\t`...)
		case '\r':
		default:
			out = append(out, s[i])
		}
	}
	return out
}
