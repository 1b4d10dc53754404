package hook

import (
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
)

func TestErrorType(t *testing.T) {
	plain := errors.New("x")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, "*errors.errorString"},
		{plain, "*errors.errorString"},
		{fmt.Errorf("y: %w", plain), "*errors.errorString"},
		{errors.Join(plain, plain), "*errors.errorString"},
		{fmt.Errorf("y: %w", &os.PathError{Err: plain}), "*fs.PathError"},
		{&net.OpError{Err: plain}, "*net.OpError"},
		{&net.OpError{Err: &net.DNSError{IsTimeout: true}}, "*net.DNSError"},
		{fmt.Errorf("y: %w", os.ErrDeadlineExceeded), "timeout"},
	} {
		if got := ErrorType(tt.err); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
}
