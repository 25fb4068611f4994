package questions

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

const (
	recapTool  = "get_session_recap"
	searchTool = "search_recaps"
)

// spoken is a line of a transcript or a chat.
type spoken struct{ who, what string }

// text follows the link to one of a session's texts; it is empty if there is none.
func (ref *reference) text(s *refSession, part, field string, query ...string) string {
	raw, status := ref.fetch(s.meeting.app.ID+"/sessions/"+s.ID+"/"+part, query...)
	var body struct{ Data map[string]any }
	if status != http.StatusOK || json.Unmarshal(raw, &body) != nil {
		return ""
	}
	link, _ := body.Data[field].(string)
	if link == "" {
		return ""
	}
	res, err := http.Get(link) //nolint:gosec // of the sample account
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return string(text)
}

func (ref *reference) summary(s *refSession) string {
	return ref.text(s, "summary", "summaryDownloadUrl")
}

// transcript reads subtitles, which have a blank line after each, and "Name: text"
// in the last line of each.
func (ref *reference) transcript(s *refSession) (all []spoken) {
	for cue := range strings.SplitSeq(ref.text(s, "transcript", "transcript_download_url", "format", "SRT"), "\n\n") {
		lines := strings.SplitN(cue, "\n", 3)
		if len(lines) == 3 {
			who, what, _ := strings.Cut(lines[2], ": ")
			all = append(all, spoken{who, what})
		}
	}
	return all
}

// chat reads lines of ten fields: none of the sample account's chats that are
// asked about has a quoted field.
func (ref *reference) chat(s *refSession) (all []spoken) {
	for i, line := range strings.Split(ref.text(s, "chat", "chat_download_url"), "\n") {
		if f := strings.Split(line, ","); i > 0 && len(f) == 10 {
			all = append(all, spoken{f[4], f[8]})
		}
	}
	return all
}

// holds reports whether some text has the word, whatever its case.
func holds(text, word string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(word))
}

// lines are facts: each line that fits, with who said it, and none of the others.
func lines(all []spoken, is func(spoken) bool) []fact {
	var facts []fact
	for _, l := range all {
		if is(l) {
			facts = append(facts, says(l.who, l.what))
		}
	}
	return facts
}

func by(name string) func(spoken) bool {
	return func(l spoken) bool { return strings.HasPrefix(l.who, name) }
}

func with(word string) func(spoken) bool { return func(l spoken) bool { return holds(l.what, word) } }

// found are the lines with a word in all sessions of some days, with the titles
// and days of the sessions.
func (ref *reference) found(n int, is func(spoken) bool, part func(*refSession) []spoken) (facts []fact) {
	for _, s := range between(ref.sessions(), ref.day(-n), ref.now) {
		if s.EndedAt == nil || !slices.ContainsFunc(part(s), is) {
			continue
		}
		facts = append(facts, says(s.meeting.Title, s.StartedAt.Format("2006-01-02")))
		facts = append(facts, lines(part(s), is)...)
	}
	if len(facts) == 0 {
		panic("the sample account has no such line")
	}
	return facts
}

func recapQuestions() []question {
	return []question{
		one("What was decided in the design review?", recapTool,
			args{"meeting": "design review", "part": "summary"}, func(ref *reference) (facts []fact) {
				for line := range strings.Lines(ref.summary(ref.latest(review))) {
					if strings.HasPrefix(line, "- ") {
						facts = append(facts, says(strings.TrimSpace(line)))
					}
				}
				return facts
			}),
		one("What did Zoë say in the design review?", recapTool,
			args{"meeting": "design review", "speaker": "Zoë", "part": "transcript"}, func(ref *reference) []fact {
				said := ref.transcript(ref.latest(review))
				var others []string
				for _, l := range said {
					if !by("Zoë")(l) {
						others = append(others, l.what)
					}
				}
				return append(lines(said, by("Zoë")), lacking(others...))
			}),
		one("What was said about error messages in the design review?", recapTool,
			args{"meeting": "design review", "search": "error messages"}, func(ref *reference) []fact {
				return lines(ref.transcript(ref.latest(review)), with("error messages"))
			}),
		one("Sum up the latest call with Contoso.", recapTool, args{"meeting": "Contoso sync"},
			func(ref *reference) (facts []fact) {
				for line := range strings.Lines(ref.summary(ref.latest(contoso))) {
					if strings.HasPrefix(line, "- ") {
						facts = append(facts, says(strings.TrimSpace(line)))
					}
				}
				return facts
			}),
		dated("What did Dana ask for in the Contoso call six days ago?", recapTool,
			func(ref *reference) args {
				return args{"meeting": "Contoso sync", "on": ref.date(-6), "speaker": "Dana"}
			},
			func(ref *reference) []fact {
				return lines(ref.transcript(between(ref.titled(contoso), ref.day(-6), ref.day(-5))[0]), by("Dana"))
			}),
		one("Is there a transcript of the Fabrikam sync?", recapTool,
			args{"meeting": "Fabrikam sync", "part": "transcript"}, func(*reference) []fact {
				return []fact{says("no transcript", "transcribe_on_end")}
			}),
	}
}

func searchQuestions() []question {
	return []question{
		one("Somebody talked about a discount. Where, and who?", searchTool, args{"search": "discount"},
			func(ref *reference) []fact { return ref.found(7, with("discount"), ref.transcript) }),
		one("In which meetings was the migration mentioned?", searchTool, args{"search": "migration", "app": "all"},
			func(ref *reference) (facts []fact) {
				for _, s := range between(ref.sessions(), ref.now.AddDate(0, 0, -7), ref.now) {
					if slices.ContainsFunc(ref.transcript(s), with("migration")) {
						facts = append(facts, says(s.meeting.Title, s.StartedAt.Format("2006-01-02")))
					}
				}
				return facts
			}),
		one("What did Dana Smith of Contoso say this week, in any meeting?", searchTool,
			args{"speaker": "dana.smith@contoso.example"},
			func(ref *reference) []fact { return ref.found(6, by("Dana Smith"), ref.callTranscript) }),
		one("Who mentioned single sign-on in the Contoso calls?", searchTool,
			args{"search": "single sign-on", "meeting": "Contoso sync"},
			func(ref *reference) []fact { return ref.found(7, with("single sign-on"), ref.transcript) }),
		dated("Did anybody ever ask in the tour's chat about a spreadsheet?", searchTool,
			func(ref *reference) args {
				return args{"search": "spreadsheet", "part": "chat", "meeting": "product tour", "from": ref.date(-70)}
			},
			func(ref *reference) []fact { return ref.found(70, with("spreadsheet"), ref.chat) }),
		one("Has anybody said a word about layoffs?", searchTool, args{"search": "layoffs"},
			func(*reference) []fact { return []fact{counts(0), says("layoffs")} }),
	}
}

// callTranscript is that of a call with Contoso; another person of that name has
// spoken elsewhere.
func (ref *reference) callTranscript(s *refSession) []spoken {
	if !strings.EqualFold(s.meeting.Title, contoso) {
		return nil
	}
	return ref.transcript(s)
}
