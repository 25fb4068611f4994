package demoapi

import "time"

// breakOut sends the people of an ended session into breakout rooms for the middle of
// it. They leave the session and join a room with the same custom id, but with another
// user id, because the product adds them to the room as new participants.
func (s *session) breakOut(o Options, rooms int, key uint64) {
	leave := s.StartedAt.Add(share(0.3, s.StartedAt, *s.EndedAt))
	back := s.StartedAt.Add(share(0.7, s.StartedAt, *s.EndedAt))
	for n := range rooms {
		of := &meeting{
			ID:    uuid(o.Seed, 7, key, bits(n)),
			Title: s.MeetingTitle,
			appID: s.OrganizationID,
		}
		room := newSession(of, uuid(o.Seed, 8, key, bits(n)), leave)
		room.ended(back)
		s.rooms = append(s.rooms, room)
	}
	var stayed []peer
	inRoom := make([][]peer, rooms)
	for i := range s.size {
		q := s.at(i)
		if q.JoinedAt.After(leave) || q.LeftAt.Before(back) {
			stayed = append(stayed, q)
			continue
		}
		before, after := q, q
		before.leave(leave)
		after.ID = uuid(o.Seed, 9, key, bits(i))
		after.join(back)
		after.leave(*q.LeftAt)
		stayed = append(stayed, before, after)

		visit := q
		visit.ID = uuid(o.Seed, 10, key, bits(i))
		visit.UserID = uuid(o.Seed, 11, key, bits(i))
		visit.join(leave.Add(5 * time.Second))
		visit.leave(back)
		inRoom[i%rooms] = append(inRoom[i%rooms], visit)
	}
	s.hold(stayed)
	for n, room := range s.rooms {
		room.hold(inRoom[n])
	}
}
