package main

import (
	"bufio"
	"fmt"
	"go/version"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// weaveAll gives each file to use, with every function in it woven. woven is nil for a
// file that the parser refuses.
func weaveAll(s settings, files []string, use func(name string, woven []byte) error) error {
	verb := map[string]string{"full": "weave-all", "empty": "weave-empty", "frame": "weave-frame", "span": "weave-span"}[s.form]
	cmd := exec.Command(s.otel, "debug", verb, "--go="+goVersion(), "--list", "-")
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := bufio.NewReaderSize(out, 1<<20)
	for _, name := range files {
		woven, err := readFile(r)
		if err != nil {
			cmd.Wait()
			return fmt.Errorf("%s: otel debug %s: %v\n%s", name, verb, err, stderr.String())
		}
		if err := use(name, woven); err != nil {
			cmd.Process.Kill()
			cmd.Wait()
			return err
		}
	}
	return cmd.Wait()
}

// readFile reads a header, file TAB PATH TAB LENGTH, and as many bytes; -1 stands for a refused file.
func readFile(r *bufio.Reader) ([]byte, error) {
	head, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(head[strings.LastIndexByte(head, '\t')+1:], "\n"))
	if err != nil || n < 0 {
		return nil, err
	}
	text := make([]byte, n)
	_, err = io.ReadFull(r, text)
	return text, err
}

// goVersion returns the language version of the go/parser that is in this program, 1.26.
func goVersion() string {
	return strings.TrimPrefix(version.Lang(runtime.Version()), "go")
}
