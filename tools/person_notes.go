package tools

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/presence"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/report"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

// maxNamed bounds the sessions and people named in a note.
const maxNamed = 5

// unreadNotes say what was not read, and how to have it read.
func unreadNotes(found presence.Found, s *personSearch) []string {
	var spent, big []presence.Unread
	for _, u := range found.Unread {
		switch {
		case u.Big:
			big = append(big, u)
		case u.Why == "":
			spent = append(spent, u)
		}
	}
	notes := failedNotes(found.Unread, s)
	if n := len(big); n > 0 {
		notes = append(notes, fmt.Sprintf("%s not read, for so many people were there; get_meeting_attendance "+
			"tells of one: %s.", prose.Count(n, "session was", "sessions were"), s.named(big)))
	}
	if n := len(spent); n > 0 {
		notes = append(notes, fmt.Sprintf("%s not read, for one call makes at most %d requests; for these repeat the "+
			"call with %s.", prose.Count(n, "older session was", "older sessions were"), presence.MaxFollowRequests,
			s.before(spent[0].StartedAt)))
	}
	if n := len(found.NoRoster); n > 0 {
		notes = append(notes, fmt.Sprintf("Who was invited to %s is not fully known, so an absence may be missing "+
			"here: %s%s.", prose.Count(n, "session", "sessions"), s.named(found.NoRoster), because(found.NoRoster[0].Why)))
	}
	if n := found.Reopened; n > 0 {
		notes = append(notes, prose.Count(n, "session is", "sessions are")+
			" not counted, for somebody only opened the meeting again.")
	}
	if n := found.LeftOut; n > 0 && len(found.People) == 0 {
		notes = append(notes, prose.Count(n, "person was", "people were")+" left out by preset.")
	}
	return append(notes, found.Notes...)
}

// failedNotes name the sessions that could not be read, by why.
func failedNotes(unread []presence.Unread, s *personSearch) (notes []string) {
	byWhy := map[string][]presence.Unread{}
	var order []string
	for _, u := range unread {
		if u.Why == "" {
			continue
		}
		key := u.Why
		if len(byWhy) >= maxNamed {
			key = order[0]
		}
		if byWhy[key] == nil {
			order = append(order, key)
		}
		byWhy[key] = append(byWhy[key], u)
	}
	if len(unread) > 0 && len(order) > 1 {
		order = order[:min(len(order), maxNamed)]
	}
	for _, why := range order {
		of := byWhy[why]
		notes = append(notes, fmt.Sprintf("Who came to %s is not known%s: %s.",
			prose.Count(len(of), "session", "sessions"), because(why), s.named(of)))
	}
	return notes
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + untrusted.Line(why, 300) + ")"
}

// named are sessions with their titles and begins.
func (s *personSearch) named(unread []presence.Unread) string {
	var names []string
	for _, u := range unread[:min(len(unread), maxNamed)] {
		names = append(names, fmt.Sprintf("%s (%q, %s)", untrusted.Line(u.ID, 64), untrusted.Line(u.Title, 60),
			when.MomentOr(&u.StartedAt, s.finder.Zone, when.Unknown)))
	}
	if more := len(unread) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return prose.Enumerate(names)
}

// notes are those on the person.
func (b *recordBuilder) notes(p presence.Followed, found presence.Found) []string {
	var notes []string
	if b.in.App == "" && len(b.apps) == 1 && b.apps[0].AppID == b.AppID {
		notes = append(notes, "Only the configured app was searched; app=all searches every one.")
	}
	if b.known > 0 {
		notes = append(notes, fmt.Sprintf("%s not counted as an absence, for the roster tells who is known to the "+
			"meeting, not who was expected.", prose.Count(b.known, "session is", "sessions are")))
	}
	uncertain := 0
	for _, s := range p.Sittings {
		if s.Status == presence.Uncertain {
			uncertain++
		}
	}
	if b.just > 0 {
		notes = append(notes, fmt.Sprintf("In %s most people were added only when they joined, so the roster tells who "+
			"is known there, not who was expected.", prose.Count(b.just, "session", "sessions")))
	}
	if uncertain > 0 {
		notes = append(notes, fmt.Sprintf("Whether they came to %s they were invited to is not known, for some of those "+
			"who joined may be missing.", prose.Count(uncertain, "session", "sessions")))
	}
	for _, flag := range report.Flags(p.Person) {
		notes = append(notes, "Doubt about who this is: "+flag+".")
	}
	if n := len(found.Others); n > 0 {
		var names []string
		for _, o := range found.Others[:min(n, maxNamed)] {
			names = append(names, fmt.Sprintf("%q", cmp.Or(untrusted.Line(o.Name, 80), untrusted.Line(o.CustomID, 80))))
		}
		if n > len(names) {
			names = append(names, fmt.Sprintf("%d more", n-len(names)))
		}
		notes = append(notes, "Others whose names hold that are not counted: "+prose.Enumerate(names)+".")
	}
	return notes
}

// personChoice names one of several people who fit: what tells them apart, and the
// value that means them alone.
func personChoice(p presence.Followed, s *personSearch, all []presence.Followed) string {
	value := p.CustomID
	sameID := func(o presence.Followed) bool { return o.Key != p.Key && o.CustomID == p.CustomID }
	if value == "" || p.SharedID || p.DifferentNames || slices.ContainsFunc(all, sameID) {
		value = p.ID
	}
	if value == "" {
		for _, v := range p.Visits {
			value = v.Peers[0]
		}
	}
	text := fmt.Sprintf("%q (%s", untrusted.Line(value, 80), cmp.Or(untrusted.Line(p.Name, 80), "unnamed"))
	if p.CustomID != "" && p.CustomID != value {
		text += ", custom id " + untrusted.Line(p.CustomID, 80)
	}
	text += ", in " + prose.Count(len(p.Sittings), "session", "sessions")
	if len(p.Sittings) > 0 {
		last := p.Sittings[0].Sessions[0]
		text += fmt.Sprintf(", last %q of %s", untrusted.Line(last.Title, 60),
			when.MomentOr(&last.StartedAt, s.finder.Zone, when.Unknown))
	}
	return text + ")"
}
