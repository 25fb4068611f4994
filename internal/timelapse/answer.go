package timelapse

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type object = map[string]any

// ServeHTTP implements http.Handler.
func (w *World) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.Lock()
	defer w.Unlock()
	if w.Seen != nil {
		w.Seen(r)
	}
	if strings.HasPrefix(r.URL.Path, "/texts/") {
		_, _ = fmt.Fprintln(out, `"1000","p","u","c","Ann","Hello everyone"`)
		return
	}
	if w.Fail != nil {
		if status := w.Fail(r); status != 0 {
			refuse(out, status, "refused by the test")
			return
		}
	}
	if r.Header.Get("Authorization") != "Bearer "+Token {
		refuse(out, http.StatusUnauthorized, "Authentication error")
		return
	}
	app := w.App
	if app == "" {
		app = AppID
	}
	_, path, _ := strings.Cut(r.URL.Path, "/accounts/"+AccountID+"/realtime/kit/")
	parts := strings.Split(path, "/")
	switch {
	case path == "apps":
		send(out, []object{{"id": app, "name": "Time lapse", "created_at": w.Now().AddDate(-1, 0, 0)}}, nil)
	case parts[0] != app && w.Anything:
		send(out, object{"sessions": []object{}}, object{"total_count": 0, "start_offset": 0, "end_offset": 0})
	case parts[0] != app || len(parts) < 2:
		refuse(out, http.StatusNotFound, "App not found")
	case parts[1] == "sessions" && len(parts) == 2:
		w.list(out, r)
	case parts[1] == "recordings":
		w.recordings(out, r)
	case parts[1] == "meetings" && len(parts) > 2:
		w.meeting(out, parts[2:])
	case parts[1] == "sessions":
		w.session(out, r, parts[2:])
	default:
		refuse(out, http.StatusNotFound, "no such path")
	}
}

// known reports whether the API knows of a session by now.
func (w *World) known(s *Session) bool {
	since := s.Start
	if s.Listed.After(since) {
		since = s.Listed
	}
	return !w.Now().Before(since)
}

func (w *World) row(s *Session) object {
	now := w.Now()
	kind := s.Type
	if kind == "" {
		kind = "meeting"
	}
	row := object{
		"id": s.ID, "associated_id": s.MeetingID, "meeting_display_name": "Meeting", "status": "LIVE", "type": kind,
		"started_at": s.Start, "created_at": s.Start, "updated_at": s.Start,
	}
	if !now.Before(s.End) {
		row["status"], row["ended_at"], row["updated_at"] = "ENDED", s.End, s.End
	}
	for _, m := range w.Meetings {
		if m.ID == s.MeetingID {
			row["meeting_display_name"] = m.Title
		}
	}
	return row
}

func (w *World) list(out http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var found []*Session
	for i := range w.Sessions {
		s := &w.Sessions[i]
		live := w.Now().Before(s.End)
		if !w.known(s) || q.Get("associated_id") != "" && q.Get("associated_id") != s.MeetingID ||
			q.Get("status") == "LIVE" && !live || q.Get("status") == "ENDED" && live {
			continue
		}
		found = append(found, s)
	}
	slices.SortStableFunc(found, func(a, b *Session) int { return b.Start.Compare(a.Start) })
	from, to, paging := page(r, len(found))
	rows := []object{}
	for _, s := range found[from:to] {
		rows = append(rows, w.row(s))
	}
	send(out, object{"sessions": rows}, paging)
}

// page is the part of a list that a request asks for.
func page(r *http.Request, total int) (from, to int, paging object) {
	no, _ := strconv.Atoi(r.URL.Query().Get("page_no"))
	per, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	no, per = max(1, no), min(max(1, per), 200)
	from = min((no-1)*per, total)
	to = min(from+per, total)
	return from, to, object{"total_count": total, "start_offset": from + 1, "end_offset": to}
}

func (w *World) meeting(out http.ResponseWriter, parts []string) {
	for _, m := range w.Meetings {
		switch {
		case m.ID != parts[0]:
		case len(parts) == 1:
			send(out, object{"id": m.ID, "title": m.Title, "status": "ACTIVE", "transcribe_on_end": m.Transcribe,
				"summarize_on_end": m.Summarize, "created_at": w.Now().AddDate(0, -1, 0)}, nil)
			return
		case parts[1] == "participants":
			rows := []object{}
			for _, p := range m.Roster {
				rows = append(rows, object{"id": p.ID, "name": p.Name, "custom_participant_id": p.CustomID,
					"preset_name": "group_call_participant", "created_at": w.Now().AddDate(0, 0, -7)})
			}
			send(out, rows, object{"total_count": len(rows), "start_offset": 1, "end_offset": len(rows)})
			return
		}
	}
	refuse(out, http.StatusNotFound, "Meeting not found")
}

func (w *World) session(out http.ResponseWriter, r *http.Request, parts []string) {
	i := slices.IndexFunc(w.Sessions, func(s Session) bool { return s.ID == parts[0] && w.known(&s) })
	if i < 0 {
		refuse(out, http.StatusNotFound, "Session not found")
		return
	}
	s := &w.Sessions[i]
	switch {
	case len(parts) == 1:
		send(out, w.row(s), nil)
	case parts[1] == "participants":
		w.peers(out, r, s)
	case parts[1] == "summary":
		w.text(out, s, "summaryDownloadUrl", s.Summary)
	case parts[1] == "transcript":
		w.text(out, s, "transcript_download_url", s.Transcript)
	default:
		w.text(out, s, "chat_download_url", time.Time{})
	}
}

func (w *World) text(out http.ResponseWriter, s *Session, field string, from time.Time) {
	if from.IsZero() || w.Now().Before(from) {
		refuse(out, http.StatusNotFound, "not found for the session")
		return
	}
	send(out, object{"sessionId": s.ID, field: w.Links + "/texts/" + field}, nil)
}

func (w *World) peers(out http.ResponseWriter, r *http.Request, s *Session) {
	now := w.Now()
	rows := []object{}
	for i, p := range s.Stays {
		if now.Before(p.Joined) {
			continue
		}
		peer := p.Peer
		if peer == "" {
			peer = fmt.Sprintf("%s-%d", s.ID[:8], i)
		}
		row := object{"id": peer, "user_id": p.ID, "custom_participant_id": p.CustomID, "display_name": p.Name,
			"preset_name": "group_call_participant", "joined_at": p.Joined}
		if !p.Left.IsZero() && !now.Before(p.Left) && !now.Before(p.LeftKnown) {
			row["left_at"] = p.Left
		}
		rows = append(rows, row)
	}
	from, to, paging := page(r, len(rows))
	send(out, object{"participants": rows[from:to], "paging": paging}, nil)
}

func (w *World) recordings(out http.ResponseWriter, r *http.Request) {
	now := w.Now()
	var rows []object
	for i := range w.Sessions {
		s := &w.Sessions[i]
		for _, rec := range s.Recordings {
			if now.Before(rec.Start) {
				continue
			}
			row := object{"id": rec.ID, "session_id": s.ID, "status": "RECORDING", "invoked_time": rec.Start,
				"started_time": rec.Start, "meeting": object{"id": s.MeetingID, "title": "Meeting"}}
			if !now.Before(rec.Stop) {
				row["status"], row["stopped_time"] = "UPLOADING", rec.Stop
			}
			if !rec.Uploaded.IsZero() && !now.Before(rec.Uploaded) {
				row["status"], row["download_url"] = "UPLOADED", "https://recordings.example/"+rec.ID
				row["download_url_expiry"] = rec.Stop.AddDate(0, 0, 7)
			}
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b object) int {
		return b["invoked_time"].(time.Time).Compare(a["invoked_time"].(time.Time))
	})
	from, to, paging := page(r, len(rows))
	send(out, slices.Concat([]object{}, rows[from:to]), paging)
}

func send(out http.ResponseWriter, data any, paging object) {
	body := object{"success": true, "data": data}
	if paging != nil {
		body["paging"] = paging
	}
	out.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(out).Encode(body) // the client may be gone
}

func refuse(out http.ResponseWriter, status int, message string) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(object{"success": false, "error": object{"code": status, "message": message}})
}
