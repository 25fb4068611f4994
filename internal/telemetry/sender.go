package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"
)

// sender posts OTLP messages to a collector. The official HTTP exporters do the
// same, but link all of gRPC, which is more than three megabytes.
//
// A sender logs the first failure and then the next success; the SDK would log each
// failure.
type sender struct {
	settings *settings
	http     *http.Client
	log      *slog.Logger
	failing  atomic.Bool

	ctx    context.Context // done after close
	close  func()
	last   context.Context // done after lastTry
	signal func()
}

const (
	attempts  = 5
	firstWait = time.Second
)

func newSender(s *settings, log *slog.Logger) *sender {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = s.tls
	n := &sender{settings: s, log: log, http: &http.Client{
		Transport: transport,
		// Headers may hold a secret, and a redirected POST becomes a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	var cancel func()
	n.ctx, cancel = context.WithCancel(context.Background())
	n.close = func() { cancel(); transport.CloseIdleConnections() }
	n.last, n.signal = context.WithCancel(context.Background())
	return n
}

// lastTry ends retries: requests made from now on are not repeated, and those that
// wait to be repeated are not.
func (n *sender) lastTry() { n.signal() }

// send delivers one message, or logs why it could not.
func (n *sender) send(ctx context.Context, m proto.Message) {
	ctx, cancel := context.WithTimeout(ctx, n.settings.timeout)
	defer cancel()
	defer context.AfterFunc(n.ctx, cancel)() //nolint:contextcheck // either context ends the request
	err := n.deliver(ctx, m)
	switch was := n.failing.Swap(err != nil); {
	case err != nil && !was:
		n.log.Warn("telemetry is not delivered", "error", err)
	case err == nil && was:
		n.log.Info("telemetry is delivered again")
	}
}

func (n *sender) deliver(ctx context.Context, m proto.Message) error {
	body, err := n.encode(m)
	if err != nil {
		return err
	}
	wait := firstWait
	for i := 1; ; i++ {
		asked, err := n.post(ctx, body)
		if err == nil || asked < 0 || i == attempts || n.last.Err() != nil {
			return err
		}
		jitter := rand.N(wait / 2) //nolint:gosec // spreads retries, guards nothing
		pause := time.NewTimer(max(asked, wait/2+jitter))
		select {
		case <-pause.C:
		case <-ctx.Done():
		case <-n.last.Done():
		}
		pause.Stop()
		if ctx.Err() != nil {
			return err
		}
		wait *= 2
	}
}

func (n *sender) encode(m proto.Message) ([]byte, error) {
	raw, err := proto.Marshal(m)
	if err != nil || !n.settings.gzip {
		return raw, err
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(raw); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// post makes one attempt. After a failure, retry is how long the collector asks to
// wait at least; it is negative if another attempt is useless.
func (n *sender) post(ctx context.Context, body []byte) (retry time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.settings.endpoint, bytes.NewReader(body))
	if err != nil {
		return -1, err
	}
	maps.Copy(req.Header, n.settings.headers)
	req.Header.Set("Content-Type", "application/x-protobuf")
	if n.settings.gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	res, err := n.http.Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return 0, wrapped.Err // without the URL, which may hold a secret
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // so that the connection can be used again
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
			retry = time.Duration(s) * time.Second
		}
	default:
		retry = -1
	}
	if res.StatusCode/100 != 2 {
		return retry, fmt.Errorf("the collector answered HTTP %d", res.StatusCode)
	}
	return 0, nil
}
