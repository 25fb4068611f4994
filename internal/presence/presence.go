// Package presence reads who was added to meetings and who joined their sessions,
// and applies the rules of package attendance to them.
package presence

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
)

// Options say what a Reader reads.
type Options struct {
	API  *client.Client
	App  client.AppRef
	Zone *time.Location // of the times in notes and errors

	// LeaveOut names presets of those who are no attendees, such as recorders.
	LeaveOut []string
	Now      time.Time

	// Progress is told of each page: its rows, whether it is the first of its
	// list, and how long that is. It may be nil.
	Progress func(ctx context.Context, rows int, first bool, total int)
}

// A Reader reads what one call needs of people: the rosters of meetings, and who
// joined their sessions, each once.
type Reader struct {
	Options

	// Rooms has breakout rooms read too.
	Rooms bool
	// MeetingID is whose roster is read for sessions that do not name their meeting
	// by its id. It must be set before the first reading.
	MeetingID string

	rules  attendance.Rules
	roster []attendance.Invited // of all meetings, one after another
	asked  map[string]bool      // for the roster of which meetings
	known  map[string]bool      // the rosters of which meetings
	read   []client.Session     // with the rosters of their meetings
	judged []client.Session     // by Results
	peers  map[string][]attendance.Peer

	spent func() bool // no more requests may be made; nil: any number may

	mu      sync.Mutex
	notes   []string // sentences, in any order
	noRooms error    // why breakout rooms could not be read
	plain   bool     // the API refused to tell events
}

// NewReader begins the reading for one call.
func NewReader(o Options) *Reader {
	return &Reader{
		Options: o,
		asked:   map[string]bool{},
		known:   map[string]bool{},
		peers:   map[string][]attendance.Peer{},
		rules:   attendance.Rules{Now: o.Now, LeaveOut: o.LeaveOut},
	}
}

func (r *Reader) note(sentence string) {
	if sentence == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.notes, sentence) {
		r.notes = append(r.notes, sentence)
	}
}

// RoomsUnread is why breakout rooms of a session could not be read, so that who was in
// them may seem to have left; nil if nothing failed.
func (r *Reader) RoomsUnread() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.noRooms
}

// Notes are the notes in an order that does not depend on what came first.
func (r *Reader) Notes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	notes := slices.Clone(r.notes)
	if roster := r.rosterNote(); roster != "" {
		notes = append(notes, roster)
	}
	slices.Sort(notes)
	return notes
}

// Read fetches the rosters of the sessions' meetings, and who joined the sessions,
// five of each at a time, as far as they were not read before.
func (r *Reader) Read(ctx context.Context, sessions []client.Session) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.readRosters(ctx, sessions) })
	group.Go(func() error { return r.ReadPeers(ctx, sessions) })
	return group.Wait()
}

// ReadPeers is Read without the rosters.
func (r *Reader) ReadPeers(ctx context.Context, sessions []client.Session) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(5) // what a comparison takes unless told otherwise
	read := make([][]attendance.Peer, len(sessions))
	for i, s := range sessions {
		if _, before := r.peers[s.ID]; !before {
			group.Go(func() (err error) { read[i], err = r.inside(ctx, s); return err })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, s := range sessions {
		if _, before := r.peers[s.ID]; !before {
			r.peers[s.ID] = read[i]
		}
	}
	return nil
}

// Held gives sessions to the rules, with the people that were read.
func (r *Reader) Held(sessions []client.Session) []attendance.Held {
	out := make([]attendance.Held, len(sessions))
	for i, s := range sessions {
		peers, read := r.peers[s.ID]
		out[i] = attendance.Held{ID: s.ID, Session: r.spanOf(s), Peers: peers, Read: read}
	}
	return out
}

func (r *Reader) spanOf(s client.Session) attendance.Session {
	return attendance.Session{
		Start:   s.StartedAt,
		End:     s.EndedAt,
		Ended:   !s.Live(),
		Meeting: keyOf(r.meetingOf(s)),
	}
}
