package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// checkModules weaves every function of modules, in copies: their own tests must pass.
// A word -skip=REGEXP before a module leaves tests of it out.
func checkModules(s settings, allowed string, words []string) error {
	var flags []string
	for _, m := range words {
		if strings.HasPrefix(m, "-") {
			flags = append(flags, m)
			continue
		}
		fmt.Println("module", m)
		args := append(flags, "./...")
		flags = nil
		if err := checkModule(s, allowed, m, args); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
	}
	return nil
}

func checkModule(s settings, allowed, module string, test []string) error {
	work, err := os.MkdirTemp("", "properties")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	dir := filepath.Join(work, "module")
	if err := copyModule(module, dir); err != nil {
		return err
	}
	// A vendor folder comes without what only tests need.
	os.RemoveAll(filepath.Join(dir, "vendor"))
	list, err := goList(dir, []string{"./..."})
	if err != nil {
		return err
	}
	for _, p := range list {
		err := weaveAll(s, p.files(), func(name string, woven []byte) error {
			if woven == nil {
				return fmt.Errorf("%s: refused", name)
			}
			return os.WriteFile(name, woven, 0o666)
		})
		if err != nil {
			return err
		}
	}
	return runTests(allowed, dir, test)
}

// copyModule writes a module of the cache to a folder of our own.
func copyModule(module, to string) error {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return fmt.Errorf("go mod download: %w", err)
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		return err
	}
	if err := os.CopyFS(to, os.DirFS(m.Dir)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o777)
		}
		return os.Chmod(path, 0o666)
	})
}
