package which

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
)

// maxParents bounds the meetings whose rooms are asked for.
const maxParents = 5

// withoutRooms leaves out those meetings that the latest sessions of another
// name as their breakout rooms. Only the likeliest parents are asked: a room was
// made later, and its title says more. Without an answer, all stay.
func (f Finder) withoutRooms(ctx context.Context, app client.AppRef, found []client.Meeting,
	title string) []client.Meeting {
	parents := slices.Clone(found)
	slices.SortStableFunc(parents, func(a, b client.Meeting) int {
		exactly := func(m client.Meeting) int {
			if match.Key(m.Title) == title {
				return 0
			}
			return 1
		}
		return cmp.Or(exactly(a)-exactly(b), a.CreatedAt.Compare(b.CreatedAt), len(a.Title)-len(b.Title))
	})
	parents = parents[:min(len(parents), maxParents)]
	latest := make([][]client.Session, len(parents))
	everyOne(len(parents), func(i int) { latest[i] = f.latestOf(ctx, app, parents[i].ID) })
	isRoom := map[string]bool{}
	left := found
	for n := 0; n < roomSessions && len(left) > 1; n++ {
		if n > 0 && len(isRoom) == 0 && !slices.ContainsFunc(latest, opensBriefly) {
			break // they have no rooms
		}
		f.addRooms(ctx, app, parents, latest, n, isRoom)
		left = slices.DeleteFunc(slices.Clone(found), func(m client.Meeting) bool { return isRoom[strings.ToLower(m.ID)] })
	}
	if len(left) == 0 {
		return found
	}
	return left
}

// addRooms adds the breakout rooms of the nth latest session of each parent that is
// no room itself.
func (f Finder) addRooms(ctx context.Context, app client.AppRef, parents []client.Meeting,
	latest [][]client.Session, n int, isRoom map[string]bool) {
	rooms := make([][]string, len(parents))
	everyOne(len(parents), func(i int) {
		if n < len(latest[i]) && !isRoom[strings.ToLower(parents[i].ID)] {
			rooms[i] = f.roomsOf(ctx, app, latest[i][n])
		}
	})
	for i, of := range rooms {
		for _, id := range of {
			if !strings.EqualFold(id, parents[i].ID) {
				isRoom[strings.ToLower(id)] = true
			}
		}
	}
}

// roomSessions are how many of a meeting's sessions are asked for their rooms,
// the latest first, for that may be a reopening, and each may have rooms of its own.
const roomSessions = 3

// opensBriefly reports whether the first of a meeting's sessions may be a reopening,
// which has no rooms.
func opensBriefly(sessions []client.Session) bool {
	if len(sessions) < 2 {
		return false
	}
	s := sessions[0]
	return s.MaxConcurrent <= 1 || !s.EndedAt.IsZero() && s.EndedAt.Sub(s.StartedAt) < 5*time.Minute
}

// everyOne does so many things, four at a time.
func everyOne(n int, do func(i int)) {
	var group errgroup.Group
	group.SetLimit(4)
	for i := range n {
		group.Go(func() error { do(i); return nil })
	}
	_ = group.Wait() // none fails
}

// latestOf returns the latest sessions of a meeting, none if they cannot be had.
func (f Finder) latestOf(ctx context.Context, app client.AppRef, meetingID string) []client.Session {
	no, per := 1, roomSessions
	filter := client.SessionFilter{MeetingID: meetingID}
	page, err := f.API.SessionsPage(ctx, app, filter, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return nil
	}
	return page.Items
}

// roomsOf returns the meetings of a session's breakout rooms.
func (f Finder) roomsOf(ctx context.Context, app client.AppRef, s client.Session) []string {
	s, err := f.API.RecentSession(ctx, app, s.ID)
	if err != nil {
		return nil
	}
	return s.RoomMeetings
}
