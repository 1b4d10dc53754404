// Cacheprog is a cache for GOCACHEPROG: the folder that its argument names, which several
// machines might share.
//
// Source: cmd/go/internal/cacheprog, go help cache.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
)

type request struct {
	ID                 int64
	Command            string
	ActionID, OutputID []byte
	BodySize           int64
}

type response struct {
	ID            int64
	Err           string   `json:",omitempty"`
	KnownCommands []string `json:",omitempty"`
	Miss          bool     `json:",omitempty"`
	OutputID      []byte   `json:",omitempty"`
	Size          int64    `json:",omitempty"`
	DiskPath      string   `json:",omitempty"`
}

func main() {
	log.SetFlags(0)
	dir, in := os.Args[1], bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.Encode(response{KnownCommands: []string{"get", "put", "close"}})
	for {
		var q request
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return
		}
		if len(strings.TrimSpace(string(line))) == 0 {
			continue
		}
		if err := json.Unmarshal(line, &q); err != nil {
			log.Fatal(err)
		}
		r := response{ID: q.ID}
		switch q.Command {
		case "get":
			err = get(dir, q, &r)
		case "put":
			err = put(dir, q, in, &r)
		}
		if err != nil {
			r.Err = err.Error()
		}
		out.Encode(r)
		if q.Command == "close" {
			return
		}
	}
}

// An entry is two files: the action's has the id of the output, which is the name of the other.
func get(dir string, q request, r *response) error {
	id, err := os.ReadFile(filepath.Join(dir, hex.EncodeToString(q.ActionID)+"-a"))
	if err != nil {
		r.Miss = true
		return nil
	}
	r.DiskPath = filepath.Join(dir, string(id)+"-d")
	info, err := os.Stat(r.DiskPath)
	if err != nil {
		r.Miss = true
		return nil
	}
	r.Size = info.Size()
	r.OutputID, err = hex.DecodeString(string(id))
	return err
}

func put(dir string, q request, in *bufio.Reader, r *response) error {
	var body []byte
	if q.BodySize > 0 {
		// The body is a JSON string on a line of its own, in base64.
		line, err := in.ReadBytes('\n')
		for err == nil && len(strings.TrimSpace(string(line))) == 0 {
			line, err = in.ReadBytes('\n')
		}
		if err != nil {
			return err
		}
		if body, err = base64.StdEncoding.DecodeString(strings.Trim(strings.TrimSpace(string(line)), `"`)); err != nil {
			return err
		}
	}
	id := hex.EncodeToString(q.OutputID)
	r.DiskPath = filepath.Join(dir, id+"-d")
	if err := write(r.DiskPath, body); err != nil {
		return err
	}
	return write(filepath.Join(dir, hex.EncodeToString(q.ActionID)+"-a"), []byte(id))
}

func write(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "new-")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
