package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

type personInput struct {
	Person string `json:"person" jsonschema:"maxLength=200,example=Priya Raman"`
	window
	Show   string `json:"show,omitempty" jsonschema:"default=all"`
	Format string `json:"format,omitempty" jsonschema:"enum=concise,enum=detailed,enum=csv,default=concise"`
	paging
	place
}

// JSONSchemaExtend adds the descriptions.
func (personInput) JSONSchemaExtend(s *jsonschema.Schema) {
	describe(s, nil)
	show, _ := s.Properties.Get("show")
	for _, sittings := range []string{"all", "attended", "absent", "late", "left_early", "guests"} {
		show.Enum = append(show.Enum, sittings)
	}
}

func getPersonAttendance(d *Deps) mcptool.Tool {
	return mcptool.Define(d.settings(), mcptool.Spec{
		Name:  "get_person_attendance",
		Title: "Get a person's attendance",
		Description: "Returns the meetings that one person attended, missed or was invited to: minutes, late, left " +
			"early. For everybody in one meeting use get_meeting_attendance.",
		Example: map[string]any{"person": "Priya Raman", "limit": 5},
		Old:     oldNamesWith(map[string]string{"query": "person", "meeting_id": "", "session_id": "", "name": "person"}),
	}, d.personAttendance)
}

// maxPersonSessions are read for one call.
const maxPersonSessions = 100

// personDays is the range if none is given.
const personDays = 30

func (d *Deps) personAttendance(ctx context.Context, call *mcptool.Call, in personInput) (personOutput, error) {
	zone := d.zoned(in.Timezone)
	w, err := in.read(d.now(), zone)
	if err != nil {
		return personOutput{}, err
	}
	if !w.Given() {
		first := d.now().In(zone).AddDate(0, 0, -personDays).Format(time.DateOnly)
		if w, err = when.ReadWindow("", first, "", d.now(), zone); err != nil {
			return personOutput{}, err
		}
	}
	s := &personSearch{Deps: d, in: in, window: w, finder: d.finder(zone), people: d.people(call, zone, nil)}
	found, err := s.run(ctx)
	if err != nil {
		return personOutput{}, err
	}
	return newRecord(s, found), nil
}

// personSearch looks for a person in apps, one after another.
type personSearch struct {
	*Deps
	in     personInput
	window when.Window
	finder which.Finder
	people func(which.App) *presence.Reader

	apps   []which.App // that were searched
	listed int         // sessions that were to be read
	total  int         // sessions in the range
	notes  []string
}

// run looks in the app that is named or configured, and if nobody fits there, in the
// others. It is an error if not exactly one person fits.
func (s *personSearch) run(ctx context.Context) (presence.Found, error) {
	f := presence.NewFollower(strings.TrimSpace(s.in.Person), func(app client.AppRef) *presence.Reader {
		return s.people(which.App{AppRef: app})
	})
	ctx = f.Counted(ctx)
	apps, more, err := s.finder.Home(ctx, s.in.where())
	if err != nil {
		return presence.Found{}, err
	}
	found, err := s.look(ctx, f, apps)
	if err == nil && len(found.People) == 0 && more {
		found, err = s.lookElsewhere(ctx, f, found)
	}
	switch {
	case errors.Is(err, presence.ErrTooMany):
		return found, fmt.Errorf("more people fit %q than one call can tell apart; pass more of the name, "+
			"a custom id or an id as person", s.said())
	case err != nil:
		return found, err
	case len(found.People) == 0:
		return found, s.nobody(ctx, found)
	case len(found.People) > 1:
		return found, s.several(found.People)
	}
	return found, nil
}

// lookElsewhere looks in the other apps, if they can be listed.
func (s *personSearch) lookElsewhere(ctx context.Context, f *presence.Follower,
	so presence.Found) (presence.Found, error) {
	apps, err := s.finder.Others(ctx, s.in.where(), s.apps)
	if err != nil {
		s.notes = append(s.notes, "Other apps were not searched, for they could not be listed: "+
			prose.Sentence(untrusted.Line(err.Error(), 300)))
		return so, nil
	}
	if len(apps) == 0 {
		return so, nil
	}
	s.notes = append(s.notes, "Nobody like that was in the configured app, so the others were searched too.")
	return s.look(ctx, f, apps)
}

// look reads the newest sessions of apps.
func (s *personSearch) look(ctx context.Context, f *presence.Follower, apps []which.App) (presence.Found, error) {
	across, err := s.finder.Across(ctx, apps, s.window, maxPersonSessions)
	if err != nil {
		return presence.Found{}, err
	}
	s.apps = append(s.apps, across.Apps...)
	s.total += across.Total
	s.listed += len(across.Sessions)
	s.notes = append(s.notes, across.Notes...)
	if note := across.Others.Note(); note != "" {
		s.notes = append(s.notes, note)
	}
	sessions := make([]presence.SessionIn, len(across.Sessions))
	for i, one := range across.Sessions {
		sessions[i] = presence.SessionIn{Session: one.Session, App: one.App.AppRef}
	}
	if n := len(sessions); across.Total > n && n > 0 {
		s.notes = append(s.notes, fmt.Sprintf("Only the newest %d of %d sessions %s were looked at; for older ones repeat "+
			"the call with %s.", n, across.Total, s.window, s.before(sessions[n-1].StartedAt)))
	}
	if err := f.Read(ctx, sessions); err != nil {
		return presence.Found{}, err
	}
	return f.Found(), nil
}

// before are the arguments for the sessions that began before a moment, or with it.
func (s *personSearch) before(t time.Time) string {
	to := "to=" + t.Add(time.Second).In(s.finder.Zone).Format(time.RFC3339)
	if s.in.On != "" {
		to += " in place of on"
	}
	if s.window.From.IsZero() || !s.window.At.IsZero() {
		return to
	}
	return "from=" + s.window.From.In(s.finder.Zone).Format(time.RFC3339) + " and " + to
}

func (s *personSearch) said() string { return untrusted.Line(s.in.Person, 80) }

// where names the apps that were searched.
func (s *personSearch) where() string {
	var names []string
	for _, app := range s.apps[:min(len(s.apps), which.MaxChoices)] {
		names = append(names, app.String())
	}
	if more := len(s.apps) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) == 1 {
		return "app " + names[0]
	}
	return "apps " + prose.Enumerate(names)
}

// nobody is the error of a person whom no session shows. What was not read is not
// known.
func (s *personSearch) nobody(ctx context.Context, found presence.Found) error {
	if s.listed == 0 {
		return s.finder.NothingThen(ctx, s.apps[0], s.window)
	}
	text := fmt.Sprintf("nobody like %q was in or invited to the %s read %s of %s", s.said(),
		prose.Count(found.Read, "session", "sessions"), s.window, s.where())
	var close []string
	for _, name := range found.Close {
		if name = untrusted.Line(name, 80); name != "" {
			close = append(close, fmt.Sprintf("%q", name))
		}
	}
	if len(close) > 0 {
		text += "; the closest names are " + prose.Enumerate(close)
	}
	text += ". Pass another name, a custom id or an id, or another time as on or from."
	notes := slices.Concat(s.notes, unreadNotes(found, s))
	return errors.New(strings.Join(append([]string{text}, notes...), " "))
}

// several is the error of a text that fits different people. It tells them apart,
// and says what to pass for each.
func (s *personSearch) several(people []presence.Followed) error {
	var list []string
	for _, p := range people[:min(len(people), which.MaxChoices)] {
		list = append(list, personChoice(p, s, people))
	}
	if more := len(people) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return fmt.Errorf("%d different people fit %q; ask which one is meant, and pass the value given as person: %s",
		len(people), s.said(), strings.Join(list, "; "))
}
