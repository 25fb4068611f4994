package questions

// mistakes are what models get wrong.
func mistakes() []question {
	invitees := rostered(standup, func(refRow) bool { return true })
	lateOnes := of(review, late, func(j judged) []any { return []any{j.late} })
	return []question{
		{"A title as an id: who is invited to the stand-up?", func(ref *reference) []step {
			return []step{
				{tool: rosterTool, args: args{"meeting_id": "stand-up"}, mistake: []string{"meeting_id", "meeting"}},
				{tool: rosterTool, args: args{"meeting": "stand-up"}, facts: invitees(ref)},
			}
		}},
		{"A name as a title: where was Priya Raman last week?", func(ref *reference) []step {
			return []step{
				{tool: attendanceTool, args: args{"meeting": "Priya Raman", "on": "last week"},
					mistake: []string{"Priya Raman", personTool}},
				{tool: personTool, args: args{"person": "Priya Raman", "on": "last week", "show": "attended", "app": "all"},
					facts: seen("Priya Raman", lastWeek, attended, howLong)(ref)},
			}
		}},
		{"camelCase: who was late at the design review?", func(ref *reference) []step {
			return []step{
				{tool: attendanceTool, args: args{"meetingId": ref.meeting(review).ID, "show": "late"},
					mistake: []string{"meetingId", "meeting"}},
				{tool: attendanceTool, args: args{"meeting": ref.meeting(review).ID, "show": "late"}, facts: lateOnes(ref)},
			}
		}},
		{"Two titles in one: who was in the design review and the stand-up?", func(ref *reference) []step {
			return []step{
				{tool: attendanceTool, args: args{"meeting": "design review and stand-up"},
					mistake: []string{review, standup}},
				{tool: attendanceTool, args: args{"meeting": "design review", "show": "attended", "also_in": "stand-up"},
					facts: both(review, standup, true)(ref)},
			}
		}},
		{"Ten thousand rows: everybody of the stand-up's roster, please.", func(ref *reference) []step {
			return []step{
				{tool: rosterTool, args: args{"meeting": "stand-up", "limit": 10000}, mistake: []string{"limit", "500"}},
				{tool: rosterTool, args: args{"meeting": "stand-up", "limit": 500}, facts: invitees(ref)},
			}
		}},
		{"Several titles fit: who came to the onboarding?", func(ref *reference) []step {
			s := ref.latest("Onboarding: Contoso")
			return []step{
				{tool: attendanceTool, args: args{"meeting": "onboarding"},
					mistake: []string{"Onboarding: Contoso", "Onboarding: Litware"}},
				{tool: attendanceTool, args: args{"meeting": "Onboarding: Contoso", "show": "attended"},
					facts: listed(ref, s, s.where(ref.now, func(j judged) bool { return j.came() && j.invited }), nothing)},
			}
		}},
	}
}

func moreMistakes() []question {
	lateOnes := of(review, late, func(j judged) []any { return []any{j.late} })
	return []question{
		{"A session's id as a meeting: who was late at that one?", func(ref *reference) []step {
			id := ref.latest(review).ID
			return []step{
				{tool: attendanceTool, args: args{"meeting": id, "show": "late"}, mistake: []string{"session"}},
				{tool: attendanceTool, args: args{"session": id, "show": "late"}, facts: lateOnes(ref)},
			}
		}},
		{"A misspelt argument: who was late at the design review?", func(ref *reference) []step {
			return []step{
				{tool: attendanceTool, args: args{"meetng": "design review", "show": "late"},
					mistake: []string{`"meetng"`, `did you mean "meeting"`}},
				{tool: attendanceTool, args: args{"meeting": "design review", "show": "late"}, facts: lateOnes(ref)},
			}
		}},
		{"Two people of one name: where was Emma in the last two weeks?", func(ref *reference) []step {
			return []step{
				{tool: personTool, args: args{"person": "Emma", "from": ref.date(-14), "show": "attended", "app": "all"},
					mistake: []string{"Emma Wilson", "Emma Wright"}},
				{tool: personTool,
					args:  args{"person": "emma.wright@fabrikam.example", "from": ref.date(-14), "show": "attended", "app": "all"},
					facts: seen("Emma Wright", days(14), attended, howLong)(ref)},
			}
		}},
		{"A day without a session: who came to today's stand-up?", func(ref *reference) []step {
			s := ref.latest(standup)
			at := s.StartedAt.Format("2006-01-02")
			return []step{
				{tool: attendanceTool, args: args{"meeting": "stand-up", "on": "today", "show": "attended"},
					mistake: []string{at, ref.date(0)}},
				{tool: attendanceTool, args: args{"meeting": "stand-up", "on": at, "show": "attended"},
					facts: listed(ref, s, s.where(ref.now, came), nothing)},
			}
		}},
		{"What the account does not have: the phone numbers of those who were late at the design review.",
			func(ref *reference) []step {
				return []step{
					{tool: attendanceTool, args: args{"meeting": "design review", "show": "late", "phone": true},
						mistake: []string{`"phone"`, "no phone numbers"}},
					{tool: attendanceTool, args: args{"meeting": "design review", "show": "late"}, facts: lateOnes(ref)},
				}
			}},
		{"A day and a range at once: which stand-ups were there yesterday, or last week?", func(ref *reference) []step {
			from, to := ref.lastWeek()
			return []step{
				{tool: sessionsTool, args: args{"meeting": "stand-up", "on": "yesterday", "from": "last week"},
					mistake: []string{"on", "from"}},
				{tool: sessionsTool, args: args{"meeting": "stand-up", "on": "last week"},
					facts: took(between(ref.titled(standup), from, to))},
			}
		}},
	}
}

func understood() []question {
	lateOnes := of(review, late, func(j judged) []any { return []any{j.late} })
	return []question{
		one("A word for a day in from: who was late since yesterday's review?", attendanceTool,
			args{"meeting": "design review", "from": "yesterday", "show": "late"}, lateOnes),
		one("Another order of words: who came to the platform standup?", attendanceTool,
			args{"meeting": "PLATFORM standup daily", "show": "attended"}, of(standup, came, nothing)),
		one("Old words: who was late at the design review?", attendanceTool,
			args{"query": "design review", "show": "late", "response_format": "concise", "sessions": "latest"}, lateOnes),
		one("An app by its name: who was at the load test?", attendanceTool,
			args{"meeting": "load test", "app": "staging", "show": "attended"}, of("Load test", came, nothing)),
		{"A number as text: three product tours, please.", func(ref *reference) []step {
			all := ref.titled(tour)
			return []step{{
				tool: sessionsTool, args: args{"meeting": "product tour", "limit": "3"},
				facts: took(all[len(all)-3:])[1:],
			}}
		}},
		{"A URL as the meeting: who was late there?", func(ref *reference) []step {
			return []step{{
				tool: attendanceTool, facts: lateOnes(ref),
				args: args{"meeting": "https://meet.example.com/m/" + ref.meeting(review).ID + "?x=1", "show": "late"},
			}}
		}},
	}
}
