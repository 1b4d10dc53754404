package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// A goPackage is what go list says of a package.
type goPackage struct {
	ImportPath, Dir   string
	GoFiles, CgoFiles []string
}

func (p *goPackage) files() (files []string) {
	for _, name := range append(p.GoFiles, p.CgoFiles...) {
		files = append(files, filepath.Join(p.Dir, name))
	}
	return files
}

func goList(dir string, patterns []string) (list []goPackage, err error) {
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Dir,GoFiles,CgoFiles"}, patterns...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
}

// checkStd weaves every function of packages of std, all at once, by an overlay:
// their own tests must pass as before.
func checkStd(s settings, allowed string, packages []string) error {
	work, err := os.MkdirTemp("", "properties")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	list, err := goList("", packages)
	if err != nil {
		return err
	}
	overlay, err := overlayAll(s, work, list)
	if err != nil {
		return err
	}
	return runTests(allowed, work, append([]string{"-overlay=" + overlay}, packages...))
}

// overlayAll writes the woven files and the overlay that puts them in place.
func overlayAll(s settings, work string, list []goPackage) (string, error) {
	replace := map[string]string{}
	for i, p := range list {
		err := weaveAll(s, p.files(), func(name string, woven []byte) error {
			if woven == nil {
				return fmt.Errorf("%s: refused", name)
			}
			to := filepath.Join(work, fmt.Sprintf("%d_%s", i, filepath.Base(name)))
			replace[name] = to
			return os.WriteFile(to, woven, 0o666)
		})
		if err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(work, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o666)
}

// An event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
	ImportPath, FailedBuild       string // of a build
}

// runTests runs go test, and holds what fails against the tests that may.
func runTests(allowed, dir string, args []string) error {
	may, err := readAllowed(allowed)
	if err != nil {
		return err
	}
	cmd := exec.Command("go", append([]string{"test", "-json", "-short", "-vet=off"}, args...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	r := results{output: map[string][]string{}, failedTest: map[string]bool{}}
	for in := bufio.NewReader(out); ; {
		line, err := in.ReadBytes('\n')
		if err != nil {
			break
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			fmt.Print(string(line))
			continue
		}
		r.add(e, may)
	}
	cmd.Wait() // what failed is known
	fmt.Printf("properties: %d packages, %d tests passed, %d allowed to fail, %d violations\n",
		r.packages, r.passed, r.allowed, r.violations)
	if r.violations > 0 || r.packages == 0 {
		return errViolated
	}
	return nil
}

type results struct {
	packages, passed, allowed, violations int
	output                                map[string][]string // what a test or a package printed
	failedTest                            map[string]bool     // packages that have said which test failed
}

func (r *results) add(e event, may []rule) {
	id := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		r.output[id] = append(r.output[id], e.Output)
		return
	case "build-output":
		r.output[e.ImportPath] = append(r.output[e.ImportPath], e.Output)
		return
	case "pass", "skip":
		if e.Test == "" {
			r.packages++
		} else if e.Action == "pass" {
			r.passed++
		}
	case "fail":
		r.fail(e, may)
	}
	if e.Test != "" && e.Action != "run" {
		delete(r.output, id)
	}
}

func (r *results) fail(e event, may []rule) {
	id := e.Package + " " + e.Test
	if e.Test == "" {
		r.packages++
		if r.failedTest[e.Package] {
			return
		}
	}
	r.failedTest[e.Package] = true
	for _, rule := range may {
		if rule.pkg == e.Package && rule.test.MatchString(e.Test) {
			r.allowed++
			return
		}
	}
	r.violations++
	out := strings.Join(r.output[e.FailedBuild], "") + strings.Join(r.output[id], "")
	if len(out) > 2000 {
		out = out[:2000] + "...\n"
	}
	fmt.Printf("%s\n%s", id, out)
}

// A rule names tests that may fail: a line "PACKAGE REGEXP  reason".
type rule struct {
	pkg  string
	test *regexp.Regexp
}

func readAllowed(file string) (rules []rule, err error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0][0] == '#' {
			continue
		}
		if len(f) < 3 {
			return nil, fmt.Errorf("%s: %q needs a package, a regular expression and a reason", file, line)
		}
		re, err := regexp.Compile("^(" + f[1] + ")(/.*)?$")
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule{f[0], re})
	}
	return rules, nil
}
