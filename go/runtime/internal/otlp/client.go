package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"otel.tool/runtime/internal/otlp/otlpjson"
	"otel.tool/runtime/internal/wire"
)

const (
	maxResponse = 1 << 20          // bytes of an answer that we read
	maxKept     = 1 << 20          // bytes of a buffer that we keep for the next batch
	firstWait   = time.Second      // before the second attempt
	maxWait     = 10 * time.Second // between two attempts
)

// Client sends the requests of one signal. It opens no connection before there is
// something to send.
type Client struct {
	cfg       Config
	transport *http.Transport
	wait      time.Duration // before the second attempt
	signal    *Signal
	prefix    int         // bytes before the message in a payload
	file      *file       // instead of a receiver, if not nil
	spokeGRPC atomic.Bool // the receiver has given a gRPC status

	hurries atomic.Int32  // see Hurry
	wake    chan struct{} // tells a waiting send that hurries has changed
}

// failure is why one attempt failed.
type failure struct {
	err     error
	retry   bool          // worth another attempt
	unheard bool          // the receiver was not reached
	after   time.Duration // the receiver asked us to wait so long
}

// unserved is the error of a receiver that is there and does not take the signal, as a Jaeger
// takes no metrics.
type unserved struct{ error }

// Unserved says whether an export has failed for that reason: gRPC's UNIMPLEMENTED, or a
// path that HTTP does not find.
func Unserved(err error) bool {
	var u unserved
	return errors.As(err, &u)
}

// NewClient returns a client for requests of signal. The error says which file of cfg
// could not be used; the client works without it.
func NewClient(cfg Config, signal *Signal) (*Client, error) {
	c := &Client{cfg: cfg, signal: signal, wait: firstWait, wake: make(chan struct{}, 1)}
	if cfg.File != "" {
		c.file, c.transport = &file{path: cfg.File}, new(http.Transport)
		return c, nil
	}
	if cfg.Protocol == GRPC {
		c.prefix = grpcPrefix
	}
	tlsConfig, err := cfg.tls()
	c.transport = &http.Transport{
		DialContext:         cfg.dialer(),
		Proxy:               cfg.proxy(),
		TLSClientConfig:     tlsConfig,
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     90 * time.Second,
		MaxIdleConnsPerHost: 1,
		DisableCompression:  true,

		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              new(http.Protocols),
	}
	switch {
	case cfg.Protocol != GRPC:
		c.transport.Protocols.SetHTTP1(true)
		c.transport.Protocols.SetHTTP2(true)
	case cfg.Endpoint.Scheme == "https":
		c.transport.Protocols.SetHTTP2(true)
	default:
		c.transport.Protocols.SetUnencryptedHTTP2(true)
	}
	return c, err
}

// tls returns the settings that the files give. A file that cannot be used is
// an error, and the settings are those without it: what is wrong with the
// receiver's certificate, or with ours, is then said by the handshake.
func (cfg *Config) tls() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	var errs []error
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		pool := x509.NewCertPool()
		if err == nil && !pool.AppendCertsFromPEM(pem) {
			err = fmt.Errorf("no certificate in '%s'", cfg.CAFile)
		}
		if err == nil {
			t.RootCAs = pool
		}
		errs = append(errs, err)
	}
	if cfg.CertFile != "" || cfg.KeyFile != "" {
		cert, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err == nil {
			t.Certificates = []tls.Certificate{cert}
		}
		errs = append(errs, err)
	}
	return t, errors.Join(errs...)
}

func (cfg *Config) dialer() func(ctx context.Context, network, addr string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if cfg.Socket == "" {
		return dialer.DialContext
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "unix", cfg.Socket)
	}
}

// proxy returns http.ProxyFromEnvironment where it could make a difference.
// Elsewhere it is not touched, as it reads the environment once for the whole
// program, which may still change it.
func (cfg *Config) proxy() func(*http.Request) (*url.URL, error) {
	if cfg.Socket != "" || cfg.Protocol == GRPC && cfg.Endpoint.Scheme == "http" {
		return nil // h2c does not pass an HTTP proxy
	}
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		if os.Getenv(name) != "" {
			return http.ProxyFromEnvironment
		}
	}
	return nil
}

// Send sends a request, which encode writes. It makes attempts until one succeeds,
// the receiver refuses for good, or ctx ends. An error means that the request is lost.
func (c *Client) Send(ctx context.Context, encode func(*wire.Writer)) error {
	p := newPayload()
	defer p.release()
	w := wire.Writer{B: append(p.b, make([]byte, c.prefix)...)}
	encode(&w)
	p.b = w.B
	if c.cfg.Protocol == HTTPJSON || c.file != nil {
		text := newPayload()
		defer text.release()
		text.b = otlpjson.Append(text.b, c.signal.request, p.b)
		p = text
	}
	if c.file != nil {
		p.b = append(p.b, '\n')
		return c.file.write(ctx, p.b)
	}
	return c.send(ctx, p)
}

// send keeps p until it returns.
func (c *Client) send(ctx context.Context, p *payload) error {
	if c.cfg.Gzip {
		zipped, err := p.gzip(c.prefix)
		if err != nil {
			return err
		}
		defer zipped.release()
		p = zipped
	}
	if c.cfg.Protocol == GRPC {
		p.frame(c.cfg.Gzip)
	}
	wait, told := c.wait, c.cfg.Retry == nil
	for {
		f := c.attempt(ctx, p)
		if f == nil {
			return nil
		}
		if !f.retry || f.unheard && c.hurries.Load() > 0 {
			return f.err
		}
		if !told && (f.unheard || errors.Is(f.err, errTimeout)) {
			c.cfg.Retry(f.err)
			told = true
		}
		if !c.pause(ctx, f, wait) {
			return f.err
		}
		if errors.Is(f.err, errTimeout) {
			// The connection may lead nowhere, which TCP finds out only much later.
			c.transport.CloseIdleConnections()
		}
		wait = min(wait*2, maxWait)
	}
}

// attempt sends p once.
func (c *Client) attempt(ctx context.Context, p *payload) *failure {
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.Timeout, errTimeout)
	defer cancel()
	if c.cfg.Mark != nil {
		ctx = c.cfg.Mark(ctx)
	}
	if c.cfg.Protocol == GRPC {
		return c.attemptGRPC(ctx, p)
	}
	return c.attemptHTTP(ctx, p)
}

// pause waits before the next attempt: as long as the receiver asked for, else
// about as long as given, with half of it left to chance so that not all
// programs come back at once. It returns false if ctx ends before that.
func (c *Client) pause(ctx context.Context, f *failure, wait time.Duration) bool {
	wait = wait/2 + rand.N(wait/2+1)
	wait = max(wait, f.after)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case <-ctx.Done():
			return false
		case <-c.wake:
			if f.after == 0 {
				return true
			}
		}
	}
}

// Hurry says that the program wants to end: a send that waits goes on now, and
// a receiver that cannot be reached is not tried again. The function returned
// takes it back.
func (c *Client) Hurry() (done func()) {
	c.hurries.Add(1)
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return func() {
		c.hurries.Add(-1)
		select {
		case <-c.wake:
		default:
		}
	}
}

// Shutdown closes the connections.
func (c *Client) Shutdown(context.Context) error {
	if c.file != nil {
		return c.file.close()
	}
	c.transport.CloseIdleConnections()
	return nil
}

var errTimeout = errors.New("no answer in time")

// unreached is the failure of an attempt that got no answer.
func unreached(ctx context.Context, err error) *failure {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &failure{err: errTimeout, retry: true}
	case ctx.Err() != nil:
		return &failure{err: ctx.Err()}
	}
	refused := errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT)
	var dns *net.DNSError
	return &failure{err: err, retry: !distrust(err), unheard: refused || errors.As(err, &dns)}
}

// distrust says whether the receiver's certificate is not good for us, or ours not for the
// receiver, which another attempt would not change. Of an alert, crypto/tls tells no more
// than its text (tls.AlertError is for QUIC only).
func distrust(err error) bool {
	var certificate *tls.CertificateVerificationError
	var alert *net.OpError
	return errors.As(err, &certificate) ||
		errors.As(err, &alert) && alert.Op == "remote error" && strings.Contains(alert.Err.Error(), "certificate")
}

// request returns a POST of p to path, with what all protocols need.
func (c *Client) request(ctx context.Context, path string, p *payload) *http.Request {
	u := *c.cfg.Endpoint
	if path != "" {
		u.Path, u.RawPath = path, ""
	}
	user := u.User
	u.User = nil
	req := &http.Request{
		Method:        http.MethodPost,
		URL:           &u,
		Host:          u.Host,
		Header:        c.cfg.Headers.Clone(),
		Body:          p.reader(),
		GetBody:       func() (io.ReadCloser, error) { return p.reader(), nil },
		ContentLength: int64(len(p.b)),
	}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	if password, ok := user.Password(); ok && req.Header.Get("Authorization") == "" {
		req.SetBasicAuth(user.Username(), password)
	}
	return req.WithContext(ctx)
}

// read returns the answer's body, as much of it as we are ready to hold, and as
// came.
func read(body io.ReadCloser) ([]byte, error) {
	defer body.Close()
	return io.ReadAll(io.LimitReader(body, maxResponse))
}

// payload is an encoded request. net/http may still read it after an attempt
// has returned, so it counts its readers, and its bytes are used again only
// when the last has gone.
type payload struct {
	b     []byte
	users atomic.Int32
}

// payloads are those that are not in use. A sync.Pool would lose them to the garbage collector
// between two exports, and large buffers are what makes that work often.
var payloads = make(chan *payload, 2)

func newPayload() (p *payload) {
	select {
	case p = <-payloads:
		p.b = p.b[:0]
	default:
		p = new(payload)
	}
	p.users.Store(1)
	return p
}

func (p *payload) release() {
	if p.users.Add(-1) > 0 || cap(p.b) > maxKept {
		return
	}
	select {
	case payloads <- p:
	default:
	}
}

func (p *payload) reader() io.ReadCloser {
	p.users.Add(1)
	return &payloadReader{Reader: bytes.NewReader(p.b), p: p}
}

type payloadReader struct {
	*bytes.Reader
	p    *payload
	once sync.Once
}

func (r *payloadReader) Close() error {
	r.once.Do(r.p.release)
	return nil
}

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// gzip returns p compressed, but for the first bytes, which are kept.
func (p *payload) gzip(prefix int) (*payload, error) {
	out := newPayload()
	out.b = append(out.b, p.b[:prefix]...)
	buf := bytes.NewBuffer(out.b)
	zip := zippers.Get().(*gzip.Writer)
	defer zippers.Put(zip)
	zip.Reset(buf)
	_, err := zip.Write(p.b[prefix:])
	if err == nil {
		err = zip.Close()
	}
	out.b = buf.Bytes()
	return out, err
}
