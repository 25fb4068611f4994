package demoapi

import (
	"slices"
	"time"
)

// A retrospective begins two minutes after Options.Now, and then every 40 minutes.
const (
	retroFirst   = 2 * time.Minute
	retroEvery   = 40 * time.Minute
	retroMinutes = 20
	retroKept    = 5 // sessions that are remembered
	retroNo      = 4000

	// textsAfter is how long after a session's end its texts are made.
	textsAfter = 90 * time.Second
)

// all returns the meetings, with the one that takes place as the clock goes.
func (a *API) all() []*meeting {
	if a.opts.Clock == nil {
		return a.meetings
	}
	return append(slices.Clip(a.meetings), a.retro(a.opts.Clock().UTC()))
}

// retro returns the meeting as it is at a time.
func (a *API) retro(now time.Time) *meeting {
	p := plan{
		id:       RetroMeetingID,
		title:    "Retrospective: Payments",
		app:      AppID,
		people:   []int{6, 3, 9, 14, 19, 23},
		minutes:  retroMinutes,
		guests:   []string{"Dana Smith (Contoso)"},
		recorded: true,
		filmed:   true,
		created:  a.opts.Now.AddDate(0, 0, -30),
		acts:     map[int]behaviour{2: late, 3: dropped, 4: absent, 5: leftEarly},
	}
	m := p.meeting(a.opts, retroNo)
	roster := rows(0, m.size, m.at)
	begun := int(now.Sub(a.opts.Now.Add(retroFirst))/retroEvery) + 1
	if now.Before(a.opts.Now.Add(retroFirst)) {
		begun = 0
	}
	for nth := max(0, begun-retroKept); nth < begun; nth++ {
		start := a.opts.Now.Add(retroFirst + time.Duration(nth)*retroEvery)
		s := meet(a.opts, m, p, roster, retroNo, nth, start)
		s.asOf(now)
		s.documents = func() documents {
			if s.EndedAt == nil || now.Before(s.EndedAt.Add(textsAfter)) {
				return documents{}
			}
			return s.document(m, retroNo)
		}
		m.sessions = append(m.sessions, s)
	}
	return m
}

// asOf turns a session that has ended into what it was at a time. It stays open for the
// keep-alive time after the last person has left.
func (s *session) asOf(now time.Time) {
	end := s.EndedAt.Add(keepAlive * time.Second)
	var came []peer
	s.LiveParticipants = 0
	for _, q := range rows(0, s.size, s.at) {
		if q.JoinedAt.After(now) {
			continue
		}
		if q.LeftAt.After(now) {
			q.LeftAt, q.UpdatedAt = nil, q.JoinedAt
			q.Duration = minutes(now.Sub(q.JoinedAt))
			s.LiveParticipants++
		}
		came = append(came, q)
	}
	s.hold(came)
	if now.Before(end) {
		s.Status, s.EndedAt, s.UpdatedAt = "LIVE", nil, s.StartedAt
		return
	}
	s.ended(end)
}
