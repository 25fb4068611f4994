package questions

import (
	"slices"
	"time"
)

const personTool = "get_person_attendance"

// visit is one session that somebody came to or was invited to.
type visit struct {
	s *refSession
	judged
}

// visits are somebody's over all apps, oldest first.
func (ref *reference) visits(custom string, from, to time.Time) (all []visit) {
	for _, s := range between(ref.sessions(), from, to) {
		if !s.concerns(custom) {
			continue
		}
		for _, j := range s.judge(ref.now) {
			if j.custom == custom {
				all = append(all, visit{s, j})
			}
		}
	}
	return all
}

// concerns reports whether somebody was added to the session or came to it; most
// sessions need not be judged.
func (s *refSession) concerns(custom string) bool {
	return slices.ContainsFunc(s.meeting.roster, func(r refRow) bool { return r.CustomID == custom }) ||
		slices.ContainsFunc(s.peers, func(q refPeer) bool { return q.CustomID == custom })
}

// custom is the id by which the company knows one of its people.
func (ref *reference) custom(name string) string {
	for _, m := range ref.meetings() {
		for _, r := range m.roster {
			if r.Name == name && r.CustomID != "guest" {
				return r.CustomID
			}
		}
	}
	return ""
}

// seen are the facts of those visits that fit: a row for each, and their number.
func seen(name string, span func(*reference) (from, to time.Time), is func(visit) bool,
	cells func(visit) []any) func(*reference) []fact {
	return func(ref *reference) (facts []fact) {
		from, to := span(ref)
		n := 0
		for _, v := range ref.visits(ref.custom(name), from, to) {
			if is(v) {
				n++
				facts = append(facts, row(v.s.meeting.Title, append(cells(v), v.s.StartedAt.Format(time.DateOnly))...))
			}
		}
		return append(facts, counts(n), says(name))
	}
}

func attended(v visit) bool { return v.came() }

func howLong(v visit) []any { return []any{v.minutes()} }

func lastWeek(ref *reference) (from, to time.Time) { return ref.lastWeek() }

func days(n int) func(*reference) (from, to time.Time) {
	return func(ref *reference) (from, to time.Time) { return ref.day(-n), ref.now.Add(time.Minute) }
}

func since(n int) func(*reference) string { return func(ref *reference) string { return ref.date(-n) } }

func personQuestions() []question {
	person := func(who string, more args) args {
		more["person"], more["app"] = who, "all" // the account configures one app
		return more
	}
	return []question{
		one("Which meetings was Priya Raman in last week, and for how long?", personTool,
			person("Priya Raman", args{"on": "last week", "show": "attended"}),
			seen("Priya Raman", lastWeek, attended, howLong)),
		one("What did Jonas Weber miss last week?", personTool,
			person("Jonas Weber", args{"on": "last week", "show": "absent"}),
			seen("Jonas Weber", lastWeek, func(v visit) bool { return !v.came() }, func(visit) []any { return nil })),
		one("Was Aisha Khan late anywhere last week?", personTool,
			person("Aisha Khan", args{"on": "last week", "show": "late"}),
			seen("Aisha Khan", lastWeek,
				func(v visit) bool { return v.late > 0 }, func(v visit) []any { return []any{v.late} })),
		dated("Which of our meetings has dana.smith@contoso.example been in during the last three weeks?", personTool,
			func(ref *reference) args {
				return person("dana.smith@contoso.example", args{"from": since(21)(ref), "show": "attended"})
			},
			seen("Dana Smith", days(21), attended, howLong)),
		dated("How many minutes did Sofia Rossi spend in meetings in the last seven days?", personTool,
			func(ref *reference) args { return person("Sofia Rossi", args{"from": since(7)(ref)}) },
			func(ref *reference) []fact {
				minutes := 0
				for _, v := range ref.visits(ref.custom("Sofia Rossi"), ref.day(-7), ref.now.Add(time.Minute)) {
					minutes += v.minutes()
				}
				return []fact{counts(minutes)}
			}),
		one("Where is Kwame right now?", personTool, args{"person": "Kwame"},
			func(*reference) []fact { return []fact{says("Kwame Mensah", warRoom)} }),
		one("Which of last week's meetings was NW-1000 invited to?", personTool,
			person("NW-1000", args{"on": "last week"}), func(ref *reference) (facts []fact) {
				from, to := ref.lastWeek()
				for _, v := range ref.visits("NW-1000", from, to) {
					facts = append(facts, row(v.s.meeting.Title, v.s.StartedAt.Format(time.DateOnly)))
				}
				return append(facts, says("Ines Moreau"))
			}),
	}
}
