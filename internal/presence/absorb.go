package presence

import (
	"context"
	"maps"
	"slices"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
)

// Absorb reads sessions with another reader, of this app or of another, and takes over
// what that has read, so that this one can tell who is one person in both. It returns
// the sessions as Results takes them. The API must tell who was in each.
func (r *Reader) Absorb(ctx context.Context, other *Reader, column []client.Session) ([]client.Session, error) {
	if err := other.Read(ctx, column); err != nil {
		return nil, err
	}
	if err := other.doubtful(column); err != nil {
		return nil, err
	}
	out := slices.Clone(column)
	for i := range out {
		out[i].MeetingID = other.meetingOf(out[i])
		r.peers[out[i].ID] = other.peers[out[i].ID]
	}
	for _, row := range other.roster {
		if !r.known[row.Meeting] {
			r.roster = append(r.roster, row)
		}
	}
	maps.Copy(r.asked, other.asked)
	maps.Copy(r.known, other.known)
	for _, note := range other.Notes() {
		r.note(note)
	}
	return out, nil
}
