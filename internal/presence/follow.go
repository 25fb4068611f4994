package presence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// Bounds of what a Follower reads.
const (
	// MaxFollowRequests is how many requests it makes at most, retries aside.
	MaxFollowRequests = 250

	followAhead  = 20   // requests that may be under way when no more are begun
	followAtOnce = 4    // sessions whose people are held at a time
	maxFollowed  = 5000 // joinings that are kept
	manyPeople   = 12500
)

// SessionIn is a session of an app.
type SessionIn struct {
	client.Session
	App client.AppRef
}

// A Follower finds one person in sessions of any meetings and apps. It reads a few
// sessions at a time, and keeps of each what concerns the person and those who may
// be the same person.
type Follower struct {
	text    string
	reader  func(client.AppRef) *Reader
	readers map[client.AppRef]*Reader

	requests atomic.Int64
	kin      kin
	names    closest
	rosters  []*followedRoster
	units    []*unit         // that were read
	unread   []Unread        // newest first
	listed   []SessionIn     // all that were to be read
	rooms    map[string]bool // ids of sessions that are breakout rooms of others
	kept     int             // joinings
	stopped  error           // why no more is read
	mu       sync.Mutex      // guards rooms while sessions are read
}

// Unread is a session that says nothing of the person.
type Unread struct {
	SessionIn
	Why string // empty: the call had made as many requests as it may
	Big bool   // it has so many people that it should be asked for alone
}

// followedRoster is that of one meeting of an app.
type followedRoster struct {
	app     client.AppRef
	meeting string
	roster
	who []row
	err error
}

// NewFollower begins to follow the person that a text means: a name, a custom id or
// an id. It reads each app with a reader of its own.
func NewFollower(text string, reader func(client.AppRef) *Reader) *Follower {
	return &Follower{
		text:    text,
		reader:  reader,
		readers: map[client.AppRef]*Reader{},
		kin:     newKin(),
		names:   newClosest(text),
		rooms:   map[string]bool{},
	}
}

// ErrTooMany is the error of a text that fits too many.
var ErrTooMany = errors.New("more people fit than one call can tell apart")

// Counted returns the context whose requests count for the bound: that of Read, and
// of what finds the sessions.
func (f *Follower) Counted(ctx context.Context) context.Context {
	return client.CountRequests(ctx, func() { f.requests.Add(1) })
}

// Read reads sessions, given newest first, until as many requests are made as may be.
// It is an error if none can be read.
func (f *Follower) Read(ctx context.Context, sessions []SessionIn) error {
	f.listed = append(f.listed, sessions...)
	left := unitsOf(sessions, f.of)
	for len(left) > 0 && f.stopped == nil {
		batch := nextBatch(left)
		left = left[len(batch):]
		if err := f.batch(ctx, batch); err != nil {
			return err
		}
	}
	for _, u := range left {
		f.leave(u, nil)
	}
	if err := f.again(ctx); err != nil {
		return err
	}
	slices.SortStableFunc(f.unread, func(a, b Unread) int { return b.StartedAt.Compare(a.StartedAt) })
	if len(f.units) == 0 && f.stopped != nil && !errors.Is(f.stopped, errSpent) {
		return f.stopped
	}
	return nil
}

// of is the reader of an app.
func (f *Follower) of(app client.AppRef) *Reader {
	r := f.readers[app]
	if r == nil {
		r = f.reader(app)
		r.spent = f.spent
		f.readers[app] = r
	}
	return r
}

// spent reports whether no more requests are to be begun.
func (f *Follower) spent() bool { return f.requests.Load() > MaxFollowRequests-followAhead }

// nextBatch are the units that are read together: at least one.
func nextBatch(units []*unit) []*unit {
	n := 0
	for i, u := range units {
		if n += len(u.sessions); i > 0 && n > followAtOnce {
			return units[:i]
		}
	}
	return units
}

// batch reads units, and keeps of them what may be the person's.
func (f *Follower) batch(ctx context.Context, units []*unit) error {
	if err := f.fetch(ctx, units); err != nil {
		return err
	}
	f.learn(units)
	if err := f.fetchRooms(ctx, units); err != nil {
		return err
	}
	f.learn(units)
	for _, u := range units {
		if u.err != nil {
			f.leave(u, u.err)
			continue
		}
		if f.reduce(u); f.kept > maxFollowed {
			return ErrTooMany
		}
		f.units = append(f.units, u)
	}
	return nil
}

// leave gives up a unit, for an error or because no more is read.
func (f *Follower) leave(u *unit, err error) {
	why := ""
	if err == nil {
		err = f.stopped
	}
	if err != nil && !errors.Is(err, errSpent) {
		why = err.Error()
	}
	for _, s := range slices.Backward(u.sessions) {
		f.unread = append(f.unread, Unread{SessionIn: SessionIn{s, u.app}, Why: why, Big: u.big})
	}
	u.forget()
}

// fetch reads who joined the sessions, and the rosters of meetings that were not
// read before, five lists at a time.
func (f *Follower) fetch(ctx context.Context, units []*unit) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(5)
	for _, u := range units {
		r := f.of(u.app)
		if u.roster = f.rosterOf(u); u.roster == nil {
			own := &followedRoster{app: u.app, meeting: keyOf(u.meeting)}
			u.roster = own
			f.rosters = append(f.rosters, own)
			group.Go(func() error {
				own.roster, own.err = r.invited(gctx, u.meeting)
				return cancelled(gctx)
			})
		}
		u.peers, u.missing = make([][]attendance.Peer, len(u.sessions)), make([]string, len(u.sessions))
		errs := make([]error, len(u.sessions))
		u.errs = errs
		for i, s := range u.sessions {
			group.Go(func() error {
				u.peers[i], u.missing[i], errs[i] = r.peersOf(gctx, s.ID, "")
				return cancelled(gctx)
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, u := range units {
		f.judgeErrors(u)
	}
	return nil
}

// cancelled is the error of a caller who is gone.
func cancelled(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	return nil
}

// judgeErrors finds out whether a unit could be read, and whether any other can.
// Without its roster a unit still tells who came.
func (f *Follower) judgeErrors(u *unit) {
	errs := u.errs
	if u.roster.who == nil {
		u.roster.who = make([]row, len(u.roster.rows))
		for i, invited := range u.roster.rows {
			u.roster.who[i] = rowOfInvited(f.text, invited)
			f.meet(u.roster.who[i], invited.Name)
		}
		if err := u.roster.err; err != nil && (halting(err) || errors.Is(err, errSpent)) {
			errs = append(errs, err)
			f.rosters = slices.DeleteFunc(f.rosters, func(r *followedRoster) bool { return r == u.roster })
		}
	}
	for _, err := range errs {
		if err == nil {
			continue
		}
		u.err = err
		u.big = u.big || errors.Is(err, errSpent) && u.rows() > manyPeople
		if f.stopped == nil && (halting(err) || errors.Is(err, errSpent) || len(f.units) == 0 && len(f.unread) >= 4) {
			f.stopped = err
		}
	}
}

// halting reports whether an error is not one of what was asked for alone: then
// more requests bring no more.
func halting(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var e *client.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Cause {
	case client.CauseToken, client.CauseRate, client.CauseNetwork, client.CauseBetween, client.CauseAccount:
		return true
	}
	return false
}

// rosterOf is the roster of a unit's meeting if it was read.
func (f *Follower) rosterOf(u *unit) *followedRoster {
	i := slices.IndexFunc(f.rosters, func(r *followedRoster) bool {
		return r.app == u.app && r.meeting == keyOf(u.meeting)
	})
	if i < 0 {
		return nil
	}
	return f.rosters[i]
}

// meet takes note of the name of somebody who does not fit.
func (f *Follower) meet(r row, name string) {
	if r.fit == 0 {
		f.names.add(name)
	}
}

// learn finds out who fits, and who may be the same person, in all rosters and the
// units at hand, until nothing new turns up.
func (f *Follower) learn(units []*unit) {
	for _, u := range units {
		u.look(f)
	}
	for before := -1; before != len(f.kin.learnt); {
		before = len(f.kin.learnt)
		for _, roster := range f.rosters {
			for _, r := range roster.who {
				f.kin.take(r)
			}
		}
		for _, u := range units {
			for _, who := range u.who {
				for _, r := range who {
					f.kin.take(r)
				}
			}
		}
	}
}

// fetchRooms reads the breakout rooms of the sessions in which somebody was who fits.
func (f *Follower) fetchRooms(ctx context.Context, units []*unit) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(followAtOnce)
	for _, u := range units {
		r := f.of(u.app)
		for i, s := range u.sessions {
			if u.err != nil || !slices.ContainsFunc(u.who[i], f.kin.has) {
				continue
			}
			group.Go(func() error {
				u.peers[i] = append(u.peers[i], f.inRooms(gctx, r, s)...)
				return cancelled(gctx)
			})
		}
	}
	return group.Wait()
}

// inRooms reads who was in the breakout rooms of a session, and takes note of these.
func (f *Follower) inRooms(ctx context.Context, r *Reader, s client.Session) []attendance.Peer {
	detailed, err := r.API.RecentSession(ctx, r.App, s.ID)
	if err != nil {
		r.lackRooms(ctx, fmt.Sprintf("Whether session %s had breakout rooms could not be read, "+
			"so the person may seem to have left it", untrusted.Line(s.ID, 64)), err)
		return nil
	}
	s.Rooms, s.RoomsLeft = detailed.Rooms, detailed.RoomsLeft
	f.mu.Lock()
	for _, room := range s.Rooms {
		f.rooms[room] = true
	}
	f.mu.Unlock()
	return r.inRooms(ctx, s)
}

// again reads units once more of which too little was kept, for it turned out only
// later that somebody in them may be the person.
func (f *Follower) again(ctx context.Context) error {
	const rounds = 3
	for range rounds {
		var late []*unit
		for _, u := range f.units {
			if u.lacks(&f.kin) {
				late = append(late, u)
			}
		}
		if len(late) == 0 {
			return nil
		}
		f.units = slices.DeleteFunc(f.units, func(u *unit) bool { return slices.Contains(late, u) })
		for len(late) > 0 && f.stopped == nil {
			batch := nextBatch(late)
			late = late[len(batch):]
			if err := f.batch(ctx, batch); err != nil {
				return err
			}
		}
		for _, u := range late {
			f.leave(u, nil)
		}
	}
	return nil
}
