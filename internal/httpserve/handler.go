// Package httpserve serves an MCP server over Streamable HTTP. It decides by Host,
// Origin, bearer token and size who may call. It keeps nothing between requests, so
// any number of replicas can be behind an ordinary load balancer.
package httpserve

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/sync/semaphore"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/admission"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
)

// Paths that a Handler serves, besides that of the OAuth metadata if there is any.
const (
	Path        = "/mcp"
	HealthPath  = "/healthz" // 200 while the process serves
	ReadyPath   = "/readyz"  // 503 once it drains
	MetricsPath = "/metrics"
)

// Options are the settings of a Handler. The zero value accepts only loopback Hosts
// and no Origin, and needs no token.
type Options struct {
	Auth           Auth              // nil if callers need no token
	AllowedHosts   []string          // names in the Host header, without port; empty for loopback only
	Loopback       bool              // accept loopback Hosts besides AllowedHosts
	AllowedOrigins []string          // origins of web pages that may call, such as https://app.example.com
	OAuth          *OAuth            // nil for no protected-resource metadata
	Metrics        http.Handler      // served at MetricsPath without a token; nil for 404
	MaxBody        int64             // bytes of a request; default 1 MiB
	MaxConcurrent  int               // requests to Path at a time, more get 503; default 256
	Subscriptions  *subscription.Hub // nil if nothing can be subscribed to
	Log            *slog.Logger      // nil to log nothing
}

// OAuth is what the metadata of RFC 9728 says about this server.
type OAuth struct {
	Resource             string   // URL by which clients reach Path
	AuthorizationServers []string // issuers of the tokens that the server accepts
}

// Handler answers every request of the server.
type Handler struct {
	o           Options
	server      *server.MCPServer
	next        http.Handler // mcp-go's transport
	mux         *http.ServeMux
	guard       guard
	tokens      *jsonrpc.Tokens
	connections *connections
	intake      intake
	slots       chan struct{}
	held        *semaphore.Weighted // bytes of bodies
	gate        *admission.Gate
	draining    atomic.Bool
	ending      chan struct{} // closed by end
	end         func()        // ends all streams
}

// NewHandler returns a Handler that serves s.
func NewHandler(s *server.MCPServer, o Options) *Handler {
	o.MaxBody = cmp.Or(o.MaxBody, 1<<20)
	o.MaxConcurrent = cmp.Or(o.MaxConcurrent, 256)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Handler{
		o:           o,
		server:      s,
		mux:         http.NewServeMux(),
		guard:       newGuard(o),
		tokens:      jsonrpc.NewTokens(),
		connections: newConnections(maxConnections),
		slots:       make(chan struct{}, o.MaxConcurrent),
		held:        semaphore.NewWeighted(max(maxHeld, o.MaxBody)),
		gate:        admission.New(o.MaxConcurrent),
		ending:      make(chan struct{}),
	}
	h.end = sync.OnceFunc(func() { close(h.ending) })
	if o.Subscriptions != nil {
		declare(s)
	}
	server.WithToolHandlerMiddleware(deliverFirst)(s)
	h.next = server.NewStreamableHTTPServer(s,
		server.WithStateLess(true),
		server.WithDisableStreaming(true),
		server.WithDisableLocalhostProtection(true), // guard is stricter, and knows the names of a proxy
		server.WithHTTPContextFunc(askNothing(s)),
		server.WithStreamableHTTPLogger(o.Log),
	)
	h.route()
	return h
}

func (h *Handler) route() {
	h.mux.HandleFunc(Path, h.serveMCP)
	h.mux.HandleFunc("GET "+HealthPath, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	h.mux.HandleFunc("GET "+ReadyPath, h.ready)
	if h.o.Metrics != nil {
		h.mux.Handle("GET "+MetricsPath, h.guard.probe(h.o.Metrics))
	}
	if h.o.OAuth != nil {
		metadata := server.NewProtectedResourceMetadataHandler(server.ProtectedResourceMetadataConfig{
			Resource:               h.o.OAuth.Resource,
			AuthorizationServers:   h.o.OAuth.AuthorizationServers,
			BearerMethodsSupported: []string{"header"},
			ResourceName:           "Cloudflare RealtimeKit (MCP)",
		})
		h.mux.Handle(server.ProtectedResourceMetadataPath(h.o.OAuth.Resource), h.guard.probe(metadata))
	}
}

// Drain makes ReadyPath answer 503, so that load balancers choose other replicas.
// Everything else is served as before.
func (h *Handler) Drain() { h.draining.Store(true) }

func (h *Handler) ready(w http.ResponseWriter, _ *http.Request) {
	if h.draining.Load() {
		http.Error(w, "draining", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// ServeHTTP answers a request and logs one line about it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := newWriter(w)
	defer h.record(r, out, time.Now())
	out.limitRead(bodyTimeout) // also for a body that the handler does not read
	out.Header().Set("X-Content-Type-Options", "nosniff")
	h.mux.ServeHTTP(out, r)
}

// record logs a request at debug level, without address, path, headers and body. It
// turns a panic into an error of this request.
func (h *Handler) record(r *http.Request, out *writer, start time.Time) {
	p := recover()
	whole := p == nil || out.status == 0
	if p != nil {
		h.o.Log.ErrorContext(r.Context(), "panic", "value", p)
	}
	if p != nil && whole {
		out.WriteHeader(http.StatusInternalServerError)
	}
	h.o.Log.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("route", cmp.Or(r.Pattern, "none")),
		slog.Int("status", out.status), slog.Int64("bytes", out.bytes), slog.Duration("duration", time.Since(start)))
	if !whole {
		panic(http.ErrAbortHandler) // half an answer must not look complete
	}
}

func (h *Handler) serveMCP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if reason := h.guard.refusal(r); reason != "" {
		refuse(w, http.StatusForbidden, mcp.INVALID_REQUEST, reason)
		return
	}
	if h.guard.cors(w, r) {
		return
	}
	if r.Method != http.MethodPost {
		// There is no stream to listen to, and no session to delete.
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, mcp.INVALID_REQUEST, "this server is stateless: only POST is served")
		return
	}
	r, ok := h.authenticate(w, r)
	if !ok {
		return
	}
	body, ok := h.readBody(w, r)
	if !ok {
		return
	}
	settle, release, ok := h.admit(w, r, int64(len(body)))
	if !ok {
		return
	}
	defer release()
	r.Header.Del("Authorization") // nothing below needs it
	r.Header.Del("Mcp-Session-Id")
	if jsonrpc.IsBatch(body) {
		h.batch(w, r, body)
		return
	}
	h.message(w, r, body, settle)
}

// message passes one message to mcp-go, unless it is one that nobody waits for.
func (h *Handler) message(w http.ResponseWriter, r *http.Request, body []byte, settle func()) {
	m, failure := jsonrpc.Parse(body)
	switch {
	case failure != nil:
		fail(w, http.StatusBadRequest, failure)
		return
	case m.IsResponse():
		refuse(w, http.StatusBadRequest, mcp.INVALID_REQUEST, "this server asks nothing, so it takes no responses")
		return
	case m.Method == string(mcp.MethodNotificationCancelled):
		// A stateless server cannot tell whose request an id names, and must not cancel
		// a stranger's. A caller cancels a request by closing it.
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if failure := h.older(r.Header.Get(mcp.HeaderProtocolVersion), m); failure != nil {
		fail(w, http.StatusOK, failure)
		return
	}
	prepared := h.tokens.Prepare(m)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(prepared)), int64(len(prepared))
	out, ok := w.(*writer)
	if ok {
		out.restore = h.tokens.Restore
	}
	if ok && h.o.Subscriptions != nil && m.IsRequest() && m.Method == string(mcp.MethodSubscriptionsListen) {
		h.listen(out, r, m, settle)
		return
	}
	h.next.ServeHTTP(w, track(w, r))
}

// fail answers a message that mcp-go does not get to see.
func fail(w http.ResponseWriter, status int, failure *jsonrpc.Failure) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(failure.Encode(), '\n')) //nolint:gosec // JSON, not HTML
}

// refuse answers with a JSON-RPC error without an id. It does not wait for the rest of
// the request's body.
func refuse(w http.ResponseWriter, status, code int, message string) {
	if out, ok := w.(*writer); ok {
		out.limitRead(refusedTimeout)
	}
	body, err := json.Marshal(map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION,
		"error":   map[string]any{"code": code, "message": message},
	})
	if err != nil {
		http.Error(w, message, status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
