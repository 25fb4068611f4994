package demoapi

import (
	"math"
	"slices"
	"time"
)

type session struct {
	ID               string     `json:"id"`
	MeetingID        string     `json:"associated_id"`
	MeetingTitle     string     `json:"meeting_display_name"`
	OrganizationID   string     `json:"organization_id"`
	Status           string     `json:"status"`
	Type             string     `json:"type"`
	StartedAt        time.Time  `json:"started_at"`
	EndedAt          *time.Time `json:"ended_at,omitempty"`
	LiveParticipants int        `json:"live_participants"`
	MaxConcurrent    int        `json:"max_concurrent_participants"`
	MinutesConsumed  float64    `json:"minutes_consumed"`
	CreatedAt        time.Time  `json:"created_at"`
	UpdatedAt        time.Time  `json:"updated_at"`

	size  int
	at    func(int) peer
	rooms []*session // breakout rooms

	texts *texts // nil for small talk
	films []film // recordings that somebody started

	documents func() documents // computed when asked for
}

type peer struct {
	ID        string     `json:"id"`
	UserID    string     `json:"user_id"`
	Name      *string    `json:"display_name,omitempty"`
	CustomID  string     `json:"custom_participant_id"`
	Preset    string     `json:"preset_name"`
	JoinedAt  time.Time  `json:"joined_at"`
	LeftAt    *time.Time `json:"left_at,omitempty"`
	Duration  float64    `json:"duration"` // minutes
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`

	Events []peerEvent `json:"peer_events,omitempty"` // only if asked for

	away []span // while the client reconnected: the row does not show it
}

// span is a part of a session.
type span struct{ from, to time.Time }

type behaviour int

const (
	punctual behaviour = iota
	absent
	late
	dropped // lost the connection, came back
	leftEarly
	twoDevices  // overlapping peers
	reconnected // lost the connection, which came back by itself: one peer, whose events tell
)

// presence is when a behaviour is in the room, as shares of the session.
var presence = map[behaviour][][2]float64{
	punctual:    {{0, 1}},
	late:        {{0.4, 1}},
	dropped:     {{0, 0.45}, {0.55, 1}},
	leftEarly:   {{0, 0.6}},
	twoDevices:  {{0, 1}, {0.2, 0.8}},
	reconnected: {{0, 1}},
}

// conduct is how somebody behaves at a session. The stand-up tells a story that
// examples rely on: of its nine, number 3 missed the last three, number 6 was
// late last time, number 7 dropped out and came back.
func conduct(o Options, p plan, no uint64, nth, who int) behaviour {
	switch p.id {
	case StandupMeetingID:
		latest := len(p.when) - 1
		switch {
		case who == 3 && nth > latest-3, who == 8 && nth == latest:
			return absent
		case who == 6 && nth == latest:
			return late
		case who == 7 && nth == latest:
			return dropped
		}
	case ReviewMeetingID:
		return map[int]behaviour{2: late, 3: reconnected, 4: dropped, 5: absent, 6: leftEarly, 7: twoDevices, 8: absent}[who]
	}
	if p.acts != nil {
		return p.acts[who]
	}
	if p.audience && who >= len(p.people) {
		return listens(o.Seed, no, nth, who)
	}
	if p.id == WorkshopMeetingID && who == 5 {
		return absent
	}
	if who == 0 || p.id == WorkshopMeetingID {
		return punctual // the host is there
	}
	switch mix(o.Seed^no<<32^uint64(nth)<<16^uint64(who)) % 20 { //nolint:gosec // small and positive
	case 0, 1:
		return absent
	case 2, 3:
		return late
	case 4:
		return dropped
	case 5:
		return leftEarly
	case 6:
		return twoDevices
	}
	return punctual
}

// meet is the nth session of a planned meeting. Without minutes it goes on.
func meet(o Options, m *meeting, p plan, roster []participant, no uint64, nth int, start time.Time) *session {
	key := no<<8 | uint64(nth) //nolint:gosec // small and positive
	s := newSession(m, uuid(o.Seed, 4, key, 0), start)
	end, live := start.Add(time.Duration(p.minutes)*time.Minute), p.minutes == 0
	if live {
		end = o.Now
	} else {
		s.ended(end)
	}
	var peers []peer
	join := func(who int, part participant, b behaviour) {
		for k, stay := range presence[b] {
			q := newPeer(uuid(o.Seed, 5, key, uint64(who*4+k)), part) //nolint:gosec // small and positive
			jitter := time.Duration(mix(key^uint64(who))%40) * time.Second
			if stay[0] == 0 {
				q.join(start.Add(jitter))
			} else {
				q.join(start.Add(share(stay[0], start, end)))
			}
			if !live || stay[1] < 1 {
				q.leave(start.Add(share(stay[1], start, end)))
			}
			if b == reconnected {
				gone := start.Add(share(0.43, start, end)).Truncate(time.Minute)
				q.away = []span{{gone, gone.Add(3 * time.Minute)}}
			}
			peers = append(peers, q)
		}
	}
	for who, part := range roster {
		if p.audience && part.CreatedAt.After(start) {
			continue // registered for a later session
		}
		join(who, part, conduct(o, p, no, nth, who))
	}
	for i, name := range p.guests {
		guest := participant{ID: uuid(o.Seed, 6, key, uint64(i)), CustomID: "guest", Preset: "group_call_guest"}
		if name != "" {
			guest.Name = &name
		}
		join(200+i, guest, punctual)
	}
	for _, q := range peers {
		s.MinutesConsumed += q.Duration
		if q.LeftAt == nil {
			s.LiveParticipants++
		}
	}
	s.MinutesConsumed = minutes(time.Duration(s.MinutesConsumed * float64(time.Minute)))
	s.hold(peers)
	return s
}

// key is fixed by the session's id, and so the same for every start on one day.
func (s *session) key() (key uint64) {
	for i := range len(s.ID) {
		key = mix(key ^ uint64(s.ID[i]))
	}
	return key
}

// hold sets the session's peers.
func (s *session) hold(peers []peer) {
	s.size, s.at = len(peers), func(i int) peer { return peers[i] }
	s.MaxConcurrent = concurrent(peers)
}

// concurrent is how many people at most were there at once; a second device is
// no second person.
func concurrent(peers []peer) int {
	coming, going := slices.Clone(peers), make([]peer, 0, len(peers))
	for _, q := range peers {
		if q.LeftAt != nil {
			going = append(going, q)
		}
	}
	slices.SortFunc(coming, func(x, y peer) int { return x.JoinedAt.Compare(y.JoinedAt) })
	slices.SortFunc(going, func(x, y peer) int { return x.LeftAt.Compare(*y.LeftAt) })
	most, devices := 0, map[string]int{}
	for i, q := range coming {
		devices[q.UserID]++
		if i+1 < len(coming) && coming[i+1].JoinedAt.Equal(q.JoinedAt) {
			continue // all who join at one moment are there together
		}
		for len(going) > 0 && !going[0].LeftAt.After(q.JoinedAt) {
			id := going[0].UserID
			if devices[id]--; devices[id] == 0 {
				delete(devices, id)
			}
			going = going[1:]
		}
		most = max(most, len(devices))
	}
	return most
}

// crowdSession is an ended session whose peers are computed when asked for:
// four of five come, and the first of them lose the connection once.
func crowdSession(o Options, m *meeting, start time.Time, length time.Duration, peers int) *session {
	s := newSession(m, uuid(o.Seed, 4, 1<<40, 0), start)
	end := start.Add(length)
	s.ended(end)
	came := m.size * 4 / 5
	s.size, s.MaxConcurrent = peers, came
	s.MinutesConsumed = minutes(length) * float64(came)
	s.at = func(i int) peer {
		q := newPeer(uuid(o.Seed, 5, 1<<40, uint64(i)), m.at(i%came*5/4)) //nolint:gosec // positive
		if i < came {
			q.join(start.Add(time.Duration(i%600) * time.Second))
			q.leave(start.Add(40*time.Minute + time.Duration(i%600)*time.Second))
		} else {
			q.join(start.Add(52*time.Minute + time.Duration(i%120)*time.Second))
			q.leave(end)
		}
		return q
	}
	return s
}

func newSession(m *meeting, id string, start time.Time) *session {
	return &session{ID: id, MeetingID: m.ID, MeetingTitle: m.Title, OrganizationID: m.appID, Status: "LIVE", Type: "meeting", StartedAt: start, CreatedAt: start, UpdatedAt: start,
		documents: func() documents { return documents{} }}
}

func (s *session) ended(end time.Time) {
	s.Status, s.EndedAt, s.UpdatedAt = "ENDED", &end, end
}

func newPeer(id string, p participant) peer {
	return peer{ID: id, UserID: p.ID, Name: p.Name, CustomID: p.CustomID, Preset: p.Preset}
}

func (q *peer) join(at time.Time) { q.JoinedAt, q.CreatedAt, q.UpdatedAt = at, at, at }

func (q *peer) leave(at time.Time) {
	q.LeftAt, q.UpdatedAt = &at, at
	q.Duration = minutes(at.Sub(q.JoinedAt))
}

func share(f float64, start, end time.Time) time.Duration {
	return time.Duration(f * float64(end.Sub(start))).Truncate(time.Second)
}

// minutes with two decimals, as the API gives them.
func minutes(d time.Duration) float64 { return math.Round(d.Minutes()*100) / 100 }
