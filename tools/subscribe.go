package tools

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// maxSubscribed is how many bytes a URI may have, which is kept while it is subscribed
// to.
const maxSubscribed = 1024

// settled is how long after a session's end the API may still tell who left when.
const settled = 10 * time.Minute

// ReadSubscribed reads the attendance that a URI names, for [subscription.Hub]: as
// digests of who was and is there, and of whom the roster expected. That time goes by
// changes neither.
func (d *Deps) ReadSubscribed(ctx context.Context, uri string) (subscription.Reading, error) {
	q, err := subscribed(uri)
	if err != nil {
		return subscription.Reading{}, err
	}
	var requests atomic.Int64
	ctx, cancel := d.bound(client.CountRequests(ctx, func() { requests.Add(1) }))
	defer cancel()
	out, err := d.digest(ctx, which.Query{Place: which.Place{App: q.App}, Meeting: q.Meeting, Session: q.Session})
	out.Requests = int(requests.Load())
	if err != nil {
		return out, errors.New(mcptool.ErrorText(err))
	}
	return out, nil
}

// subscribed is the query of a URI that can be subscribed to.
func subscribed(uri string) (AttendanceQuery, error) {
	if len(uri) > maxSubscribed {
		return AttendanceQuery{}, fmt.Errorf("a URI to subscribe to has at most %d bytes", maxSubscribed)
	}
	for _, a := range attendances(nil) {
		if t := a.Template.URITemplate; t.Regexp().MatchString(uri) {
			values := t.Match(uri)
			return attendanceMeant(func(name string) string { return strings.Join(values.Get(name).V, ",") })
		}
	}
	return AttendanceQuery{}, fmt.Errorf("%q cannot be subscribed to; an attendance can, for example "+
		"realtimekit://meetings/{meeting_id}/attendance with the id that find_meetings gives", prose.Clip(uri))
}

// digest reads an attendance. A meeting that has had no session has one too, for
// subscribers wait for its first.
func (d *Deps) digest(ctx context.Context, q which.Query) (subscription.Reading, error) {
	picked, err := d.pick(ctx, d.zone(), q, d.people(&mcptool.Call{}, d.zone(), nil))
	if _, none := errors.AsType[*which.NoSession](err); none {
		return subscription.Reading{Parts: []string{hashed("no session"), hashed("no session")}}, nil
	}
	if err != nil {
		return subscription.Reading{}, err
	}
	judged, err := picked.Reader.Results(ctx, picked.Columns, picked.Listed)
	if err == nil {
		err = picked.Reader.RoomsUnread() // who is in one would seem to have left
	}
	if err != nil {
		return subscription.Reading{}, err
	}
	return subscription.Reading{
		Parts: []string{presentDigest(picked, judged), rosterDigest(picked, judged)},
		Final: q.Session != "" && over(picked.Sessions(), d.now()),
	}, nil
}

// over reports whether sessions have ended for so long that their attendance is settled.
func over(sessions []client.Session, now time.Time) bool {
	return !slices.ContainsFunc(sessions, func(s client.Session) bool {
		ended := s.EndedAt
		if ended.IsZero() { // the API does not tell when
			ended = s.StartedAt.Add(24 * time.Hour)
		}
		return s.Live() || now.Sub(ended) < settled
	})
}

// presentDigest is a digest of who was in which session, and who is in it now.
func presentDigest(picked *which.Picked, judged presence.Judged) string {
	var lines []string
	for _, s := range picked.Sessions() {
		lines = append(lines, fmt.Sprintf("session %q %t", s.ID, s.Live()))
	}
	for _, r := range judged.Results {
		lines = append(lines, fmt.Sprint("over ", r.OverSince.IsZero()))
		for _, p := range slices.Concat(r.Attended, r.Guests) {
			for _, v := range p.Visits {
				lines = append(lines, visitLine(v))
			}
		}
	}
	return hashed(lines...)
}

// visitLine has no moment but those at which somebody came or went: while they are
// there, or if the API does not tell, the last one is the time of the reading.
func visitLine(v attendance.Visit) string {
	var first, last time.Time
	if !v.FirstAssumed {
		first = v.First()
	}
	if !v.Here && !v.LastAssumed {
		last = v.Last()
	}
	peers := slices.Clone(v.Peers)
	slices.Sort(peers)
	return fmt.Sprintf("%q %t %d %d %d", peers, v.Here, v.Reconnects, first.UnixNano(), last.UnixNano())
}

// rosterDigest is a digest of the roster as it counts for the sessions, or empty if it is
// not known.
func rosterDigest(picked *which.Picked, judged presence.Judged) string {
	if picked.Reader.NoRoster() {
		return ""
	}
	var lines []string
	for _, r := range judged.Results {
		for what, people := range map[string][]attendance.Person{
			"attended": r.Attended, "absent": r.Absent, "guest": r.Guests, "later": r.Later,
		} {
			for _, p := range people {
				lines = append(lines, fmt.Sprintf("%s %q %q %q", what, p.IDs, p.CustomID, p.Name))
			}
		}
	}
	return hashed(lines...)
}

// hashed is a digest of lines, whatever their order.
func hashed(lines ...string) string {
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return string(sum[:])
}
