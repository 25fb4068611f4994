package sessiontext

import (
	"context"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/recap"
)

// Part is one of the texts of one session, as far as it is shown.
type Part struct {
	Part      string `json:"part" jsonschema:"enum=summary,enum=transcript,enum=chat"`
	SessionID string `json:"session_id,omitempty" jsonschema_description:"Only if the answer is for several sessions together"`
	State     string `json:"state" jsonschema:"enum=found,enum=empty,enum=missing,enum=unreadable,enum=failed"`
	Found     bool   `json:"found"`
	Why       string `json:"why,omitempty" jsonschema_description:"Why it is not found"`
	Form      string `json:"form,omitempty" jsonschema_description:"The form it came in"`
	Total     int    `json:"total_lines"`
	Hits      *int   `json:"hits,omitempty" jsonschema_description:"Lines that fit; offset and left_out count these"`
	Offset    int    `json:"offset" jsonschema_description:"Lines skipped"`
	Lines     []Line `json:"lines"`
	LeftOut   int    `json:"left_out" jsonschema_description:"Lines after those shown"`
	Next      string `json:"next,omitempty" jsonschema_description:"How to get those left out"`

	Quote string `json:"-"` // the text of Lines
}

// Line is a line of a text.
type Line struct {
	Number   int        `json:"line,omitempty"`
	Hit      bool       `json:"hit,omitempty"`
	At       *time.Time `json:"at,omitempty"`
	Speaker  string     `json:"speaker,omitempty" jsonschema_description:"Untrusted text"`
	Attended bool       `json:"attended,omitempty" jsonschema_description:"Found among the session's people"`
	ByName   bool       `json:"by_name_only,omitempty" jsonschema_description:"Found by name alone, which anybody may take"`
	Text     string     `json:"text" jsonschema_description:"Untrusted text"`

	unasked bool // nobody asked who attended
}

// Parts are the texts that a session may have.
var Parts = []string{"summary", "transcript", "chat"}

const (
	maxLine      = 2000   // characters; a longer line becomes several
	maxPartChars = 40_000 // of one part asked for alone
	maxAllChars  = 8_000  // of each of three
)

// Options say what to read. Their zero values are the defaults.
type Options struct {
	API      *client.Client
	App      client.AppRef
	Zone     *time.Location // of the times before lines
	Now      time.Time
	Sessions []client.Session // oldest first; several if they are one to those who were there

	Part   string // one of Parts and more of it, or empty for a little of each
	Offset int    // lines to skip, or hits
	Limit  int    // lines of each part, or hits; 0 is the default

	// Search leaves only lines that hold these words, and two around each. Speaker
	// leaves only those of one person, by a name or an id. Both make hits.
	Search, Speaker string

	// People tells who was there. It is asked once, if there is a text of which
	// somebody is the speaker.
	People func(context.Context) (recap.Index, error)
}

// Text is one part, and how it was read.
type Text struct {
	Part
	Session client.Session
	Tally   *recap.Tally // of who spoke

	// Fit are names of those who said the hits, the first few.
	Fit []string

	report recap.Report
	err    error // why it could not be downloaded
	waited bool  // it was downloaded twice, since it was not known who was there
}

// Read fetches all parts of all sessions. That one was not made, or cannot be
// downloaded, is an answer if others were asked for as well; a refusal of the
// API is an error. Parts without lines say why.
func Read(ctx context.Context, o Options) ([]*Text, error) {
	r := reader{Options: o}
	texts, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	return texts, r.explain(ctx, texts)
}

type reader struct {
	Options
	unasked bool // nobody asks who attended
}
