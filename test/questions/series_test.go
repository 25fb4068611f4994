package questions

import (
	"fmt"
	"math"
	"time"
)

const compareTool = "compare_attendance"

// tally is how somebody fared over several sessions.
type tally struct {
	name                 string
	came, missed, streak int
	minutes              int
}

// tallies go through sessions, oldest first, as the rules say: somebody has
// missed what took place once they were on the roster.
func (ref *reference) tallies(sessions []*refSession) map[string]*tally {
	all := map[string]*tally{}
	for _, s := range sessions {
		for _, j := range s.judge(ref.now) {
			id := key(j.custom, j.name)
			if all[id] == nil {
				all[id] = &tally{name: j.name}
			}
			switch {
			case j.came():
				all[id].came++
				all[id].streak = 0
				all[id].minutes += j.minutes()
			case j.invited:
				all[id].missed++
				all[id].streak++
			}
		}
	}
	return all
}

// last are the latest n ended sessions of a title, oldest first.
func (ref *reference) last(title string, n int) (some []*refSession) {
	for _, s := range ref.titled(title) {
		if s.EndedAt != nil {
			some = append(some, s)
		}
	}
	return some[max(0, len(some)-n):]
}

// everyone is in the sessions' rosters or among those who came.
func everyone(tallies map[string]*tally) (out []string) {
	for _, t := range tallies {
		if t.name != "" {
			out = append(out, t.name)
		}
	}
	return out
}

// rates are a row for each of those who fit, and no other name.
func rates(title string, n int, is func(*tally) bool) func(*reference) []fact {
	return func(ref *reference) []fact {
		tallies := ref.tallies(ref.last(title, n))
		var wanted []string
		var facts []fact
		for _, t := range tallies {
			if is(t) {
				wanted = append(wanted, t.name)
				facts = append(facts, row(t.name, t.came, t.missed))
			}
		}
		return append(facts, only(everyone(tallies), wanted))
	}
}

func anybody(*tally) bool { return true }

// percent is how many of those invited came to a session.
func (s *refSession) percent(now time.Time) (attended, invitees, share int) {
	attended = len(s.where(now, func(j judged) bool { return j.came() && j.invited }))
	invitees = len(s.where(now, invited))
	return attended, invitees, int(math.Round(100 * float64(attended) / float64(invitees)))
}

// callOf are facts about the call with Contoso that was some days ago.
func callOf(n int) func(*reference) []fact {
	return func(ref *reference) []fact {
		s := between(ref.titled(contoso), ref.day(-n), ref.day(1-n))[0]
		return listed(ref, s, s.judge(ref.now), func(j judged) []any {
			if !j.came() {
				return []any{"absent"}
			}
			return []any{j.minutes()}
		})
	}
}

func rateQuestions() []question {
	return []question{
		one("Who missed the last three stand-ups?", compareTool,
			args{"meetings": []string{"stand-up"}, "min_absence_streak": 3},
			rates(standup, 5, func(t *tally) bool { return t.streak >= 3 })),
		one("How often did everybody come to the last ten stand-ups?", compareTool,
			args{"meetings": []string{"stand-up"}, "sessions": 10}, rates(standup, 10, anybody)),
		one("How regularly does Mateo come to the stand-up?", compareTool,
			args{"meetings": []string{"stand-up"}, "sessions": 10, "person": "Mateo"},
			rates(standup, 10, func(t *tally) bool { return t.name == "Mateo García" })),
		one("Who of us and of them came to the Contoso syncs, and how often?", compareTool,
			args{"meetings": []string{"Contoso sync"}, "sessions": 6}, rates(contoso, 6, anybody)),
		one("How did attendance of the product tour develop week by week?", compareTool,
			args{"meetings": []string{"product tour"}, "by": "week", "sessions": 8}, func(ref *reference) (facts []fact) {
				for _, s := range ref.last(tour, 8) {
					attended, _, _ := s.percent(ref.now)
					facts = append(facts, weekRow(s.StartedAt, attended))
				}
				return facts
			}),
		one("Has Dana been at every product tour?", compareTool,
			args{"meetings": []string{"product tour"}, "sessions": 8, "person": "Dana Smith"},
			rates(tour, 8, func(t *tally) bool { return t.name == "Dana Smith" })),
		one("Compare who came to the all hands, the launch rehearsal and the partner day.", compareTool,
			args{"meetings": []string{"all hands", "product launch rehearsal", "partner day"}},
			func(ref *reference) (facts []fact) {
				sessions := []*refSession{ref.latest("Partner day"), ref.latest(rehearsal), ref.latest(allHands)}
				for _, t := range ref.tallies(sessions) {
					if t.name != "" {
						facts = append(facts, row(t.name, t.came))
					}
				}
				return facts
			}),
	}
}

func seriesQuestions() []question {
	return []question{
		{"Who was at last Thursday's stand-up?", func(ref *reference) []step {
			day := -1
			for ref.day(day).Weekday() != time.Thursday {
				day--
			}
			s := between(ref.titled(standup), ref.day(day), ref.day(day+1))[0]
			return []step{{
				tool: attendanceTool, args: args{"meeting": "stand-up", "on": ref.date(day), "show": "attended"},
				facts: listed(ref, s, s.where(ref.now, came), nothing),
			}}
		}},
		{"Who came to the latest stand-up? It was on a weekday whose name I know.", func(ref *reference) []step {
			s := ref.latest(standup)
			return []step{{
				tool: attendanceTool, facts: listed(ref, s, s.where(ref.now, came), nothing),
				args: args{"meeting": "stand-up", "on": s.StartedAt.Weekday().String(), "show": "attended"},
			}}
		}},
		one("How many minutes was each of us in stand-ups last week?", attendanceTool,
			args{"meeting": "stand-up", "on": "last week"}, func(ref *reference) (facts []fact) {
				from, to := ref.lastWeek()
				for _, t := range ref.tallies(between(ref.titled(standup), from, to)) {
					facts = append(facts, row(t.name, t.came, t.minutes))
				}
				return facts
			}),
		dated("Who was in the Contoso call of six days ago?", attendanceTool,
			func(ref *reference) args { return args{"meeting": "Contoso sync", "on": ref.date(-6)} }, callOf(6)),
		one("Who was in the latest call with Contoso?", attendanceTool, args{"meeting": "the contoso sync"}, callOf(2)),
		dated("Did Oskar come to our Contoso call two weeks ago?", attendanceTool,
			func(ref *reference) args {
				return args{"meeting": "Contoso sync", "person": "Oskar", "from": ref.date(-14), "to": ref.date(-12)}
			},
			func(ref *reference) []fact {
				s := between(ref.titled(contoso), ref.day(-14), ref.day(-11))[0]
				return listed(ref, s, s.where(ref.now, func(j judged) bool { return j.name == "Oskar Lund" }),
					func(j judged) []any { return []any{"absent"} })
			}),
		one("Who listened to at least half of the latest product tour?", attendanceTool,
			args{"meeting": "product tour", "min_share": 50, "limit": 200},
			of(tour, func(j judged) bool { return j.came() && 2*j.seconds() >= int(j.s.EndedAt.Sub(j.s.StartedAt).Seconds()) },
				nothing)),
		one("What share of those registered came to each product tour?", "list_sessions",
			args{"meeting": "product tour", "people": true}, func(ref *reference) (facts []fact) {
				for _, s := range ref.titled(tour) {
					attended, _, share := s.percent(ref.now)
					facts = append(facts, sessionRow(s, attended, share))
				}
				return facts
			}),
	}
}

// sessionRow is the row of a session, known by its day.
func sessionRow(s *refSession, cells ...any) fact {
	return row(s.StartedAt.Format(time.DateOnly), cells...)
}

// weekRow is the row of a week, known by its Monday.
func weekRow(at time.Time, cells ...any) fact {
	for at.Weekday() != time.Monday {
		at = at.AddDate(0, 0, -1)
	}
	return row(fmt.Sprint(at.Format(time.DateOnly)), cells...)
}
