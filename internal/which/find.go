package which

import (
	"context"
	"slices"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
)

// Found is what a search for meetings found.
type Found struct {
	Meetings []Placed // newest first
	Searched []string // apps, as texts name them
	Unread   []string // sentences on what was not searched
	Closest  []Close  // if nothing was found
}

// Placed is a meeting with its app.
type Placed struct {
	client.Meeting
	App App
}

// maxListed bounds the pages of meetings that are read if no title narrows them.
const maxListed = 1000

// Find finds the meetings whose titles hold the words of a text, or all if there is
// none, which the filter lets pass and keep agrees to. As in Finder.Series, what is
// found in the configured app ends the search.
func (f Finder) Find(ctx context.Context, p Place, text string, filter client.MeetingFilter,
	keep func(client.Meeting) bool) (Found, error) {
	s := &search{Finder: f, text: strings.TrimSpace(text), left: maxRequests, filter: filter, keep: keep}
	if s.text == "" {
		s.left = maxListed
	}
	app, sure, err := f.sure(p)
	if err != nil {
		return Found{}, err
	}
	if sure {
		err = s.inApp(ctx, app, (s.left+1)/2)
	}
	if err == nil && len(s.fits) == 0 && (!sure || p.App == "") {
		err = s.elsewhere(ctx, p, app)
	}
	if err != nil {
		return Found{}, err
	}
	return s.found(ctx), nil
}

func (s *search) found(ctx context.Context) Found {
	out := Found{Searched: s.searched, Unread: s.unread}
	for _, c := range s.fits {
		out.Meetings = append(out.Meetings, Placed{c.Meeting, c.app})
	}
	slices.SortStableFunc(out.Meetings, func(a, b Placed) int { return b.CreatedAt.Compare(a.CreatedAt) })
	if len(out.Meetings) == 0 && s.text != "" {
		out.Closest = s.closestMet(ctx)
	}
	return out
}

// FindID finds the meeting of an id: in the apps that are likely, then in all. It is
// an error if none has it.
func (f Finder) FindID(ctx context.Context, p Place, text string) (Placed, bool, error) {
	id, ok := match.UUID(text)
	if !ok {
		return Placed{}, false, nil
	}
	apps, _, err := f.Home(ctx, p)
	if err != nil {
		return Placed{}, true, err
	}
	m, err := f.API.Meeting(ctx, apps[0].AppRef, id)
	if err == nil || !client.NotFound(err) {
		return Placed{m, apps[0]}, true, err
	}
	s, err := f.Elsewhere(ctx, p, id, apps[0], err)
	if err != nil {
		return Placed{}, true, err
	}
	if s.Meetings[0].CreatedAt.IsZero() {
		m, err = f.API.Meeting(ctx, s.App.AppRef, id)
		return Placed{m, s.App}, true, err
	}
	return Placed{s.Meetings[0], s.App}, true, nil
}
