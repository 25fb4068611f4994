package questions

import (
	"slices"
	"time"
)

// Titles in the sample account.
const (
	review    = "Design review: Checkout"
	standup   = "Daily stand-up: Platform"
	warRoom   = "Incident 4127: war room"
	tour      = "Product tour: Getting started"
	contoso   = "Contoso sync"
	fabrikam  = "Fabrikam sync"
	webinar   = "Autumn product webinar"
	allHands  = "All hands"
	rehearsal = "Product launch rehearsal"
	workshop  = "Roadmap workshop"
)

const attendanceTool = "get_meeting_attendance"

// listed are facts about each of some people: a row for each, and no other name
// of the session.
func listed(ref *reference, s *refSession, some []judged, cells func(judged) []any) []fact {
	facts := []fact{only(names(s.judge(ref.now)), names(some))}
	for _, j := range some {
		facts = append(facts, row(j.name, cells(j)...))
	}
	return facts
}

func nothing(judged) []any { return nil }

// stay is when somebody came and went, and for how long they were there.
func stay(zone *time.Location) func(judged) []any {
	return func(j judged) []any {
		return []any{j.s.clock(j.first(), zone), j.s.clock(j.last(), zone), j.minutes()}
	}
}

// of are facts about those of a title's latest session who fit.
func of(title string, is func(judged) bool, cells func(judged) []any) func(*reference) []fact {
	return func(ref *reference) []fact {
		s := ref.latest(title)
		return listed(ref, s, s.where(ref.now, is), cells)
	}
}

// whole are the counts of a title's latest session, and everybody's row.
func whole(title string, zone *time.Location) func(*reference) []fact {
	return func(ref *reference) []fact {
		s := ref.latest(title)
		attended := s.where(ref.now, func(j judged) bool { return j.came() && j.invited })
		facts := []fact{counts(len(attended), len(s.where(ref.now, invited)))}
		for _, j := range s.where(ref.now, came) {
			facts = append(facts, row(j.name, stay(zone)(j)...))
		}
		for _, j := range s.where(ref.now, absent) {
			facts = append(facts, row(j.name, "absent"))
		}
		return facts
	}
}

// both are those who came to the latest sessions of two titles, or to the first only.
func both(title, other string, also bool) func(*reference) []fact {
	return func(ref *reference) []fact {
		there := map[string]bool{}
		for _, j := range ref.latest(other).where(ref.now, came) {
			there[key(j.custom, j.name)] = true
		}
		return of(title, func(j judged) bool { return j.came() && there[key(j.custom, j.name)] == also }, nothing)(ref)
	}
}

func attendanceQuestions() []question {
	return slices.Concat(whoQuestions(), momentQuestions(), oneQuestions(), otherRoomQuestions(), wholeListQuestions())
}

// atLeast is a share of the session.
func atLeast(percent int) func(judged) bool {
	return func(j judged) bool { return j.came() && j.seconds()*100 >= percent*j.s.length(time.Time{})*60 }
}

func lost(j judged) bool { return j.came() && j.invited && len(j.gaps()) > 0 }

func berlin() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}

func whoQuestions() []question {
	return []question{
		one("Who came to yesterday's design review?", attendanceTool,
			args{"meeting": "design review", "on": "yesterday"}, whole(review, time.UTC)),
		one("Who was late at the design review?", attendanceTool,
			args{"meeting": "design review", "show": "late"},
			of(review, late, func(j judged) []any { return []any{j.late} })),
		one("Who left the design review early?", attendanceTool,
			args{"meeting": "design review", "show": "left_early"},
			of(review, early, func(j judged) []any { return []any{j.early} })),
		one("E-mail those who did not come to the design review.", attendanceTool,
			args{"meeting": "design review", "show": "absent"},
			of(review, absent, func(j judged) []any { return []any{j.custom} })),
		one("Did anybody come to the design review who was not invited?", attendanceTool,
			args{"meeting": "design review", "show": "guests"}, of(review, guest, nothing)),
		one("Who is in the war room right now?", attendanceTool,
			args{"meeting": "war room", "show": "here_now"}, of(warRoom, came, nothing)),
	}
}

func momentQuestions() []question {
	return []question{
		one("Who was in the design review at 14:20?", attendanceTool,
			args{"meeting": "design review", "on": "yesterday", "at": "14:20"},
			of(review, func(j judged) bool { return j.here[20*60] }, nothing)),
		one("Who was still in yesterday's design review at 14:40?", attendanceTool,
			args{"meeting": "design review", "on": "yesterday", "at": "14:40"},
			of(review, func(j judged) bool { return j.here[40*60] }, nothing)),
		one("Who was there for at least three quarters of the design review?", attendanceTool,
			args{"meeting": "design review", "min_share": 75}, of(review, atLeast(75), nothing)),
		one("Who stayed for 40 minutes or more in the design review?", attendanceTool,
			args{"meeting": "design review", "min_minutes": 40},
			of(review, func(j judged) bool { return j.seconds() >= 40*60 }, nothing)),
		one("Who lost the connection in the design review, and when?", attendanceTool,
			args{"meeting": "design review", "spans": true}, func(ref *reference) (facts []fact) {
				for _, j := range ref.latest(review).where(ref.now, lost) {
					for _, gap := range j.gaps() {
						facts = append(facts, row(j.name, j.s.clock(gap[0], time.UTC), j.s.clock(gap[1], time.UTC)))
					}
				}
				return facts
			}),
	}
}

func oneQuestions() []question {
	return []question{
		one("Was Priya on time for the design review?", attendanceTool,
			args{"meeting": "design review", "person": "Priya"},
			of(review, func(j judged) bool { return j.name == "Priya Raman" },
				func(j judged) []any { return append(stay(time.UTC)(j), j.late) })),
		one("Did David Cohen show up at the review?", attendanceTool,
			args{"meeting": "design review", "person": "David Cohen"},
			of(review, func(j judged) bool { return j.name == "David Cohen" },
				func(judged) []any { return []any{"absent"} })),
		one("Who was more than a quarter of an hour late for the design review?", attendanceTool,
			args{"meeting": "design review", "show": "late", "late_after_minutes": 15},
			of(review, func(j judged) bool { return j.late > 15 || j.late == 15 }, nothing)),
		one("When did people join the design review, in Berlin's time?", attendanceTool,
			args{"meeting": "design review", "timezone": "Europe/Berlin"}, whole(review, berlin())),
		one("Who hosts the war room?", attendanceTool,
			args{"meeting": "war room", "preset": "host"},
			of(warRoom, func(j judged) bool { return j.preset == "group_call_host" }, nothing)),
	}
}

func otherRoomQuestions() []question {
	return []question{
		one("How many came to the all hands?", attendanceTool, args{"meeting": "all hands"},
			func(ref *reference) []fact {
				s := ref.latest(allHands)
				return []fact{counts(len(s.where(ref.now, came)), len(s.where(ref.now, invited))), says("Events")}
			}),
		one("Who was at the load test?", attendanceTool, args{"meeting": "load test"}, whole("Load test", time.UTC)),
		one("Who did not come to the partner day?", attendanceTool,
			args{"meeting": "partner day", "show": "absent"}, of("Partner day", absent, nothing)),
		one("Who was in the design review and also at the all hands?", attendanceTool,
			args{"meeting": "design review", "show": "attended", "also_in": "all hands"}, both(review, allHands, true)),
		one("Who came to the all hands but not to the launch rehearsal?", attendanceTool,
			args{"meeting": "all hands", "show": "attended", "not_in": "product launch rehearsal"},
			both(allHands, rehearsal, false)),
		one("How long was everybody in the roadmap workshop, breakout rooms included?", attendanceTool,
			args{"meeting": "roadmap workshop"}, of(workshop, func(j judged) bool { return true }, func(j judged) []any {
				if !j.came() {
					return []any{"absent"}
				}
				return []any{j.minutes()}
			})),
		one("Who is in our current meeting?", attendanceTool, args{"show": "here_now"}, func(ref *reference) []fact {
			return append(of(warRoom, came, nothing)(ref), says(warRoom))
		}),
		dated("We met without a title three days ago, around 11:45. Who was there?", attendanceTool,
			func(ref *reference) args { return args{"on": ref.date(-3) + "T11:45"} }, whole("", time.UTC)),
	}
}

func wholeListQuestions() []question {
	return []question{
		one("How many of the five thousand came to the autumn webinar?", attendanceTool,
			args{"meeting": "autumn product webinar"}, func(ref *reference) []fact {
				return []fact{counts(ref.latest(webinar).everybody(), len(ref.meeting(webinar).roster))}
			}),
		one("Show me the 501st to the 600th of the autumn webinar's list.", attendanceTool,
			args{"meeting": "autumn product webinar", "show": "attended", "offset": 500, "limit": 100},
			func(ref *reference) []fact {
				return []fact{counts(ref.latest(webinar).everybody()), rows("people", 100)}
			}),
		one("Give me the stand-up's attendance as a CSV file.", attendanceTool,
			args{"meeting": "stand-up", "format": "csv"}, func(ref *reference) (facts []fact) {
				for _, j := range ref.latest(standup).where(ref.now, func(judged) bool { return true }) {
					facts = append(facts, says(j.name+","))
				}
				return facts
			}),
		one("I need the whole list of the autumn webinar, everybody, as CSV.", attendanceTool,
			args{"meeting": "autumn product webinar", "format": "csv"}, func(ref *reference) []fact {
				return []fact{counts(ref.latest(webinar).everybody()), linked("csv")}
			}),
	}
}
