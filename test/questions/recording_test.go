package questions

import (
	"strings"
	"time"
)

const recordingsTool = "list_recordings"

// recorded are those of all apps that fit, oldest first.
func (ref *reference) recorded(is func(refRecording) bool) (some []refRecording) {
	for _, app := range ref.apps {
		for _, r := range app.recordings {
			if is(r) {
				some = append(some, r)
			}
		}
	}
	return some
}

func ofTitle(title string) func(refRecording) bool {
	return func(r refRecording) bool { return strings.EqualFold(r.Meeting.Title, title) }
}

// films are facts: a row for each of a title's recordings.
func films(title string, cells func(refRecording) []any) func(*reference) []fact {
	return func(ref *reference) []fact {
		some := ref.recorded(ofTitle(title))
		facts := []fact{counts(len(some))}
		for _, r := range some {
			at := []any{r.StartedAt.Format(time.DateOnly), r.StartedAt.Format("15:04")}
			facts = append(facts, row(r.ID, append(at, cells(r)...)...))
		}
		return facts
	}
}

func state(r refRecording) []any { return []any{r.Status} }

func howLongRecorded(r refRecording) []any {
	if r.Seconds == nil {
		return nil
	}
	return []any{length(*r.Seconds)}
}

func until(r refRecording) []any {
	if r.Expiry == nil {
		return nil
	}
	return []any{r.Expiry.Format(time.DateOnly)}
}

func recordingQuestions() []question {
	return []question{
		one("Is there a recording of the design review, and how long is it?", recordingsTool,
			args{"meeting": "design review"}, films(review, howLongRecorded)),
		one("Which recordings of the Contoso calls are there?", recordingsTool,
			args{"meeting": "Contoso sync"}, films(contoso, state)),
		one("Until when do the links of the Contoso recordings work?", recordingsTool,
			args{"meeting": "Contoso sync"}, films(contoso, until)),
		one("Is the recording of the Fabrikam call ready?", recordingsTool,
			args{"meeting": "Fabrikam sync"}, films(fabrikam, state)),
		one("Was the all hands recorded?", recordingsTool, args{"meeting": "all hands"}, films(allHands, howLongRecorded)),
		one("Which product tours can still be watched?", recordingsTool, args{"meeting": "product tour"}, films(tour, until)),
		one("What is being recorded at the moment?", recordingsTool, args{"limit": 5}, func(ref *reference) (facts []fact) {
			for _, r := range ref.recorded(func(r refRecording) bool { return r.Status == "RECORDING" }) {
				facts = append(facts, row(r.ID, r.Meeting.Title, "RECORDING"))
			}
			return facts
		}),
		dated("What was recorded in the last seven days, in all apps?", recordingsTool,
			func(ref *reference) args { return args{"from": ref.date(-7), "app": "all"} }, func(ref *reference) (facts []fact) {
				for _, r := range ref.recorded(func(r refRecording) bool { return r.StartedAt.After(ref.day(-7)) }) {
					facts = append(facts, row(r.ID, r.Meeting.Title, r.Status))
				}
				return facts
			}),
		one("Send me the link of the design review's recording.", recordingsTool,
			args{"meeting": "design review", "links": true}, func(ref *reference) []fact {
				return append(films(review, state)(ref), says("--recording-links"), lacking("signature="))
			}),
	}
}
