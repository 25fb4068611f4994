package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Bounds of a server.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second // of a whole request
	writeTimeout   = readTimeout + keyTime + acceptTime + 5*time.Second
	idleTimeout    = 90 * time.Second
	maxHeader      = 16 << 10
	maxConnections = 128
	drainTime      = 5 * time.Second // for deliveries that are being taken at the end
)

// Listen listens on an address, host:port. The server speaks plain HTTP, and deliveries
// hold names and links: unless a proxy in front speaks TLS, the address must be loopback,
// which a tunnel on this machine reaches.
func Listen(ctx context.Context, address string, behindProxy bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errors.New("it must be host:port, for example 127.0.0.1:8090")
	}
	if !behindProxy && !isLoopback(host) {
		return nil, fmt.Errorf("%s is not loopback, and names and links must not cross a network in the clear", address)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if at, err := netip.ParseAddrPort(l.Addr().String()); !behindProxy && (err != nil || !at.Addr().Unmap().IsLoopback()) {
		_ = l.Close()
		return nil, fmt.Errorf("%s resolves to an address that is not loopback", address)
	}
	return l, nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Serve serves until ctx is done, which is not an error, and then lets the deliveries end
// that are being taken. It closes the listener.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          log.New(io.Discard, "", 0), // it names clients
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(newCrowd(l, maxConnections)) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limited, stop := context.WithTimeout(base, drainTime)
	defer stop()
	if srv.Shutdown(limited) != nil {
		cancel()
		_ = srv.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// crowd is a listener that has a bounded number of connections open. Others wait for
// their turn with the kernel.
type crowd struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	close  func()
}

func newCrowd(l net.Listener, most int) *crowd {
	c := &crowd{Listener: l, places: make(chan struct{}, most), closed: make(chan struct{})}
	c.close = sync.OnceFunc(func() { close(c.closed) })
	return c
}

// Accept implements net.Listener.
func (c *crowd) Accept() (net.Conn, error) {
	select {
	case c.places <- struct{}{}:
	case <-c.closed:
		return nil, net.ErrClosed
	}
	conn, err := c.Listener.Accept()
	leave := sync.OnceFunc(func() { <-c.places })
	if err != nil {
		leave()
		return nil, err
	}
	return &visitor{conn, leave}, nil
}

// Close implements net.Listener.
func (c *crowd) Close() error {
	c.close()
	return c.Listener.Close()
}

type visitor struct {
	net.Conn
	leave func()
}

func (v *visitor) Close() error {
	defer v.leave()
	return v.Conn.Close()
}
