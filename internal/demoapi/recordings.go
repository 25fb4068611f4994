package demoapi

import (
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
	FileSize    *int64     `json:"file_size"` // bytes
	URL         *string    `json:"download_url"`
	AudioURL    *string    `json:"audio_download_url"`
	URLExpiry   *time.Time `json:"download_url_expiry"`
	InvokedTime time.Time  `json:"invoked_time"`
	StartedTime *time.Time `json:"started_time"`
	StoppedTime *time.Time `json:"stopped_time"`
	Seconds     *int       `json:"recording_duration,omitempty"`

	of      *meeting
	session *session
}

const (
	recordingDelay = 5 * time.Second // from the session's start to the recording's
	bytesPerSecond = 150_000
)

// recordings returns the recordings of an app, oldest first. There is one for each
// session of a meeting that is recorded from the start.
func (a *API) recordings(r *http.Request, appID string) []recording {
	var out []recording
	for _, m := range a.meetings {
		if m.appID != appID || !m.RecordOnStart {
			continue
		}
		for _, s := range m.sessions {
			if s.Type == "meeting" {
				out = append(out, a.recording(r, m, s))
			}
		}
	}
	slices.SortStableFunc(out, func(x, y recording) int { return x.InvokedTime.Compare(y.InvokedTime) })
	return out
}

func (a *API) recording(r *http.Request, m *meeting, s *session) recording {
	started := s.StartedAt.Add(recordingDelay)
	rec := recording{
		ID:          uuid(a.opts.Seed, 14, s.key(), 0),
		SessionID:   s.ID,
		Status:      "RECORDING",
		FileName:    s.ID + "_" + started.Format("20060102T150405") + ".mp4",
		InvokedTime: s.StartedAt,
		StartedTime: &started,
		of:          m,
		session:     s,
	}
	if s.EndedAt == nil {
		return rec
	}
	seconds := int(s.EndedAt.Sub(started).Seconds())
	size, expiry := int64(seconds)*bytesPerSecond, s.EndedAt.Add(retention)
	rec.Status = "UPLOADED"
	rec.StoppedTime = s.EndedAt
	rec.Seconds = &seconds
	rec.FileSize = &size
	rec.URLExpiry = &expiry
	link, _ := a.sign(r, s.ID, "recording.mp4")
	rec.URL = &link
	return rec
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
