package demoapi

import "net/http"

// getPeerReport answers with a joining and its connection, by the id of the joining.
func (a *API) getPeerReport(w http.ResponseWriter, r *http.Request, appID string) {
	for _, m := range a.all() {
		if m.appID != appID {
			continue
		}
		for _, s := range m.sessions {
			for _, q := range rows(0, s.size, s.at) {
				if q.ID == r.PathValue("part") {
					if r.URL.Query().Get("include_peer_events") == "true" {
						q.Events = q.events(s)
					}
					a.send(w, envelope(map[string]any{"participant": report(s, q)}, nil))
					return
				}
			}
		}
	}
	productError(w, http.StatusNotFound, http.StatusNotFound, "Peer not found")
}

func report(s *session, q peer) map[string]any {
	joined := map[string]any{"name": "joined", "timestamp": q.JoinedAt, "metadata": map[string]any{}}
	body := map[string]any{
		"id":                    q.ID,
		"user_id":               q.UserID,
		"session_id":            s.ID,
		"custom_participant_id": q.CustomID,
		"role":                  q.Preset,
		"display_name":          q.name(),
		"duration":              q.Duration,
		"joined_at":             q.JoinedAt,
		"created_at":            q.CreatedAt,
		"updated_at":            q.UpdatedAt,
		"peer_report": map[string]any{
			"metadata": map[string]any{
				"room_view_type": viewType(q.Preset), "sdk_name": "web-core", "sdk_type": "web", "sdk_version": "1.2.0",
				"device_info":      map[string]any{"cpus": 8, "is_mobile": false, "os": "macOS", "os_version": "15.1"},
				"browser_metadata": map[string]any{"browser": "Chrome", "browser_version": "143.0", "webgl_support": true},
				"ip_information":   map[string]any{"country": "PT", "ipv4": "192.0.2.17", "timezone": "Europe/Lisbon"},
				"events":           []any{joined},
			},
			"quality": map[string]any{
				"audio_producer": []any{map[string]any{
					"bytes_sent": 48_000, "jitter": 0.004, "mos_quality": 4.3,
					"packets_lost": 2, "packets_sent": 1500, "rtt": 0.041, "timestamp": q.JoinedAt,
				}},
				"audio_producer_cumulative": map[string]any{
					"quality_mos": map[string]any{"avg": 4.3, "p50": 4.3, "p75": 4.4, "p90": 4.4},
				},
			},
		},
	}
	if q.LeftAt != nil {
		body["left_at"] = q.LeftAt
	}
	if q.Events != nil {
		body["peer_events"] = q.Events
	}
	return body
}
