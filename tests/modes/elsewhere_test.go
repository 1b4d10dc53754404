package modes

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Programs of a module that is not being worked on: path@version.

// elsewhere is a program of such a module that does nothing but log.
const elsewhere = "golang.org/x/example/hello@v0.0.0-20250915201037-7f05d217867b"

// Where they come from, and are put, in all rows: what go compiles of it is compiled once.
var (
	elsewhereOnce  sync.Once
	elsewhereProxy string
)

// published has the module of the tree in a proxy, in several versions, and another in the tree,
// which go does not look at.
func published(tr *tree) {
	elsewhereOnce.Do(func() {
		elsewhereProxy = filepath.Join(suite, "elsewhere", "proxy")
		tr.write("word/word.txt", "embedded")
		tr.write("word/word.go", "// Package word is assembled, and tells where it was.\npackage word\n\nimport (\n\t_ \"embed\"\n\t\"runtime\"\n)\n\n"+
			"//go:embed word.txt\nvar Word string\n\nfunc one() int\n\n// File is this file.\nfunc File() (string, int) {\n\t_, file, _, _ := runtime.Caller(0)\n\treturn file, one()\n}\n")
		tr.write("word/one_amd64.s", "#include \"textflag.h\"\n\nTEXT ·one(SB), NOSPLIT, $0-8\n\tMOVQ $1, ret+0(FP)\n\tRET\n")
		tr.edit("main.go", "\t\"example.com/app/lib\"\n", "\t\"example.com/app/lib\"\n\t\"example.com/app/word\"\n")
		tr.edit("main.go", "\tfmt.Println(\"version\"", "\tfmt.Println(word.File())\n\tfmt.Println(word.Word)\n\tfmt.Println(\"version\"")
		tr.write("cmd/nested/main.go", tr.read("main.go"))
		tr.publish("v1.1.0")
		mod := tr.read("go.mod")
		tr.write("go.mod", mod+"\nreplace github.com/google/uuid => github.com/google/uuid v1.4.0\n")
		tr.publish("v1.2.0-replace")
		tr.write("go.mod", "// Deprecated: use something else.\n"+strings.Replace(mod, "go 1.21", "go 1.16", 1))
		tr.publish("v1.2.0")
	})
	tr.write("go.mod", "module example.com/app\n\ngo 1.23\n\ngodebug panicnil=1\n")
	tr.write("go.work", "go 1.23\n\nuse ./nowhere\n")
	tr.write("main.go", "package broken {\n")
	r := tr.run(nil, "go", "env", "GOMODCACHE", "GOPROXY")
	cache, proxy, _ := strings.Cut(strings.TrimSpace(r.out), "\n")
	tr.env = append(tr.env, "GONOSUMDB=example.com", "GOFLAGS=-modcacherw", "GOMODCACHE="+filepath.Join(suite, "elsewhere", "modcache"),
		"GOPROXY="+fileURL(elsewhereProxy)+","+fileURL(filepath.Join(cache, "cache", "download"))+","+proxy)
}

// depends has another module in the tree, one of whose tools is that program.
func depends(tr *tree) {
	published(tr)
	entries, err := os.ReadDir(tr.dir)
	if err != nil {
		tr.t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(tr.path(e.Name())); err != nil {
			tr.t.Fatal(err)
		}
	}
	tr.write("go.mod", "module example.com/outer\n\ngo 1.24\n\ntool example.com/app\n\nrequire example.com/app v1.1.0\n")
	if r := tr.run(nil, "go", "mod", "tidy"); r.code != 0 {
		tr.t.Fatalf("go mod tidy: %v", r)
	}
}

func fileURL(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// publish puts the tree's module into the proxy.
func (tr *tree) publish(version string) {
	tr.t.Helper()
	base := filepath.Join(elsewhereProxy, "example.com", "app", "@v")
	err := os.MkdirAll(base, 0o755)
	for name, text := range map[string]string{".info": fmt.Sprintf(`{"Version":%q,"Time":"2024-01-01T00:00:00Z"}`, version), ".mod": tr.read("go.mod")} {
		if err == nil {
			err = os.WriteFile(filepath.Join(base, version+name), []byte(text), 0o644)
		}
	}
	if err == nil {
		err = zipModule(filepath.Join(base, version+".zip"), tr.dir, "example.com/app@"+version)
	}
	if err == nil {
		err = appendTo(filepath.Join(base, "list"), version+"\n")
	}
	if err != nil {
		tr.t.Fatal(err)
	}
}

func zipModule(path, dir, prefix string) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		w, err := z.Create(prefix + "/" + filepath.ToSlash(name))
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	})
	if err != nil {
		return err
	}
	return z.Close()
}

func appendTo(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(line)
	return err
}
