package demoapi

import (
	"fmt"
	"strings"
	"time"
)

// peerEvent is a change of a peer's connection. A client that reconnects keeps its
// peer, so only these events say when it was away.
type peerEvent struct {
	ID        string    `json:"id"`
	Name      string    `json:"event_name"`
	PeerID    string    `json:"peer_id"`
	UserID    string    `json:"participant_id"`
	SessionID string    `json:"session_id"`
	SocketID  string    `json:"socket_session_id"`
	ViewType  string    `json:"preset_view_type"`
	Minutes   float64   `json:"minutes_consumed"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

const (
	peerCreated = "PEER_CREATED"
	peerJoining = "PEER_JOINING"
	peerLeaving = "PEER_LEAVING"
)

// events returns the events of a joining, oldest first.
func (q peer) events(s *session) []peerEvent {
	var out []peerEvent
	add := func(name string, at time.Time, minutes float64) {
		n := len(out)
		out = append(out, peerEvent{
			ID:        fmt.Sprintf("%s-e%d", q.ID, n),
			Name:      name,
			PeerID:    q.ID,
			UserID:    q.UserID,
			SessionID: s.ID,
			SocketID:  fmt.Sprintf("%s-s%d", q.ID, (n+1)/2),
			ViewType:  viewType(q.Preset),
			Minutes:   minutes,
			CreatedAt: at,
			UpdatedAt: at,
		})
	}
	add(peerCreated, q.JoinedAt, 0)
	joined := q.JoinedAt
	add(peerJoining, joined, 0)
	for _, gap := range q.away {
		add(peerLeaving, gap.from, minutes(gap.from.Sub(joined)))
		joined = gap.to
		add(peerJoining, joined, 0)
	}
	if q.LeftAt != nil {
		add(peerLeaving, *q.LeftAt, minutes(q.LeftAt.Sub(joined)))
	}
	return out
}

func viewType(preset string) string {
	if strings.HasPrefix(preset, "webinar") {
		return "WEBINAR"
	}
	return "GROUP_CALL"
}
