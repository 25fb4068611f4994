package demoapi

import (
	"fmt"
	"net/http"
	"time"
)

type livestream struct {
	ID           string    `json:"id"`
	MeetingID    string    `json:"meeting_id"`
	Name         string    `json:"name"`
	Status       string    `json:"status"`
	StreamKey    string    `json:"stream_key"` // whoever has it can broadcast
	IngestServer string    `json:"ingest_server"`
	PlaybackURL  string    `json:"playback_url"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`

	sessionID string
	started   time.Time
	stopped   *time.Time // nil while it is live
}

const viewers = 25

// livestreams returns the livestreams of an app: one for each meeting with a session
// that is streamed from the start, and one of the incident, which is live.
func (a *API) livestreams(appID string) []livestream {
	var out []livestream
	for _, m := range a.all() {
		if m.appID != appID || !m.LiveStream && m.ID != LiveMeetingID || len(m.sessions) == 0 {
			continue
		}
		s := m.sessions[len(m.sessions)-1]
		key := s.key()
		l := livestream{
			ID:           uuid(a.opts.Seed, 17, key, 0),
			MeetingID:    m.ID,
			Name:         m.Title,
			Status:       "LIVE",
			StreamKey:    "not-a-stream-key",
			IngestServer: "rtmps://live.northwind.example:443/live/",
			PlaybackURL:  "https://watch.northwind.example/" + m.ID + ".m3u8",
			CreatedAt:    s.StartedAt,
			UpdatedAt:    s.UpdatedAt,
			sessionID:    uuid(a.opts.Seed, 18, key, 0),
			started:      s.StartedAt,
			stopped:      s.EndedAt,
		}
		if s.EndedAt != nil {
			l.Status = "IDLE"
		}
		out = append(out, l)
	}
	return out
}

// seconds returns how long it was streamed, and how long all viewers together watched.
func (l livestream) seconds(now time.Time) (ingest, watched int) {
	end := now
	if l.stopped != nil {
		end = *l.stopped
	}
	ingest = int(end.Sub(l.started).Seconds())
	return ingest, ingest * viewers
}

func (l livestream) session(now time.Time) map[string]any {
	ingest, watched := l.seconds(now)
	body := map[string]any{
		"id":             l.sessionID,
		"livestream_id":  l.ID,
		"err_message":    "",
		"created_at":     l.started,
		"started_time":   l.started,
		"updated_at":     l.UpdatedAt,
		"ingest_seconds": ingest,
		"viewer_seconds": watched,
	}
	if l.stopped != nil {
		body["stopped_time"] = l.stopped
	}
	return body
}

// listLivestreams answers as the SDK's types say: with one livestream, which holds the
// paging.
func (a *API) listLivestreams(w http.ResponseWriter, r *http.Request, appID string) {
	var found []livestream
	for _, l := range a.livestreams(appID) {
		if q := r.URL.Query(); matches(q.Get("status"), l.Status) && within(q, l.CreatedAt) {
			found = append(found, l)
		}
	}
	a.page(w, r, len(found), maxRows, func(from, to int, p *paging) map[string]any {
		var first livestream
		if from < to {
			first = found[from]
		}
		return envelope(struct {
			livestream
			Paging *paging `json:"paging,omitempty"`
		}{first, p}, nil)
	})
}

func noLivestream(w http.ResponseWriter) {
	productError(w, http.StatusNotFound, http.StatusNotFound, "Livestream not found")
}

func (a *API) activeLivestream(w http.ResponseWriter, _ *http.Request, m *meeting) {
	for _, l := range a.livestreams(m.appID) {
		if l.MeetingID == m.ID && l.stopped == nil {
			a.send(w, envelope(l, nil))
			return
		}
	}
	noLivestream(w)
}

func (a *API) getLivestream(w http.ResponseWriter, r *http.Request, appID string) {
	for _, l := range a.livestreams(appID) {
		if l.ID == r.PathValue("livestream") {
			body := l.session(a.opts.Now)
			body["invoked_time"] = l.started
			a.send(w, envelope(map[string]any{"livestream": l, "session": body, "paging": paging{1, 1, 1}}, nil))
			return
		}
	}
	noLivestream(w)
}

// livestreamPart answers with a session by its own id, or with the one that is live.
func (a *API) livestreamPart(w http.ResponseWriter, r *http.Request, appID string) {
	id, part := r.PathValue("livestream"), r.PathValue("part")
	for _, l := range a.livestreams(appID) {
		body := l.session(a.opts.Now)
		switch {
		case id == "sessions" && part == l.sessionID:
			a.send(w, envelope(body, nil))
			return
		case id == l.ID && part == "active-livestream-session" && l.stopped == nil:
			body["invoked_time"] = l.started
			for _, name := range []string{"ingest_seconds", "viewer_seconds"} {
				body[name] = fmt.Sprint(body[name]) // the SDK's type has strings here
			}
			a.send(w, envelope(map[string]any{"livestream": l, "session": body}, nil))
			return
		}
	}
	noLivestream(w)
}
