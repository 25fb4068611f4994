package timeline

import (
	"encoding/json"
	"time"
)

// wire is a timeline as programs read it. Rows are arrays and times are seconds from the
// begin of their column, since there can be thousands.
type wire struct {
	Title    string       `json:"title"`
	Summary  string       `json:"summary"`
	Notes    []string     `json:"notes,omitempty"`
	Meeting  string       `json:"meeting,omitempty"`
	Zone     string       `json:"zone"`
	AsOf     int64        `json:"as_of,omitempty"`
	Compared bool         `json:"compared,omitempty"`
	Columns  []wireColumn `json:"columns"`
	Total    int          `json:"total"` // people
	Offset   int          `json:"offset"`
	Next     int          `json:"next,omitempty"` // offset of the first of those left out
	People   []any        `json:"people"`
}

type wireColumn struct {
	Session   string `json:"session,omitempty"`
	Label     string `json:"label,omitempty"`
	From      int64  `json:"from,omitempty"` // seconds since 1970, as To
	To        int64  `json:"to,omitempty"`
	LateFrom  *int64 `json:"late_from,omitempty"` // seconds from From, as EarlyFrom
	EarlyFrom *int64 `json:"early_from,omitempty"`
	Live      bool   `json:"live,omitempty"`
}

// The bits of a visit on the wire.
const (
	bitHere = 1 << iota
	bitFromAssumed
	bitToAssumed
)

// Page is the timeline as JSON, with people from an offset on, as many as fit into so many
// bytes. It always makes progress: a page holds at least one of those who are left.
func (t *Timeline) Page(offset, most int) (json.RawMessage, error) {
	w := wire{
		Title:    t.Title,
		Summary:  t.Summary,
		Notes:    t.Notes,
		Meeting:  t.Meeting,
		Zone:     t.Zone.String(),
		Compared: t.Compared,
		Total:    len(t.People),
		Offset:   min(max(offset, 0), len(t.People)),
		Next:     len(t.People), // the longest, as long as its length counts
		People:   []any{},
	}
	if !t.AsOf.IsZero() {
		w.AsOf = t.AsOf.Unix()
	}
	for _, c := range t.Columns {
		w.Columns = append(w.Columns, c.wire())
	}
	head, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	size := len(head)
	next := w.Offset
	for ; next < len(t.People); next++ {
		row, err := json.Marshal(t.row(t.People[next]))
		if err != nil {
			return nil, err
		}
		if size += len(row) + 1; size > most && next > w.Offset {
			break
		}
		w.People = append(w.People, json.RawMessage(row))
	}
	w.Next = next
	if next == len(t.People) {
		w.Next = 0
	}
	return json.Marshal(w)
}

func (c Column) wire() wireColumn {
	w := wireColumn{Session: c.Session, Label: c.Label, Live: c.Live}
	if c.From.IsZero() {
		return w
	}
	w.From, w.To = c.From.Unix(), c.To.Unix()
	w.LateFrom, w.EarlyFrom = c.after(c.LateFrom), c.after(c.EarlyFrom)
	return w
}

// after is how many seconds a moment is after the begin of the axis.
func (c Column) after(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.Unix() - c.From.Unix()
	return &n
}

// row is [name, custom id, status, minutes, marks, visit...], and a visit is
// [column, minutes late, minutes early, minutes away, bits, from, length, gap, length, gap, length...].
func (t *Timeline) row(p Person) []any {
	row := []any{p.Name, p.CustomID, p.Status, p.Minutes, p.Marks}
	for _, v := range p.Visits {
		row = append(row, v.wire(t.Columns[v.Column].From))
	}
	return row
}

func (v Visit) wire(begin time.Time) []int64 {
	var bits int64
	if v.Here {
		bits |= bitHere
	}
	if v.FromAssumed {
		bits |= bitFromAssumed
	}
	if v.ToAssumed {
		bits |= bitToAssumed
	}
	out := []int64{int64(v.Column), int64(v.Late), int64(v.Early), int64(v.Away), bits}
	last := begin.Unix()
	for _, s := range v.Spans {
		out = append(out, s.From.Unix()-last, s.To.Unix()-s.From.Unix())
		last = s.To.Unix()
	}
	return out
}
