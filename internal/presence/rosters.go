package presence

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// roster is that of one meeting.
type roster struct {
	rows    []attendance.Invited
	known   bool
	gone    error  // why it is not known, though the meeting's id is
	missing string // why some rows may be missing
}

// meetingOf is the id of the meeting whose roster is a session's. An old session
// names a room; then the caller may know the id.
func (r *Reader) meetingOf(s client.Session) string {
	switch {
	case r.MeetingID == "", match.HasUUID(s.MeetingID):
		return s.MeetingID
	case match.HasUUID(r.MeetingID), client.CheckID("meeting_id", s.MeetingID) != nil:
		return r.MeetingID
	}
	return s.MeetingID
}

// keyOf is a meeting's id as ids are compared: UUIDs without case.
func keyOf(meetingID string) string {
	if match.HasUUID(meetingID) {
		return strings.ToLower(meetingID)
	}
	return meetingID
}

// readRosters fetches the rosters of the sessions' meetings, each once and five at a
// time. If the API has none of a meeting, that is an error only if there is no
// other roster either.
func (r *Reader) readRosters(ctx context.Context, sessions []client.Session) error {
	meetings := r.unread(sessions)
	read := make([]roster, len(meetings))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(5)
	for i, id := range meetings {
		group.Go(func() (err error) { read[i], err = r.invited(ctx, id); return err })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	anyKnown := len(r.known) > 0 || slices.ContainsFunc(read, func(one roster) bool { return one.known })
	for _, one := range read {
		if one.gone != nil && !anyKnown {
			return one.gone
		}
	}
	for i, id := range meetings {
		r.asked[keyOf(id)] = true
		if read[i].missing != "" {
			r.note("Of the roster some may be missing: " + read[i].missing)
		}
		if read[i].known {
			r.known[keyOf(id)] = true
			r.roster = append(r.roster, read[i].rows...)
		}
	}
	r.read = append(r.read, sessions...)
	return nil
}

// unread are the different meetings of sessions whose rosters were not asked for.
func (r *Reader) unread(sessions []client.Session) []string {
	var out []string
	listed := map[string]bool{}
	for _, s := range sessions {
		id := r.meetingOf(s)
		if key := keyOf(id); !r.asked[key] && !listed[key] {
			listed[key] = true
			out = append(out, id)
		}
	}
	return out
}

// invited fetches a meeting's roster. An old meeting goes by the name of a room, by
// which the API may not find one.
func (r *Reader) invited(ctx context.Context, meetingID string) (roster, error) {
	if client.CheckID("meeting_id", meetingID) != nil {
		return roster{}, nil //nolint:nilerr // the name of a room has no roster
	}
	key := keyOf(meetingID)
	rows, missing, err := gather(ctx, r, r.API.RecentParticipants(ctx, r.App, meetingID),
		func(p client.Participant) attendance.Invited {
			return attendance.Invited{
				ID:       p.ID,
				CustomID: p.CustomID,
				Name:     p.Name,
				Preset:   p.Preset,
				Added:    p.CreatedAt,
				Meeting:  key,
			}
		})
	switch {
	case err == nil:
		return roster{rows: rows, known: true, missing: missing}, nil
	case !client.NotFound(err) && !refused(err):
		return roster{rows: rows}, err
	case match.HasUUID(meetingID):
		return roster{gone: err}, nil
	}
	return roster{}, nil
}

// NoRoster reports whether no roster could be had of the sessions judged, or of
// those read if none were judged yet.
func (r *Reader) NoRoster() bool {
	with, without := r.byRoster()
	return len(with) == 0 && len(without) > 0
}

// byRoster divides sessions by whether the roster of their meeting is known.
func (r *Reader) byRoster() (with, without []client.Session) {
	sessions := r.judged
	if sessions == nil {
		sessions = r.read
	}
	listed := map[string]bool{}
	for _, s := range sessions {
		key := keyOf(r.meetingOf(s))
		switch {
		case listed[s.ID] || !r.asked[key]:
		case r.known[key]:
			with = append(with, s)
		default:
			without = append(without, s)
		}
		listed[s.ID] = true
	}
	return with, without
}

// rosterNote says of which sessions the roster is not known, empty if it is of all.
func (r *Reader) rosterNote() string {
	with, without := r.byRoster()
	switch {
	case len(without) == 0:
		return ""
	case len(with) == 0:
		return "The API does not name this session's meeting by its id, " +
			"so its roster is not known: everybody counts as not on it."
	}
	const most = 5
	var names []string
	for _, s := range without[:min(most, len(without))] {
		started := when.MomentOr(&s.StartedAt, r.Zone, when.Unknown)
		names = append(names, fmt.Sprintf("%s (%s)", untrusted.Line(s.ID, 64), started))
	}
	if more := len(without) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	what := "session"
	if len(without) > 1 {
		what = "sessions"
	}
	return fmt.Sprintf("The roster of %s %s is not known, for the API does not have it: "+
		"everybody there counts as not on it.", what, prose.Enumerate(names))
}
