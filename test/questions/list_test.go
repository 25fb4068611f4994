package questions

import (
	"slices"
	"strings"
	"time"
)

const (
	sessionsTool = "list_sessions"
	joiningsTool = "list_session_participants"
	rosterTool   = "list_meeting_participants"
	findTool     = "find_meetings"
	meetingTool  = "get_meeting"
	appsTool     = "list_apps"
)

// took are facts: a row for each session, known by its day and time.
func took(some []*refSession) []fact {
	facts := []fact{counts(len(some))}
	for _, s := range some {
		cells := []any{s.StartedAt.Format("15:04"), s.ID}
		if s.meeting.Title != "" {
			cells = append(cells, s.meeting.Title)
		}
		facts = append(facts, row(s.StartedAt.Format(time.DateOnly), cells...))
	}
	return facts
}

// rostered are facts: a row for each of a meeting's roster who fits, and no other name.
func rostered(title string, is func(refRow) bool) func(*reference) []fact {
	return func(ref *reference) (facts []fact) {
		var everybody, wanted []string
		for _, r := range ref.meeting(title).roster {
			everybody = append(everybody, r.Name)
			if is(r) {
				wanted = append(wanted, r.Name)
				facts = append(facts, row(r.Name, r.CustomID))
			}
		}
		return append(facts, only(everybody, wanted))
	}
}

// meetings are facts: a row for each meeting that fits, and their number.
func meetings(is func(*refMeeting) bool) func(*reference) []fact {
	return func(ref *reference) []fact {
		var facts []fact
		for _, m := range ref.meetings() {
			if is(m) {
				facts = append(facts, row(m.ID, m.Title, m.Status))
			}
		}
		return append(facts, counts(len(facts)))
	}
}

func titled(word string) func(*refMeeting) bool {
	return func(m *refMeeting) bool { return holds(m.Title, word) }
}

func listQuestions() []question {
	return slices.Concat(sessionQuestions(), joiningQuestions(), rosterQuestions(), meetingQuestions())
}

func sessionQuestions() []question {
	return []question{
		one("What is going on right now?", sessionsTool, args{"status": "LIVE"}, func(ref *reference) []fact {
			return took([]*refSession{ref.latest(warRoom)})
		}),
		one("On which days did the stand-up take place last week?", sessionsTool,
			args{"meeting": "stand-up", "on": "last week"}, func(ref *reference) []fact {
				from, to := ref.lastWeek()
				return took(between(ref.titled(standup), from, to))
			}),
		one("Which meetings took place yesterday, wherever?", sessionsTool, args{"on": "yesterday", "app": "all"},
			func(ref *reference) []fact { return took(between(ref.sessions(), ref.day(-1), ref.day(0))) }),
		one("Did anybody meet today?", sessionsTool, args{"on": "today"}, func(ref *reference) []fact {
			return took(between(ref.sessions(), ref.day(0), ref.day(1)))
		}),
		one("When did we talk to Contoso?", sessionsTool, args{"meeting": "Contoso sync"},
			func(ref *reference) []fact { return took(ref.titled(contoso)) }),
		one("Which three product tours used the most minutes?", sessionsTool,
			args{"meeting": "product tour", "sort_by": "minutesConsumed", "sort_order": "DESC", "limit": 3},
			func(ref *reference) []fact {
				all := ref.titled(tour)
				slices.SortFunc(all, func(x, y *refSession) int { return int(100 * (y.Minutes - x.Minutes)) })
				facts := took(all[:3])[1:]
				for _, s := range all[3:] {
					facts = append(facts, lacking(s.ID))
				}
				return facts
			}),
		dated("Which meeting was there three days ago at noon?", sessionsTool,
			func(ref *reference) args { return args{"on": ref.date(-3) + "T12:00"} }, func(ref *reference) (facts []fact) {
				noon := ref.day(-3).Add(12 * time.Hour)
				for _, s := range between(ref.sessions(), ref.day(-3), noon) {
					if s.end(ref.now).After(noon) {
						facts = append(facts, says(s.ID))
					}
				}
				return facts
			}),
	}
}

func joiningQuestions() []question {
	return []question{
		one("How often did Sofia connect to the design review, and when?", joiningsTool,
			args{"meeting": "design review", "person": "Sofia"}, func(ref *reference) (facts []fact) {
				for _, q := range ref.latest(review).peers {
					if q.Name == "Sofia Rossi" {
						facts = append(facts, row(q.Name, q.JoinedAt.Format("15:04"), q.LeftAt.Format("15:04")))
					}
				}
				return append(facts, counts(len(facts)))
			}),
		dated("Who joined the roadmap workshop last?", joiningsTool,
			func(*reference) args {
				return args{"meeting": "roadmap workshop", "sort_by": "joinedAt", "sort_order": "DESC", "limit": 1}
			},
			func(ref *reference) []fact {
				s := ref.latest(workshop)
				last := s.peers[0]
				for _, q := range s.peers {
					if q.JoinedAt.After(last.JoinedAt) {
						last = q
					}
				}
				return []fact{says(last.JoinedAt.Format("15:04"))}
			}),
	}
}

func rosterQuestions() []question {
	return []question{
		one("Who is invited to the stand-up?", rosterTool, args{"meeting": "stand-up"},
			rostered(standup, func(refRow) bool { return true })),
		one("How many were added to the autumn webinar?", rosterTool, args{"meeting": "autumn product webinar"},
			func(ref *reference) []fact { return []fact{counts(len(ref.meeting(webinar).roster))} }),
		one("Who hosts the stand-up?", rosterTool, args{"meeting": "stand-up", "preset": "host"},
			rostered(standup, func(r refRow) bool { return r.Preset == "group_call_host" })),
		one("Who has registered for the product tour from Contoso?", rosterTool,
			args{"meeting": "product tour", "person": "contoso.example"},
			rostered(tour, func(r refRow) bool { return strings.HasSuffix(r.CustomID, "@contoso.example") })),
		dated("List page 2 of that meeting's participants, four a page.", rosterTool,
			func(ref *reference) args {
				return args{"meeting_id": ref.meeting(standup).ID, "page_no": 2, "per_page": 4}
			},
			func(ref *reference) []fact {
				var all []string
				for _, r := range ref.meeting(standup).roster {
					all = append(all, r.Name)
				}
				return []fact{only(all, all[4:8])}
			}),
	}
}

func meetingQuestions() []question {
	return []question{
		one("Which meetings do we have with Contoso?", findTool, args{"meeting": "contoso"}, meetings(titled("contoso"))),
		one("Which onboarding rooms are not used any more?", findTool,
			args{"meeting": "onboarding", "status": "INACTIVE"},
			meetings(func(m *refMeeting) bool { return titled("onboarding")(m) && m.Status == "INACTIVE" })),
		dated("Which meetings were set up in the last four days?", findTool,
			func(ref *reference) args { return args{"from": ref.date(-4)} },
			func(ref *reference) []fact {
				return meetings(func(m *refMeeting) bool { return !m.CreatedAt.Before(ref.day(-4)) })(ref)
			}),
		one("Is there a meeting about webhooks?", findTool, args{"meeting": "webhook rehearsal"},
			func(ref *reference) []fact {
				return append(meetings(titled("webhook rehearsal"))(ref), says("Staging"))
			}),
		one("Is anybody in the war room?", meetingTool, args{"meeting": "war room"}, func(ref *reference) []fact {
			s := ref.latest(warRoom)
			return []fact{says(warRoom, "live"), counts(len(s.meeting.roster))}
		}),
		one("Is the product tour's room still open, and how many are on its list?", meetingTool,
			args{"meeting": "product tour"}, func(ref *reference) []fact {
				m := ref.meeting(tour)
				return []fact{says(m.Title, m.Status, m.ID), counts(len(m.roster))}
			}),
		one("Which apps do we have?", appsTool, args{}, func(ref *reference) (facts []fact) {
			for _, app := range ref.apps {
				facts = append(facts, row(app.Name, app.ID))
			}
			return append(facts, counts(len(ref.apps)))
		}),
		one("What is the id of the staging app?", appsTool, args{"search": "staging"}, func(ref *reference) []fact {
			return []fact{row("Staging", ref.apps[1].ID), lacking(ref.apps[2].ID)}
		}),
	}
}
