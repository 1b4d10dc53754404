package conformance

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // the server unzips
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"otel.tool/runtime/internal/otlp"
)

// service is the official one; answers are given in turn, then success.
type service struct {
	collector.UnimplementedTraceServiceServer
	mu      sync.Mutex
	calls   []*collector.ExportTraceServiceRequest
	headers metadata.MD
	timeout time.Duration
	answers []error
	partial *collector.ExportTracePartialSuccess
}

func (s *service) Export(ctx context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, req)
	s.headers, _ = metadata.FromIncomingContext(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		s.timeout = time.Until(deadline)
	}
	if len(s.answers) > 0 {
		err := s.answers[0]
		s.answers = s.answers[1:]
		return nil, err
	}
	return &collector.ExportTraceServiceResponse{PartialSuccess: s.partial}, nil
}

func serve(t testing.TB, s *service) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, s)
	go func() {
		if err := server.Serve(l); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(server.Stop)
	return l.Addr().String()
}

func TestGRPCIsTheOfficialMessage(t *testing.T) {
	spans := everything(t)
	s := &service{}
	address := serve(t, s)
	ctx := context.Background()
	official, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(address), otlptracegrpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	if err := official.ExportSpans(ctx, spans); err != nil {
		t.Fatal(err)
	}
	if err := official.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	for _, zip := range []bool{false, true} {
		cfg := config(t, otlp.GRPC, "http://"+address)
		cfg.Gzip = zip
		if err := export(t, cfg, spans); err != nil {
			t.Fatal(err)
		}
		a, b := s.calls[len(s.calls)-1], s.calls[0]
		normal(a)
		normal(b)
		if !proto.Equal(a, b) {
			t.Errorf("ours:\n%s\nofficial:\n%s", prototext.Format(a), prototext.Format(b))
		}
		for key, want := range map[string]string{"api-key": "secret", "user-agent": "ours"} {
			if got := strings.Join(s.headers.Get(key), ","); got != want {
				t.Errorf("%s: %q, want %q", key, got, want)
			}
		}
		if s.timeout <= 0 || s.timeout > 5*time.Second {
			t.Errorf("the server was given %v", s.timeout)
		}
	}
}

func TestGRPCAnswers(t *testing.T) {
	throttle := func(code codes.Code, d time.Duration) error {
		st, err := status.New(code, "busy").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(d)})
		if err != nil {
			t.Fatal(err)
		}
		return st.Err()
	}
	tests := []struct {
		name    string
		answers []error
		partial *collector.ExportTracePartialSuccess
		calls   int
		err     string // "" for success
		warning string
	}{
		{"success", nil, nil, 1, "", ""},
		{"unavailable, then success", []error{status.Error(codes.Unavailable, "starting")}, nil, 2, "", ""},
		{"throttled by RetryInfo", []error{throttle(codes.ResourceExhausted, 10*time.Millisecond), throttle(codes.Unavailable, time.Millisecond)}, nil, 3, "", ""},
		{"exhausted without RetryInfo", []error{status.Error(codes.ResourceExhausted, "full")}, nil, 1, "resource exhausted: full", ""},
		{"throttled for longer than there is time", []error{throttle(codes.Unavailable, time.Hour)}, nil, 1, "unavailable: busy", ""},
		{"refused for good", []error{status.Error(codes.InvalidArgument, "50% of ünïcode\nis bad")}, nil, 1, "invalid argument: 50% of ünïcode is bad", ""},
		{"unauthenticated", []error{status.Error(codes.Unauthenticated, "")}, nil, 1, "unauthenticated", ""},
		{"partial success", nil, &collector.ExportTracePartialSuccess{RejectedSpans: 3, ErrorMessage: "too old"}, 1, "", "the receiver rejected 3: too old"},
		{"a warning", nil, &collector.ExportTracePartialSuccess{ErrorMessage: "slow down"}, 1, "", "the receiver warns: slow down"},
	}
	spans := everything(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &service{answers: tt.answers, partial: tt.partial}
			warning := ""
			cfg := config(t, otlp.GRPC, "http://"+serve(t, s))
			cfg.Warn = func(text string) { warning = text }
			err := export(t, cfg, spans)
			if got := errText(err); got != tt.err {
				t.Errorf("error %q, want %q", got, tt.err)
			}
			if len(s.calls) != tt.calls {
				t.Errorf("%d calls, want %d", len(s.calls), tt.calls)
			}
			if warning != tt.warning {
				t.Errorf("warning %q, want %q", warning, tt.warning)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
