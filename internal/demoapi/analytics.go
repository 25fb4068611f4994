package demoapi

import (
	"math"
	"net/http"
	"time"
)

const day = "2006-01-02"

// days calls f for each day from the query's start_date to its end_date, which are by
// default the last 30 days.
func (a *API) days(r *http.Request, f func(day string)) {
	end := a.opts.Now
	if at, err := time.Parse(day, r.URL.Query().Get("end_date")); err == nil {
		end = at
	}
	start := end.AddDate(0, 0, -29)
	if at, err := time.Parse(day, r.URL.Query().Get("start_date")); err == nil && end.Sub(at) < 366*24*time.Hour {
		start = at
	}
	for at := start; !at.After(end); at = at.AddDate(0, 0, 1) {
		f(at.Format(day))
	}
}

func (a *API) daywise(w http.ResponseWriter, r *http.Request, appID string) {
	sessions, recordings := map[string]int{}, map[string]int{}
	consumed, recorded := map[string]float64{}, map[string]float64{}
	for _, m := range a.all() {
		for _, s := range m.sessions {
			if m.appID == appID {
				sessions[s.StartedAt.Format(day)]++
				consumed[s.StartedAt.Format(day)] += s.MinutesConsumed
			}
		}
	}
	for _, rec := range a.recordings(r, appID) {
		recordings[rec.InvokedTime.Format(day)]++
		if rec.Seconds != nil {
			recorded[rec.InvokedTime.Format(day)] += float64(*rec.Seconds) / 60
		}
	}
	a.send(w, envelope(map[string]any{
		"session_stats": a.stats(r, sessions, consumed,
			"sessions_count", "sessions_minutes_consumed", "total_sessions", "total_session_minutes"),
		"recording_stats": a.stats(r, recordings, recorded,
			"recording_count", "recording_minutes_consumed", "total_recordings", "total_recording_minutes"),
	}, nil))
}

func (a *API) stats(
	r *http.Request, count map[string]int, minutes map[string]float64,
	total, totalMinutes, perDay, perDayMinutes string,
) map[string]any {
	list, n, sum := []any{}, 0, 0.0
	a.days(r, func(day string) {
		list = append(list, map[string]any{
			"day":         day,
			perDay:        count[day],
			perDayMinutes: math.Round(minutes[day]*100) / 100,
		})
		n, sum = n+count[day], sum+minutes[day]
	})
	return map[string]any{"day_stats": list, total: n, totalMinutes: math.Round(sum*100) / 100}
}

func (a *API) livestreamsOverall(w http.ResponseWriter, _ *http.Request, appID string) {
	a.send(w, envelope(a.streamed(appID, ""), nil))
}

func (a *API) livestreamsDaywise(w http.ResponseWriter, r *http.Request, appID string) {
	list := []any{}
	a.days(r, func(day string) {
		row := a.streamed(appID, day)
		row["date"] = day
		list = append(list, row)
	})
	a.send(w, envelope(list, nil))
}

// streamed sums up the livestreams of a day, or of all days if it is "".
func (a *API) streamed(appID, on string) map[string]any {
	count, ingest, watched := 0, 0, 0
	for _, l := range a.livestreams(appID) {
		if matches(on, l.started.Format(day)) {
			i, v := l.seconds(a.opts.Now)
			count, ingest, watched = count+1, ingest+i, watched+v
		}
	}
	return map[string]any{"count": count, "total_ingest_seconds": ingest, "total_viewer_seconds": watched}
}
