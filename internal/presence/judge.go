package presence

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// Judged are columns of sessions with what the rules make of each.
type Judged struct {
	Columns [][]client.Session // oldest first; the sessions of one are taken together
	Results []attendance.Result
	LeftOut []string // a sentence for each column that is not among them
}

// Results applies the rules to columns of sessions, whose people are read first.
// Listed are all sessions of the meetings that are known. Of several columns those
// are left out of which the API tells nobody, though people were there.
func (r *Reader) Results(ctx context.Context, columns [][]client.Session, listed []client.Session) (Judged, error) {
	if err := r.Read(ctx, slices.Concat(columns...)); err != nil {
		return Judged{}, err
	}
	var j Judged
	var doubt error
	for _, column := range columns {
		if err := r.doubtful(column); err != nil {
			doubt = err
			j.LeftOut = append(j.LeftOut, prose.Sentence(err.Error()+": it is left out"))
			continue
		}
		j.Columns = append(j.Columns, column)
	}
	if len(j.Columns) == 0 {
		return Judged{}, fmt.Errorf("%w; try again later, or with another session", doubt)
	}
	r.judged = slices.Concat(j.Columns...)
	held := make([][]attendance.Held, len(j.Columns))
	within := map[string]bool{}
	for i, column := range j.Columns {
		held[i] = r.Held(column)
		for _, s := range column {
			within[s.ID] = true
		}
	}
	rules := r.rules
	for _, s := range listed {
		if !within[s.ID] && s.StartedAt.Before(j.Columns[0][0].StartedAt) {
			rules.Earlier = append(rules.Earlier, r.spanOf(s))
		}
	}
	j.Results = attendance.Series(held, r.roster, rules)
	return j, nil
}

// People judges sessions, taken together, without a roster: everybody who was
// there is a guest, under the names that the sessions show.
func (r *Reader) People(ctx context.Context, sessions []client.Session) ([]attendance.Person, error) {
	if err := r.ReadPeers(ctx, sessions); err != nil {
		return nil, err
	}
	together := [][]attendance.Held{r.Held(sessions)}
	return attendance.Series(together, nil, attendance.Rules{Now: r.Now})[0].Guests, nil
}

// Choose tells which of the sessions listed is the latest that people mean, by the
// rules of package attendance. It says who of which sessions it needs to know.
func (r *Reader) Choose(listed []client.Session) attendance.Choice {
	return attendance.Choose(r.Held(listed), r.roster, r.rules)
}

// Columns joins sessions that are one meeting with a break, and takes out those
// that only opened it again.
func (r *Reader) Columns(listed []client.Session) (columns [][]attendance.Held, reopenings []attendance.Held) {
	return attendance.Columns(r.Held(listed), r.roster, r.rules)
}

// Forget lets go of what was read, which may be large, once the results are made.
func (r *Reader) Forget() { r.roster, r.peers = nil, nil }

// doubtful is the error of the first session of a column that has one.
func (r *Reader) doubtful(column []client.Session) error {
	for _, s := range column {
		if err := r.doubt(s); err != nil {
			return err
		}
	}
	return nil
}

// doubt is the error of a session of which the API lists nobody, though it
// counts some: then nobody can be said to be absent.
func (r *Reader) doubt(s client.Session) error {
	counted := fmt.Sprintf("%d at one time", max(s.MaxConcurrent, s.LiveParticipants))
	switch {
	case len(r.peers[s.ID]) > 0:
		return nil
	case s.MaxConcurrent > 0 || s.LiveParticipants > 0:
	case s.MinutesConsumed > 0 && !s.Live():
		counted = fmt.Sprintf("%.0f minutes of people", math.Ceil(s.MinutesConsumed))
	default:
		r.note("The API lists nobody who joined session " + untrusted.Line(s.ID, 64) + ", and counts nobody in it.")
		return nil
	}
	return fmt.Errorf("the API lists nobody who joined session %s of %s, but counts %s, so who attended is not known",
		untrusted.Line(s.ID, 64), when.MomentOr(&s.StartedAt, r.Zone, when.Unknown), counted)
}
