package demoapi

import (
	"fmt"
	"strings"
	"time"
)

// Meetings with the company's customers, who are known by their addresses.
const (
	TourMeetingID     = "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b000a" // EventsAppID; one room, a session in each of 8 weeks
	UntitledMeetingID = "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b000b" // AppID; no title; a session three days ago
	ContosoMeetingID  = "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b000c" // AppID; the latest of six meetings of one title
	FabrikamMeetingID = "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b000d" // AppID; the latest of three; ended half an hour ago
)

const (
	tourWeeks     = 8
	tourAtFirst   = 60 // people who had registered before the first session
	tourEachWeek  = 5  // and then before each session
	callMinutes   = 45
	contosoDomain = "@contoso.example"
)

// Those of a customer whom examples name: a name and an address.
const (
	dana   = "Dana Smith|dana.smith" + contosoDomain
	marco  = "Marco Bianchi|marco.bianchi" + contosoDomain
	leila  = "Leila Nasser|leila.nasser" + contosoDomain
	oskar  = "Oskar Lund|oskar.lund" + contosoDomain
	peter  = "Peter Hahn|peter.hahn" + contosoDomain
	emma   = "Emma Wright|emma.wright@fabrikam.example"
	ravi   = "Ravi Shah|ravi.shah@fabrikam.example"
	lucia  = "Lucía Ortega|lucia.ortega@fabrikam.example"
	noah   = "Noah Berg|noah.berg@fabrikam.example"
	others = "contoso fabrikam adatum wingtip tailspin litware"
)

// outside plans the meetings with customers, and one that nobody gave a title.
func outside(now time.Time) []plan {
	day := now.Truncate(24 * time.Hour)
	ps := append(contosoCalls(day), fabrikamCalls(now)...)
	quick := day.Add(-3*24*time.Hour + 11*time.Hour + 40*time.Minute)
	return append(ps, tour(day), plan{
		id: UntitledMeetingID, app: AppID, people: []int{20, 27, 33, 38},
		created: quick.Add(-10 * time.Minute), when: []time.Time{quick}, minutes: 25,
		acts: map[int]behaviour{2: late}, mute: true,
	})
}

// call is a meeting that was made for one session.
type call struct {
	id, title string
	daysAgo   int
	people    []int    // of the company, the first is the host
	invited   []string // of the customer
	acts      map[int]behaviour
	texts     *texts
	films     []film
}

// contosoCalls are six meetings, each with one session and a roster of its own.
// Two of the titles are written otherwise.
func contosoCalls(day time.Time) []plan {
	const title = "Contoso sync"
	calls := []call{
		{title: "Contoso Sync", daysAgo: 34, people: []int{23, 24}, invited: []string{dana, marco}},
		{title: "CONTOSO sync", daysAgo: 27, people: []int{23}, invited: []string{dana, marco, leila}},
		{
			title: title, daysAgo: 20, people: []int{23, 24}, invited: []string{dana, leila, oskar},
			acts: map[int]behaviour{4: leftEarly}, films: []film{{status: uploaded}},
		},
		{
			title: title, daysAgo: 13, people: []int{24, 25}, invited: []string{dana, oskar},
			acts: map[int]behaviour{3: absent}, films: []film{{status: failed}}, texts: &pilotCall,
		},
		{
			title: title, daysAgo: 6, people: []int{23, 25}, invited: []string{dana, leila},
			acts: map[int]behaviour{3: absent}, texts: &signOnCall,
			films: []film{{status: uploaded, to: 0.4}, {status: uploaded, from: 0.5}},
		},
		{
			id: ContosoMeetingID, title: title, daysAgo: 2, people: []int{23, 24, 25}, invited: []string{dana, marco, peter},
			acts: map[int]behaviour{2: dropped, 4: absent, 5: late}, texts: &renewalCall, films: []film{{status: uploaded}},
		},
	}
	ps := make([]plan, len(calls))
	for i, c := range calls {
		ps[i] = c.plan(day.Add(-time.Duration(c.daysAgo)*24*time.Hour + 15*time.Hour))
	}
	return ps
}

// fabrikamCalls are three meetings that no text was made of. The recording of
// the latest is still being uploaded.
func fabrikamCalls(now time.Time) []plan {
	const title = "Fabrikam sync"
	day := now.Truncate(24 * time.Hour)
	early := call{title: title, people: []int{26}, invited: []string{emma, ravi, noah}, acts: map[int]behaviour{3: absent}}
	middle := call{title: title, people: []int{26, 27}, invited: []string{emma, lucia}, acts: map[int]behaviour{1: late}}
	latest := call{
		id: FabrikamMeetingID, title: title, people: []int{26, 27}, invited: []string{emma, ravi, lucia},
		acts: map[int]behaviour{3: leftEarly, 4: absent}, films: []film{{status: uploading}},
	}
	ps := []plan{
		early.plan(day.Add(-14*24*time.Hour + 10*time.Hour)),
		middle.plan(day.Add(-7*24*time.Hour + 10*time.Hour)),
		latest.plan(now.Add(-(callMinutes + 30) * time.Minute).Truncate(time.Minute)),
	}
	for i := range ps {
		ps[i].mute = true
	}
	return ps
}

// plan is the call's, which was set up on the day before.
func (c call) plan(start time.Time) plan {
	p := plan{
		id: c.id, title: c.title, app: AppID, people: c.people, invited: c.invited, acts: c.acts,
		created: start.Add(-20 * time.Hour), when: []time.Time{start}, minutes: callMinutes,
	}
	if p.acts == nil {
		p.acts = map[int]behaviour{}
	}
	if c.texts != nil {
		p.recorded, p.texts = true, []*texts{c.texts}
	}
	if c.films != nil {
		p.films = [][]film{c.films}
	}
	return p
}

// tour is shown each week in the same room, to more people each time.
func tour(day time.Time) plan {
	p := plan{
		id: TourMeetingID, title: "Product tour: Getting started", app: EventsAppID, people: []int{15, 7},
		invited: []string{dana, marco, emma}, audience: true, recorded: true, filmed: true,
		created: day.AddDate(0, 0, -7*tourWeeks-10),
		when:    weekly(day, tourWeeks, time.Tuesday, 16*time.Hour), minutes: callMinutes,
	}
	for i := range tourAtFirst + tourWeeks*tourEachWeek - len(p.people) - len(p.invited) {
		p.invited = append(p.invited, visitor(i))
	}
	for i := range p.when {
		p.texts = append(p.texts, tourTexts(i))
	}
	return p
}

// registered is when the ith person of the tour's roster was added: before the
// first session, or two days before a later one.
func (p plan) registered(i int) time.Time {
	if i < tourAtFirst {
		return p.created.Add(time.Duration(i) * time.Hour)
	}
	week := (i - tourAtFirst) / tourEachWeek
	return p.when[week].Add(-48*time.Hour + time.Duration(i)*time.Minute)
}

// visitor is the ith of those who registered by themselves: no two have the same
// name, and none has that of a colleague.
func visitor(i int) string {
	firsts := strings.Fields("Alba Bruno Carla Dario Elin Farid Gloria Hugo Irina Jakub Karin Louis")
	lasts := strings.Fields("Abbott Brandt Castro Dimitrov Eriksen Fontaine Gruber Holm Ionescu")
	domains := strings.Fields(others)
	name, last := firsts[i%len(firsts)], lasts[(i/len(firsts)+i)%len(lasts)]
	address := strings.ToLower(name + "." + last)
	return fmt.Sprintf("%s %s|%s@%s.example", name, last, address, domains[i%len(domains)])
}

// customer is somebody of another company, added when the meeting's plan says.
func customer(seed, meetingNo uint64, i int, who, preset string) participant {
	name, address, _ := strings.Cut(who, "|")
	id := uuid(seed, 2, meetingNo, uint64(i)) //nolint:gosec // small and positive
	return participant{ID: id, Name: &name, CustomID: address, Preset: preset}
}

// listens is how somebody in an audience behaves: many who register stay away.
func listens(seed, no uint64, nth, who int) behaviour {
	switch mix(seed^no<<32^uint64(nth)<<16^uint64(who)) % 20 { //nolint:gosec // small and positive
	case 0, 1, 2, 3, 4, 5, 6:
		return absent
	case 7, 8:
		return late
	case 9, 10, 11:
		return leftEarly
	case 12:
		return dropped
	case 13:
		return reconnected
	}
	return punctual
}
