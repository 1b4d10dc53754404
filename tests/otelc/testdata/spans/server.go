package spans

import (
	"fmt"
	"net/http"

	"go.opentelemetry.io/otelc/pkg/hook"
)

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func BeforeServeHTTP(ictx hook.HookContext, recv interface{}, w http.ResponseWriter, r *http.Request) {
	r.Header.Set("X-Hook", "/hook")
	writer := &statusWriter{ResponseWriter: w}
	ictx.SetParam(1, writer)
	ictx.SetKeyData("writer", writer)
}

func AfterServeHTTP(ictx hook.HookContext) {
	if writer, ok := ictx.GetKeyData("writer").(*statusWriter); ok {
		fmt.Println("status", writer.status)
	}
}
