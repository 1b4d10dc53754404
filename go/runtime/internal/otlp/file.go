package otlp

import (
	"context"
	"os"
	"sync"
)

// file is where requests go as lines of JSON
// (https://opentelemetry.io/docs/specs/otel/protocol/file-exporter) instead of to a
// receiver. It is opened with the first one, and appended to.
type file struct {
	path string

	mu sync.Mutex
	f  *os.File
}

// write appends one line by one call, so that programs can share the file.
func (f *file) write(ctx context.Context, line []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.f == nil {
		var err error
		// What is in it is for the program's user alone.
		f.f, err = os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
	}
	_, err := f.f.Write(line)
	return err
}

func (f *file) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.f == nil {
		return nil
	}
	err := f.f.Close()
	f.f = nil
	return err
}
