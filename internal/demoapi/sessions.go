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

	Events []peerEvent `json:"peer_events,omitempty"` // only if the query asks for them

	away []span // when the client reconnected, which the row does not show
}

// span is a part of a session.
type span struct{ from, to time.Time }

type behaviour int

const (
	punctual behaviour = iota
	absent
	late
	dropped // lost the connection, and came back as another peer
	leftEarly
	twoDevices  // overlapping peers
	reconnected // lost the connection for a moment; only the peer's events say so
)

// presence says when people of each behaviour are in the room, as shares of the session.
var presence = map[behaviour][][2]float64{
	punctual:    {{0, 1}},
	late:        {{0.4, 1}},
	dropped:     {{0, 0.45}, {0.55, 1}},
	leftEarly:   {{0, 0.6}},
	twoDevices:  {{0, 1}, {0.2, 0.8}},
	reconnected: {{0, 1}},
}

// conduct returns how somebody behaves in a session. Examples rely on the stand-up: of
// its nine people, number 3 missed the last three sessions, number 6 was late for the
// last one, and number 7 dropped out of it and came back.
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
		return map[int]behaviour{
			2: late,
			3: reconnected,
			4: dropped,
			5: absent,
			6: leftEarly,
			7: twoDevices,
			8: absent,
		}[who]
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
		return punctual // as hosts are
	}
	switch mix(o.Seed^no<<32^bits(nth)<<16^bits(who)) % 20 {
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

// meet returns the nth session of a planned meeting. If the plan has no minutes, the
// session is live.
func meet(o Options, m *meeting, p plan, roster []participant, no uint64, nth int, start time.Time) *session {
	key := no<<8 | bits(nth)
	s := newSession(m, uuid(o.Seed, 4, key, 0), start)
	end, live := start.Add(time.Duration(p.minutes)*time.Minute), p.minutes == 0
	if live {
		end = o.Now
	} else {
		s.ended(end)
	}
	at := attending{seed: o.Seed, key: key, span: span{start, end}, live: live}
	var peers []peer
	for who, part := range roster {
		if p.audience && part.CreatedAt.After(start) {
			continue // registered for a later session
		}
		peers = append(peers, at.peers(who, part, conduct(o, p, no, nth, who))...)
	}
	for i, name := range p.guests {
		guest := participant{ID: uuid(o.Seed, 6, key, bits(i)), CustomID: "guest", Preset: "group_call_guest"}
		if name != "" {
			guest.Name = &name
		}
		peers = append(peers, at.peers(200+i, guest, punctual)...)
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

// attending is a session that people join.
type attending struct {
	span
	seed, key uint64
	live      bool
}

// peers returns the joinings of one person.
func (at attending) peers(who int, part participant, b behaviour) []peer {
	var out []peer
	for k, stay := range presence[b] {
		q := newPeer(uuid(at.seed, 5, at.key, bits(who*4+k)), part)
		if stay[0] == 0 {
			jitter := mix(at.key^bits(who)) % 40
			q.join(at.from.Add(time.Duration(jitter) * time.Second))
		} else {
			q.join(at.from.Add(share(stay[0], at.from, at.to)))
		}
		if !at.live || stay[1] < 1 {
			q.leave(at.from.Add(share(stay[1], at.from, at.to)))
		}
		if b == reconnected {
			gone := at.from.Add(share(0.43, at.from, at.to)).Truncate(time.Minute)
			q.away = []span{{gone, gone.Add(3 * time.Minute)}}
		}
		out = append(out, q)
	}
	return out
}

// key returns a number that follows from the session's id, and so is the same for every
// start on one day.
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

// concurrent returns how many people were there at a time at most. A second device is
// not a second person.
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

// crowdSession returns an ended session whose peers are computed when they are read.
// Four of five people come, and the first of them lose the connection once.
func crowdSession(o Options, m *meeting, start time.Time, length time.Duration, peers int) *session {
	s := newSession(m, uuid(o.Seed, 4, 1<<40, 0), start)
	end := start.Add(length)
	s.ended(end)
	came := m.size * 4 / 5
	s.size, s.MaxConcurrent = peers, came
	s.MinutesConsumed = minutes(length) * float64(came)
	s.at = func(i int) peer {
		q := newPeer(uuid(o.Seed, 5, 1<<40, bits(i)), m.at(i%came*5/4))
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
	return &session{
		ID:             id,
		MeetingID:      m.ID,
		MeetingTitle:   m.Title,
		OrganizationID: m.appID,
		Status:         "LIVE",
		Type:           "meeting",
		StartedAt:      start,
		CreatedAt:      start,
		UpdatedAt:      start,
		documents:      func() documents { return documents{} },
	}
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

// minutes returns minutes with two decimals, as the API has them.
func minutes(d time.Duration) float64 { return math.Round(d.Minutes()*100) / 100 }
