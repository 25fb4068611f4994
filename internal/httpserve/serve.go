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
	cancelTime    = time.Second // for cancelled calls to end
)

// Drain says how a server ends.
type Drain struct {
	Delay time.Duration // how long it serves while not ready, so that load balancers notice
	Grace time.Duration // how long calls in flight may take until they are cancelled
}

// Serve serves until ctx is done, and then drains, which is not an error. It closes the
// listener.
func Serve(ctx context.Context, l net.Listener, h *Handler, config *tls.Config, d Drain) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx)) // calls go on after ctx is done
	defer cancel()
	srv := newServer(base, h, config)
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
	h.end() // streams would last as long as their clients
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

func newServer(base context.Context, h *Handler, config *tls.Config) *http.Server {
	return &http.Server{
		Handler:           h,
		TLSConfig:         config,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       h.connections.context,
		ConnState:         h.connections.changed,
		HTTP2: &http.HTTP2Config{ // the defaults are 1 MiB each
			MaxReceiveBufferPerConnection: 128 << 10,
			MaxReceiveBufferPerStream:     64 << 10,
		},
		ErrorLog: log.New(nameless{slog.NewLogLogger(h.o.Log.Handler(), slog.LevelDebug).Writer()}, "", 0),
	}
}

func shutdown(ctx context.Context, srv *http.Server, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return srv.Shutdown(ctx)
}

// nameless removes clients' addresses from the log lines of net/http, such as
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
