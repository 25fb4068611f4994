package which

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	exact := slices.DeleteFunc(slices.Clone(named), func(m client.Meeting) bool {
		return match.Fold(m.Title) != match.Fold(text)
	})
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
	also := prose.Count(len(named)-1, "other meeting has that", "other meetings have that")
	return left[0].ID, also + " in their titles too; they are breakout rooms of this one.", nil
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

// Holds reports whether a meeting's title or id holds the query.
func Holds(m client.Meeting, query string) bool {
	return strings.Contains(match.Fold(m.Title), match.Fold(query)) || strings.Contains(m.ID, strings.ToLower(query))
}
