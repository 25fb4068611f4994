package httpserve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 90 * time.Second // longer than the 60 s for which nginx keeps an idle upstream
	maxHeader     = 16 << 10
	cancelTime    = time.Second // for calls to end once they are cancelled
)

// Drain is how a server ends.
type Drain struct {
	Delay time.Duration // still serving while not ready, for balancers to notice
	Grace time.Duration // for calls in flight, then they are cancelled
}

// Serve serves until the context ends, then drains; that is no error. It closes the listener.
func Serve(ctx context.Context, l net.Listener, h *Handler, config *tls.Config, d Drain) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx)) // calls outlive the signal
	defer cancel()
	srv := &http.Server{
		Handler: h, TLSConfig: config, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return base },
		ConnContext: h.connections.context, ConnState: h.connections.changed,
		HTTP2:    &http.HTTP2Config{MaxReceiveBufferPerConnection: 128 << 10, MaxReceiveBufferPerStream: 64 << 10}, // else 1 MiB each
		ErrorLog: log.New(nameless{slog.NewLogLogger(h.o.Log.Handler(), slog.LevelDebug).Writer()}, "", 0),
	}
	ended := make(chan error, 1)
	go func() {
		if config != nil {
			ended <- srv.ServeTLS(l, "", "")
			return
		}
		ended <- srv.Serve(l)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	h.Drain()
	h.o.Log.Info("draining", "delay", d.Delay, "grace", d.Grace)
	delay := time.NewTimer(d.Delay)
	defer delay.Stop()
	select {
	case err := <-ended:
		return err
	case <-delay.C:
	}
	if shutdown(base, srv, d.Grace) != nil {
		h.o.Log.Warn("calls in flight were cancelled", "grace", d.Grace)
		cancel()
		if shutdown(context.WithoutCancel(ctx), srv, cancelTime) != nil {
			_ = srv.Close()
		}
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func shutdown(ctx context.Context, srv *http.Server, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return srv.Shutdown(ctx)
}

// nameless takes clients' addresses out of net/http's log lines, such as
// "http: TLS handshake error from 192.0.2.1:4711: EOF".
type nameless struct{ io.Writer }

func (n nameless) Write(p []byte) (int, error) {
	words := strings.Fields(string(p))
	for i, word := range words {
		if host, _, err := net.SplitHostPort(strings.TrimSuffix(word, ":")); err == nil && net.ParseIP(host) != nil {
			words[i] = "a client:"
		}
	}
	if _, err := n.Writer.Write([]byte(strings.Join(words, " "))); err != nil {
		return 0, err
	}
	return len(p), nil
}
