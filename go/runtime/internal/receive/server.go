package receive

import (
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const maxBody = 64 << 20

// NewServer returns a server that gives take the spans of each request. It takes
// OTLP/HTTP and, over unencrypted HTTP/2, OTLP/gRPC. Metrics and logs are
// answered as if they had been taken.
func NewServer(take func([]Span)) *http.Server {
	h := &handler{take}
	s := &http.Server{Handler: h, Protocols: new(http.Protocols)}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	return s
}

type handler struct {
	take func([]Span)
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if strings.HasPrefix(kind, "application/grpc") {
		h.grpc(w, r)
		return
	}
	body, err := unzip(http.MaxBytesReader(w, r.Body, maxBody), r.Header.Get("Content-Encoding"))
	switch {
	case r.Method != http.MethodPost:
		http.Error(w, "OTLP is sent by POST to /v1/traces", http.StatusMethodNotAllowed)
		return
	case err == nil && strings.HasSuffix(r.URL.Path, "/v1/traces"):
		err = h.traces(body, kind == "application/json")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", kind)
	if kind == "application/json" {
		_, _ = io.WriteString(w, "{}") // a client that has gone needs no answer
	}
}

func (h *handler) traces(body []byte, json bool) error {
	decode := Decode
	if json {
		decode = DecodeJSON
	}
	spans, err := decode(body)
	if err == nil {
		h.take(spans)
	}
	return err
}

// grpc answers one unary call.
func (h *handler) grpc(w http.ResponseWriter, r *http.Request) {
	code, message := 0, ""
	body, err := unaryMessage(http.MaxBytesReader(w, r.Body, maxBody), r.Header.Get("Grpc-Encoding"))
	if err == nil && strings.HasSuffix(r.URL.Path, "TraceService/Export") {
		err = h.traces(body, false)
	}
	if err != nil {
		code, message = 3, err.Error() // invalid argument
	}
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
	if code == 0 {
		_, _ = w.Write(make([]byte, 5)) // an empty message
	}
	w.Header().Set("Grpc-Status", strconv.Itoa(code))
	w.Header().Set("Grpc-Message", message)
}

// unaryMessage reads the message of a unary call.
func unaryMessage(r io.Reader, encoding string) ([]byte, error) {
	var prefix [5]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, fmt.Errorf("no message: %w", err)
	}
	size := binary.BigEndian.Uint32(prefix[1:])
	if prefix[0] == 0 {
		encoding = ""
	}
	if size > maxBody {
		return nil, errors.New("message too long")
	}
	return unzip(io.LimitReader(r, int64(size)), encoding)
}

func unzip(r io.Reader, encoding string) ([]byte, error) {
	switch encoding {
	case "", "identity":
		return io.ReadAll(r)
	case "gzip":
		zip, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(io.LimitReader(zip, maxBody))
	}
	return nil, fmt.Errorf("unknown encoding '%s'", encoding)
}
