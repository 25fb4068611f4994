package demoapi

import "time"

// breakOut sends the people of an ended session into breakout rooms for its
// middle: they leave it, and join a room under another user id, as the product
// adds them to the room anew, with the same custom id.
func (s *session) breakOut(o Options, rooms int, key uint64) {
	leave, back := s.StartedAt.Add(share(0.3, s.StartedAt, *s.EndedAt)), s.StartedAt.Add(share(0.7, s.StartedAt, *s.EndedAt))
	for n := range rooms {
		room := newSession(&meeting{ID: uuid(o.Seed, 7, key, uint64(n)), Title: s.MeetingTitle, appID: s.OrganizationID}, uuid(o.Seed, 8, key, uint64(n)), leave) //nolint:gosec // small and positive
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
		after.ID = uuid(o.Seed, 9, key, uint64(i)) //nolint:gosec // small and positive
		after.join(back)
		after.leave(*q.LeftAt)
		stayed = append(stayed, before, after)

		visit := q
		visit.ID, visit.UserID = uuid(o.Seed, 10, key, uint64(i)), uuid(o.Seed, 11, key, uint64(i)) //nolint:gosec // small and positive
		visit.join(leave.Add(5 * time.Second))
		visit.leave(back)
		inRoom[i%rooms] = append(inRoom[i%rooms], visit)
	}
	s.hold(stayed)
	for n, room := range s.rooms {
		room.hold(inRoom[n])
	}
}
