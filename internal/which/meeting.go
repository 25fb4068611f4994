package which

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// maxMatches bounds how many meetings are read for a title.
const maxMatches = 500

// Meeting returns the id given, else that of the one meeting whose title holds
// the text, with a note if others that fit are its breakout rooms.
func (f Finder) Meeting(ctx context.Context, app client.AppRef, id, text string) (meetingID, note string, err error) {
	if id != "" {
		return id, "", nil
	}
	if text == "" {
		return "", "", errors.New(`one of the arguments "meeting_id" and "query" is required, ` +
			`for example query "stand-up"; find_meetings lists meetings`)
	}
	var named, others []client.Meeting
	for page, err := range f.API.Meetings(ctx, app, client.MeetingFilter{Search: text}) {
		if err != nil {
			return "", "", err
		}
		for _, m := range page.Items {
			if Holds(m, text) {
				named = append(named, m)
			} else if len(others) < MaxChoices {
				others = append(others, m)
			}
		}
		if len(named) >= maxMatches {
			break // nobody meant one of so many
		}
	}
	exact := slices.DeleteFunc(slices.Clone(named), func(m client.Meeting) bool { return match.Fold(m.Title) != match.Fold(text) })
	if len(exact) == 1 {
		named = exact
	}
	switch len(named) {
	case 0:
		return "", "", f.noMeeting(ctx, app, text, others)
	case 1:
		return named[0].ID, "", nil
	}
	left := f.withoutRooms(ctx, app, named, match.Fold(text))
	if len(left) != 1 {
		return "", "", &Ambiguous{left}
	}
	return left[0].ID, fmt.Sprintf("%s in their titles too; they are breakout rooms of this one.", prose.Count(len(named)-1,
		"other meeting has that", "other meetings have that")), nil
}

// noMeeting is the error of a title that no meeting has. It names those that
// exist, as far as the API's own search or a look at the list shows them.
func (f Finder) noMeeting(ctx context.Context, app client.AppRef, text string, others []client.Meeting) error {
	what := "the API's search gives "
	if len(others) == 0 {
		no, per := 1, 5
		if page, err := f.API.MeetingsPage(ctx, app, client.MeetingFilter{}, client.PageRequest{No: &no,
			Per: &per}); err == nil {
			what, others = "there are for example ", page.Items[:min(per, len(page.Items))]
		}
	}
	if len(others) == 0 {
		return fmt.Errorf("no meeting has %q in its title; find_meetings lists them", untrusted.Line(text, 80))
	}
	return fmt.Errorf("no meeting has %q in its title; %s%s; pass a meeting_id, or call find_meetings for more",
		untrusted.Line(text, 80), what,
		Choices(others, func(m client.Meeting) (string, string) { return m.ID, m.Title }))
}

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
			if match.Fold(m.Title) == title {
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
		left = slices.DeleteFunc(slices.Clone(found), func(m client.Meeting) bool { return isRoom[strings.ToLower(m.ID)] })
	}
	if len(left) == 0 {
		return found
	}
	return left
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
	page, err := f.API.SessionsPage(ctx, app, client.SessionFilter{MeetingID: meetingID}, client.PageRequest{No: &no, Per: &per})
	if err != nil {
		return nil
	}
	return page.Items
}

// roomsOf returns the meetings of a session's breakout rooms.
func (f Finder) roomsOf(ctx context.Context, app client.AppRef, s client.Session) []string {
	s, err := f.API.Session(ctx, app, s.ID)
	if err != nil {
		return nil
	}
	return s.RoomMeetings
}

// Holds reports whether a meeting's title or id holds the query.
func Holds(m client.Meeting, query string) bool {
	return strings.Contains(match.Fold(m.Title), match.Fold(query)) || strings.Contains(m.ID, strings.ToLower(query))
}
