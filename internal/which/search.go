package which

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/match"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

const (
	maxRequests = 36  // that the finding of one meeting makes, besides those for the closest
	maxMatches  = 500 // meetings that fit; nobody meant one of more
	maxClosest  = 3   // titles named if none fits
)

// candidate is a meeting of an app.
type candidate struct {
	client.Meeting
	app App
}

// search looks for the meetings whose titles hold the words of a text.
type search struct {
	Finder
	text   string
	left   int                  // requests that may still be made
	filter client.MeetingFilter // of all that is looked at
	keep   func(client.Meeting) bool

	fits, others []candidate
	have         map[string]bool // ids of fits
	searched     []string        // apps
	unread       []string        // sentences on what was not searched
}

// elsewhere searches the apps of a place but one.
func (s *search) elsewhere(ctx context.Context, p Place, but App) error {
	apps, err := s.Apps(ctx, p)
	s.left--
	if err != nil {
		return err
	}
	s.nameApp(apps, but)
	apps = slices.DeleteFunc(apps, func(a App) bool { return a.AppID == but.AppID })
	for i, app := range apps {
		if i == maxApps || s.left <= 0 {
			s.unread = append(s.unread, prose.Count(len(apps)-i, "app was", "apps were")+" not searched; name one as app.")
			break
		}
		if err := s.inApp(ctx, app, max(1, s.left/(len(apps)-i))); err != nil {
			return err
		}
	}
	return nil
}

// nameApp gives the app that was searched first the name that is known now.
func (s *search) nameApp(apps []App, first App) {
	i := slices.IndexFunc(apps, func(a App) bool { return a.AppID == first.AppID })
	if i < 0 || len(s.searched) == 0 {
		return
	}
	s.searched[0] = apps[i].String()
	for k := range s.others {
		s.others[k].app = apps[i]
	}
}

// inApp searches one app in steps, each only if the one before found nothing: the
// API's search with the whole text, with its longest word, then all meetings.
func (s *search) inApp(ctx context.Context, app App, requests int) error {
	s.searched = append(s.searched, app.String())
	requests = min(requests, s.left)
	queries := []string{s.text}
	if s.text == "" {
		queries = nil
	} else if word := match.LongestWord(s.text); word != match.Fold(strings.TrimSpace(s.text)) {
		queries = append(queries, word)
	}
	before := len(s.fits)
	for _, query := range append(queries, "") {
		if requests <= 0 {
			s.unread = append(s.unread, "Not all meetings of app "+app.String()+" were looked at.")
			return nil
		}
		read := s.pages
		if s.keep != nil {
			read = s.all
		}
		used, err := read(ctx, app, query, requests)
		if err != nil {
			return err
		}
		requests -= used
		if len(s.fits) > before {
			return nil
		}
	}
	return nil
}

// pages reads the pages of one list one by one, up to so many: pages asked for in
// advance would count, too.
func (s *search) pages(ctx context.Context, app App, query string, most int) (used int, err error) {
	read := 0
	for no := 1; used < most; no++ {
		page, err := s.API.RecentMeetings(ctx, app.AppRef, query, no)
		if err != nil {
			return used, err
		}
		used++
		s.left--
		for _, m := range page.Items {
			s.sort(candidate{m, app})
		}
		read += len(page.Items)
		switch {
		case len(page.Items) == 0, read >= page.Total && page.Total > 0, len(s.fits) >= maxMatches:
			return used, nil
		case used == most && page.Total > 0:
			s.unread = append(s.unread, fmt.Sprintf("Only %d of %d meetings of app %s were looked at.",
				read, page.Total, app))
		case used == most:
			s.unread = append(s.unread, fmt.Sprintf("Only %d meetings of app %s were looked at.", read, app))
		}
	}
	return used, nil
}

// all reads the pages of one list to its end, or up to so many.
func (s *search) all(ctx context.Context, app App, query string, most int) (used int, err error) {
	filter := s.filter
	filter.Search = query
	var read client.Coverage
	for page, err := range s.API.Meetings(ctx, app.AppRef, filter) {
		if err != nil {
			return used, err
		}
		read = page.Coverage
		used++
		s.left--
		for _, m := range page.Items {
			s.sort(candidate{m, app})
		}
		if used == most {
			break
		}
	}
	if note := read.Note(); note != "" {
		s.unread = append(s.unread, note)
	}
	return used, nil
}

func (s *search) sort(c candidate) {
	switch {
	case s.keep != nil && !s.keep(c.Meeting):
	case match.Holds(c.Title, s.text):
		if c.ID == "" || !s.have[c.ID] {
			s.fits = append(s.fits, c)
		}
		if s.have == nil {
			s.have = map[string]bool{}
		}
		s.have[c.ID] = true
	case c.Title != "":
		s.others = append(s.others, c)
		if len(s.others) > 2*maxMatches {
			s.others = s.closest(maxMatches)
		}
	}
}

// settle makes a series of what fits.
func (s *search) settle(ctx context.Context) (Series, error) {
	if len(s.fits) == 0 {
		return Series{}, s.nothing(ctx)
	}
	groups := grouped(s.fits)
	if exact := slices.DeleteFunc(slices.Clone(groups), func(g Series) bool {
		return !match.Same(g.Title, s.text)
	}); len(exact) == 1 {
		groups = exact
	}
	if len(groups) > 1 {
		return s.withoutBreakouts(ctx, groups)
	}
	return s.noted(groups[0]), nil
}

// noted adds what was searched, if that was not the configured app alone.
func (s *search) noted(found Series) Series {
	if len(s.searched) > 1 {
		found.Notes = append(found.Notes, fmt.Sprintf("It is in app %s; searched: %s.",
			found.App, prose.Enumerate(s.searched)))
	}
	if text := found.several(); text != "" {
		found.Notes = append(found.Notes, text)
	}
	found.Notes = append(found.Notes, s.unread...)
	return found
}

// withoutBreakouts leaves out the breakout rooms of another meeting, if all are
// in one app. If several are left, only the user can tell.
func (s *search) withoutBreakouts(ctx context.Context, groups []Series) (Series, error) {
	app := groups[0].App
	if slices.ContainsFunc(groups, func(g Series) bool { return g.App.AppID != app.AppID }) {
		return Series{}, &Ambiguous{groups}
	}
	var found []client.Meeting
	for _, g := range groups {
		found = append(found, g.Meetings...)
	}
	left := s.withoutRooms(ctx, app.AppRef, found, match.Key(s.text))
	of := make([]candidate, len(left))
	for i, m := range left {
		of[i] = candidate{m, app}
	}
	remaining := grouped(of)
	if len(remaining) != 1 {
		return Series{}, &Ambiguous{groups}
	}
	out := s.noted(remaining[0])
	also := prose.Count(len(found)-len(left), "other meeting has that", "other meetings have that")
	out.Notes = append(out.Notes, also+" in their titles too; they are breakout rooms of this one.")
	return out, nil
}

// grouped puts meetings of one app with the same title together, newest first.
func grouped(found []candidate) []Series {
	var groups []Series
	place := map[string]int{}
	for _, c := range found {
		key := c.app.AppID + "/" + cmp.Or(match.Key(c.Title), c.ID)
		i, known := place[key]
		if !known {
			i = len(groups)
			place[key] = i
			groups = append(groups, Series{App: c.app})
		}
		groups[i].Meetings = append(groups[i].Meetings, c.Meeting)
	}
	for i := range groups {
		slices.SortStableFunc(groups[i].Meetings, func(a, b client.Meeting) int { return b.CreatedAt.Compare(a.CreatedAt) })
		groups[i].Title = groups[i].Meetings[0].Title
	}
	return groups
}

// nothing is the error of a title that no meeting has. It names the closest, with
// the time when each last met.
func (s *search) nothing(ctx context.Context) error {
	text := fmt.Sprintf("no meeting has %q in its title", untrusted.Line(s.text, 80))
	if len(s.searched) > 0 {
		text += " in app " + prose.Enumerate(s.searched)
	}
	var close []string
	for _, c := range s.closestMet(ctx) {
		last := when.MomentOr(c.LastMet, s.Zone, "never")
		close = append(close, fmt.Sprintf("%q (%s, last met %s)",
			untrusted.Line(c.Title, 80), untrusted.Line(c.Meetings[0].ID, 64), last))
	}
	if len(close) > 0 {
		text += "; the closest are " + prose.Enumerate(close)
	}
	if several := s.severalTitles(); several != "" {
		return fmt.Errorf("%s. It may name several: %s; ask about each by itself (compare_attendance takes several)",
			text, several)
	}
	if len(s.unread) > 0 {
		text += ". " + strings.Join(s.unread, " ")
	}
	return fmt.Errorf("%s; find_meetings lists meetings, get_person_attendance follows a person, "+
		"and without meeting the latest session is taken",
		strings.TrimSuffix(text, "."))
}

// Close is a series whose title is like the text that was looked for.
type Close struct {
	Series
	LastMet *time.Time // when its latest session began; nil if there is none
}

func (s *search) closestMet(ctx context.Context) []Close {
	groups := grouped(s.closest(maxMatches))
	groups = groups[:min(len(groups), maxClosest)]
	out := make([]Close, len(groups))
	everyOne(len(groups), func(i int) {
		out[i].Series = groups[i]
		if latest := s.latestOf(ctx, groups[i].App.AppRef, groups[i].Meetings[0].ID); len(latest) > 0 {
			out[i].LastMet = when.Known(latest[0].StartedAt)
		}
	})
	return out
}

// closest are the titles that differ least from the text.
func (s *search) closest(most int) []candidate {
	key := match.Key(s.text)
	far := make(map[string]int, len(s.others))
	for _, c := range s.others {
		far[c.ID] = distance(match.Key(c.Title), key)
	}
	all := slices.Clone(s.others)
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(far[a.ID]-far[b.ID], b.CreatedAt.Compare(a.CreatedAt))
	})
	return all[:min(most, len(all))]
}

// distance is less if one holds the other.
func distance(a, b string) int {
	const most = 60 // bytes of each that count
	a, b = a[:min(len(a), most)], b[:min(len(b), most)]
	d := match.Distance(a, b)
	if strings.Contains(a, b) || strings.Contains(b, a) {
		d -= max(len(a), len(b))
	}
	return d
}

// severalTitles names the meetings of a text that holds several titles, if each of
// its parts is one.
func (s *search) severalTitles() string {
	parts := strings.FieldsFunc(strings.ReplaceAll(strings.ToLower(s.text), " and ", ";"), func(c rune) bool {
		return strings.ContainsRune(";,&+/", c)
	})
	if len(parts) < 2 {
		return ""
	}
	var named []string
	for _, part := range parts {
		i := slices.IndexFunc(s.others, func(c candidate) bool {
			return strings.TrimSpace(part) != "" && match.Holds(c.Title, part)
		})
		if i < 0 {
			return ""
		}
		named = append(named, fmt.Sprintf("%q (%s)", untrusted.Line(s.others[i].Title, 80), untrusted.Line(s.others[i].ID, 64)))
	}
	return prose.Enumerate(named)
}
