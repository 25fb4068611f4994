package demoapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

type recording struct {
	ID          string     `json:"id"`
	SessionID   string     `json:"session_id"`
	Status      string     `json:"status"`
	FileName    string     `json:"output_file_name"`
	FileSize    *int64     `json:"file_size"`    // bytes
	URL         any        `json:"download_url"` // a string; of tracks, a list
	AudioURL    *string    `json:"audio_download_url"`
	URLExpiry   *time.Time `json:"download_url_expiry"`
	InvokedTime time.Time  `json:"invoked_time"`
	StartedTime *time.Time `json:"started_time"`
	StoppedTime *time.Time `json:"stopped_time"`
	Seconds     *int       `json:"recording_duration,omitempty"`

	of      *meeting
	session *session
	byHand  bool // somebody started it
}

const (
	recordingDelay = 5 * time.Second // from the session's start to the recording's
	bytesPerSecond = 150_000
)

// The states of a recording that somebody started; also those of one that a
// meeting starts by itself.
const (
	recorded  = "RECORDING"
	uploading = "UPLOADING"
	uploaded  = "UPLOADED"
	failed    = "ERRORED"
)

// film is a recording that somebody started. From and to are shares of the
// session; without to it goes to the end.
type film struct {
	status   string
	from, to float64
	tracks   bool // a file for each speaker, not one for all
	empty    bool // an answer without any link, as a third party met it
}

// eventFilms are the recordings of the ith event's only session.
func eventFilms(i int) [][]film {
	switch i {
	case 0:
		return [][]film{{{status: uploaded, tracks: true}}}
	case 3:
		return [][]film{{{status: uploaded, empty: true}}}
	}
	return nil
}

// recordings returns the recordings of an app, oldest first. There is one for each
// session of a meeting that is recorded from the start.
func (a *API) recordings(r *http.Request, appID string) []recording {
	var out []recording
	for _, m := range a.all() {
		if m.appID != appID {
			continue
		}
		for _, s := range m.sessions {
			if m.RecordOnStart && s.Type == "meeting" {
				out = append(out, a.recording(r, m, s))
			}
			for i, f := range s.films {
				out = append(out, a.film(r, m, s, i, f))
			}
		}
	}
	slices.SortStableFunc(out, func(x, y recording) int { return x.InvokedTime.Compare(y.InvokedTime) })
	return out
}

// recording is of the whole session.
func (a *API) recording(r *http.Request, m *meeting, s *session) recording {
	started := s.StartedAt.Add(recordingDelay)
	rec := recording{
		ID:          uuid(a.opts.Seed, 14, s.key(), 0),
		SessionID:   s.ID,
		Status:      recorded,
		FileName:    s.ID + "_" + started.Format("20060102T150405") + ".mp4",
		InvokedTime: s.StartedAt,
		StartedTime: &started,
		of:          m,
		session:     s,
	}
	if s.EndedAt == nil {
		return rec
	}
	rec.stopped(*s.EndedAt)
	rec.Status = uploaded
	rec.URL = a.link(r, s, "recording.mp4")
	return rec
}

// film is the nth recording that somebody started in an ended session.
func (a *API) film(r *http.Request, m *meeting, s *session, nth int, f film) recording {
	from := s.StartedAt.Add(share(f.from, s.StartedAt, *s.EndedAt))
	to := *s.EndedAt
	if f.to > 0 {
		to = s.StartedAt.Add(share(f.to, s.StartedAt, *s.EndedAt))
	}
	started := from.Add(recordingDelay)
	rec := recording{
		ID:        uuid(a.opts.Seed, 19, s.key(), uint64(nth)), //nolint:gosec // small and positive
		SessionID: s.ID, Status: f.status, FileName: s.ID + "_" + started.Format("20060102T150405") + ".mp4",
		InvokedTime: from, StartedTime: &started, of: m, session: s, byHand: true,
	}
	rec.stopped(to)
	switch {
	case f.status != uploaded:
		rec.FileSize, rec.URLExpiry = nil, nil
	case f.empty:
		rec.URL = map[string]any{"links": []any{}}
	case f.tracks:
		rec.FileName, rec.URL = a.tracks(r, s, started)
	default:
		rec.URL = a.link(r, s, "recording.mp4")
	}
	return rec
}

func (rec *recording) stopped(at time.Time) {
	seconds := int(at.Sub(*rec.StartedTime).Seconds())
	size, expiry := int64(seconds)*bytesPerSecond, at.Add(retention)
	rec.StoppedTime, rec.Seconds, rec.FileSize, rec.URLExpiry = &at, &seconds, &size, &expiry
}

func (a *API) link(r *http.Request, s *session, name string) *string {
	link, _ := a.sign(r, s.ID, name)
	return &link
}

// tracks are one file for each of the first people who joined. See
// https://developers.cloudflare.com/realtime/realtimekit/recording-guide/track-recording/.
func (a *API) tracks(r *http.Request, s *session, started time.Time) (first string, layers any) {
	files := map[string]any{}
	for i, q := range s.people()[:min(3, len(s.people()))] {
		name := fmt.Sprintf("%s_%s_%s_peer_audio_%d.webm", s.MeetingID, q.UserID, q.ID, started.UnixMilli())
		if i == 0 {
			first = name
		}
		files[name] = map[string]any{"download_url": a.link(r, s, "recording.webm")}
	}
	return first, []any{map[string]any{"layer_name": "default", "download_urls": files}}
}

func (rec recording) expired(now time.Time) bool {
	return rec.URLExpiry != nil && rec.URLExpiry.Before(now)
}

func (a *API) listRecordings(w http.ResponseWriter, r *http.Request, appID string) {
	q := r.URL.Query()
	statuses := slices.Concat(strings.FieldsFunc(q.Get("status"), func(c rune) bool { return c == ',' }), q["status[]"])
	var found []recording
	for _, rec := range a.recordings(r, appID) {
		switch {
		case !matches(q.Get("meeting_id"), rec.of.ID), !contains(q.Get("search"), rec.of.Title, rec.of.ID),
			len(statuses) > 0 && !slices.Contains(statuses, rec.Status), !within(q, rec.InvokedTime),
			q.Get("expired") == "true" && !rec.expired(a.opts.Now), q.Get("expired") == "false" && rec.expired(a.opts.Now):
			continue
		}
		found = append(found, rec)
	}
	slices.SortStableFunc(found, func(x, y recording) int { return direction(q, x.InvokedTime.Compare(y.InvokedTime)) })
	a.list(w, r, len(found), func(from, to int) any {
		return rows(from, to, func(i int) any {
			return struct {
				recording
				Meeting *meeting `json:"meeting"`
				Storage *string  `json:"storage_config"` // the product's own
			}{recording: found[i], Meeting: found[i].of}
		})
	})
}

type reason struct {
	Reason string `json:"reason"`
	Caller caller `json:"caller"`
}

type caller struct {
	Name string `json:"name"`
	Type string `json:"type"`
	User string `json:"user_Id"`
}

func (a *API) getRecording(w http.ResponseWriter, r *http.Request, appID string) {
	for _, rec := range a.recordings(r, appID) {
		if rec.ID != r.PathValue("recording") {
			continue
		}
		owner := caller{AccountName, "ORGANIZATION", appID}
		body := struct {
			recording
			Start   reason  `json:"start_reason"`
			Stop    *reason `json:"stop_reason,omitempty"`
			Storage *string `json:"storage_config"`
		}{recording: rec, Start: reason{"RECORD_ON_START", owner}}
		if rec.byHand {
			body.Start.Reason = "API_CALL"
		}
		if rec.StoppedTime != nil {
			body.Stop = &reason{"ALL_PEERS_LEFT", owner}
		}
		a.send(w, envelope(body, nil))
		return
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "Recording not found")
}

func (a *API) activeRecording(w http.ResponseWriter, r *http.Request, m *meeting) {
	for _, rec := range a.recordings(r, m.appID) {
		if rec.of == m && rec.session.EndedAt == nil {
			a.send(w, envelope(rec, nil))
			return
		}
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "No active recording found for the meeting")
}
