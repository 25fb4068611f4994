// Package webhook takes the events that RealtimeKit sends to an HTTP endpoint. It checks
// that they are RealtimeKit's, and believes nothing in them but ids: these are a hint at
// what to read from the API.
//
// https://developers.cloudflare.com/realtime/realtimekit/webhooks/
package webhook

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// Path is where a Handler takes deliveries.
const Path = "/webhooks"

// signatureHeader is the only header that is believed. The others, rtk-uuid and
// rtk-webhook-id, are not part of what is signed.
const signatureHeader = "rtk-signature"

// The kinds of hints, as RealtimeKit names its events. Events of other kinds are answered
// and ignored; a livestream is no meeting that people attend.
const (
	MeetingStarted    = "meeting.started"
	MeetingEnded      = "meeting.ended"
	ParticipantJoined = "meeting.participantJoined"
	ParticipantLeft   = "meeting.participantLeft"
	ChatSynced        = "meeting.chatSynced"
	Transcript        = "meeting.transcript"
	Summary           = "meeting.summary"
	RecordingStatus   = "recording.statusUpdate"
)

// Hint says where something has happened. Its ids are safe in a path. No payload tells the
// app, so that has to be found by the others.
type Hint struct {
	Kind        string // one of the kinds above
	MeetingID   string // empty if the event has none
	SessionID   string // never empty
	RecordingID string // of RecordingStatus only; empty if the event has none
}

// Accept keeps a hint, such that it outlives this program, or returns an error: then the
// delivery fails and RealtimeKit repeats it.
type Accept func(context.Context, Hint) error

// ErrRepeat is what an Accept returns for a hint that it has already. The delivery is
// answered as if it were new.
var ErrRepeat = errors.New("this event was taken before")

// Bounds of what is taken.
const (
	maxBody       = 128 << 10 // bytes; documented events have 1 or 2 KiB
	maxConcurrent = 32        // deliveries at one time
	perSecond     = 100       // deliveries, of which as many again may come at once
	acceptTime    = 20 * time.Second
)

// Options are the settings of a Handler.
type Options struct {
	Keys   *Keys
	Accept Accept
	Log    *slog.Logger // nil to log nothing
}

// Handler answers deliveries. Answers below 500 are final for RealtimeKit, so what may go
// well later is refused with 503.
type Handler struct {
	keys    *Keys
	accept  Accept
	log     *slog.Logger
	slots   chan struct{}
	limiter *rate.Limiter
	refused rate.Sometimes // lets a flood of refusals write few lines
}

// NewHandler returns a Handler.
func NewHandler(o Options) *Handler {
	return &Handler{
		keys:    o.Keys,
		accept:  o.Accept,
		log:     cmp.Or(o.Log, slog.New(slog.DiscardHandler)),
		slots:   make(chan struct{}, maxConcurrent),
		limiter: rate.NewLimiter(perSecond, perSecond),
		refused: rate.Sometimes{First: 3, Interval: time.Minute},
	}
}

// answer is a status with the reason for it, which is of a fixed set: it is logged.
type answer struct {
	status int
	reason string
}

var (
	taken       = answer{http.StatusOK, "taken"}
	repeated    = answer{http.StatusOK, "taken before"}
	ignored     = answer{http.StatusOK, "of no interest"}
	elsewhere   = answer{http.StatusNotFound, "another path"}
	notPosted   = answer{http.StatusMethodNotAllowed, "another method"}
	unsigned    = answer{http.StatusUnauthorized, "no signature"}
	forged      = answer{http.StatusUnauthorized, "wrong signature"}
	tooLarge    = answer{http.StatusRequestEntityTooLarge, "too large"}
	tooSlow     = answer{http.StatusRequestTimeout, "the body did not arrive in full"}
	unreadable  = answer{http.StatusBadRequest, "signed, but not what is documented"}
	busy        = answer{http.StatusServiceUnavailable, "too many deliveries at one time"}
	withoutKey  = answer{http.StatusServiceUnavailable, "the key to check signatures could not be had"}
	notAccepted = answer{http.StatusServiceUnavailable, "it could not be kept"}
	broken      = answer{http.StatusInternalServerError, "panic"}
)

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, kind := h.answer(w, r)
	h.report(r.Context(), a, kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch a.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.reason+"\n")
}

// answer takes a delivery. The kind is empty if it is not known.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (a answer, kind string) {
	defer func() {
		if recover() != nil { // its value may hold what was sent
			a = broken
		}
	}()
	switch {
	case r.URL.Path != Path:
		return elsewhere, ""
	case r.Method != http.MethodPost:
		return notPosted, ""
	}
	signature := r.Header.Values(signatureHeader)
	if len(signature) != 1 {
		return unsigned, ""
	}
	if r.ContentLength > maxBody {
		return tooLarge, ""
	}
	if !h.limiter.Allow() {
		return busy, ""
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return tooLarge, ""
	}
	if err != nil {
		return tooSlow, ""
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		return busy, ""
	}
	return h.judge(r.Context(), body, signature[0])
}

// judge takes a delivery that has arrived in full.
func (h *Handler) judge(ctx context.Context, body []byte, signature string) (a answer, kind string) {
	switch err := h.keys.verify(ctx, body, signature); {
	case errors.Is(err, errNoKey):
		return withoutKey, ""
	case err != nil:
		return forged, ""
	}
	hint, err := parse(body)
	switch {
	case errors.Is(err, errOther):
		return ignored, ""
	case err != nil:
		return unreadable, ""
	}
	ctx, cancel := context.WithTimeout(ctx, acceptTime)
	defer cancel()
	switch err := h.accept(ctx, hint); {
	case errors.Is(err, ErrRepeat):
		return repeated, hint.Kind
	case err != nil:
		return notAccepted, hint.Kind
	}
	return taken, hint.Kind
}

// report logs a delivery without anything that was sent: of the kinds, only those that are
// known, and neither address nor ids.
func (h *Handler) report(ctx context.Context, a answer, kind string) {
	what := []any{"status", a.status, "reason", a.reason, "kind", cmp.Or(kind, "unknown")}
	h.log.DebugContext(ctx, "webhook", what...)
	switch {
	case a.status < http.StatusBadRequest:
	case a.status >= http.StatusInternalServerError, a == forged, a == unreadable:
		h.refused.Do(func() { h.log.WarnContext(ctx, "a webhook was refused", what...) })
	}
}
