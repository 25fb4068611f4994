package main

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

func TestResources(t *testing.T) { bothShapes(t, testResources) }

func testResources(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	api := sample(t, demoapi.Options{})
	p := start(t, environment(api), "--log-format=json")
	var templates struct {
		ResourceTemplates []struct {
			URITemplate string `json:"uriTemplate"`
		}
	}
	err := json.Unmarshal(p.request("resources/templates/list", args{}).Result, &templates)
	if err != nil || len(templates.ResourceTemplates) != 4 {
		t.Fatalf("%v %+v", err, templates)
	}
	var added roster
	mime, text, _ := p.read("realtimekit://meetings/" + demoapi.StandupMeetingID + "/participants")
	if err := json.Unmarshal([]byte(text), &added); err != nil || mime != "application/json" ||
		len(added.Participants) != 9 ||
		added.Participants[0].ID == "" {
		t.Errorf("%v %s %s", err, mime, text)
	}
	session := sampleSession(t, demoapi.HostileMeetingID)
	var a, ofMeeting presence
	mime, text, failure := p.read("realtimekit://sessions/" + session + "/attendance")
	if err := json.Unmarshal([]byte(text), &a); err != nil || mime != "application/json" || a.Guests != 1 ||
		len(a.People) != a.Invited+1 {
		t.Errorf("%v %s %s %s", err, mime, text, failure)
	}
	_, text, failure = p.read("realtimekit://meetings/" + demoapi.HostileMeetingID + "/attendance")
	err = json.Unmarshal([]byte(text), &ofMeeting)
	if a.Matching = ofMeeting.Matching; err != nil || !reflect.DeepEqual(ofMeeting, a) {
		t.Errorf("the meeting's: %v %s %s", err, text, failure)
	}
	mime, text, _ = p.read("realtimekit://sessions/" + session + "/attendance?format=csv")
	text, marked := strings.CutPrefix(text, "\ufeff") // by which Excel knows UTF-8
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || mime != "text/csv" || len(rows) != len(a.People)+1 || rows[0][0] != "name" ||
		strings.Count(text, "\r\n") != len(rows) {
		t.Errorf("%v %s %s", err, mime, text)
	}
	p.close(0)
	if logs := p.logs.String(); !strings.Contains(logs, `"resource":"session_attendance"`) ||
		strings.Contains(logs, session) || strings.Contains(logs, "northwind") {
		t.Errorf("logs: %s", logs)
	}
}

// read returns a resource, or why there is none.
func (p *proc) read(uri string) (mime, text, failure string) {
	p.t.Helper()
	m := p.request("resources/read", args{"uri": uri})
	if m.Error != nil {
		return "", "", m.Error.Message
	}
	var v struct {
		Contents []struct{ URI, MimeType, Text string }
	}
	if err := json.Unmarshal(m.Result, &v); err != nil || len(v.Contents) != 1 || v.Contents[0].URI != uri {
		p.t.Fatalf("%v %s", err, m.Result)
	}
	return v.Contents[0].MimeType, v.Contents[0].Text, ""
}

// TestNoSuchResource holds that each error says what is wrong with the URI.
func TestNoSuchResource(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	session := sampleSession(t, demoapi.HostileMeetingID)
	for uri, want := range map[string]string{
		"realtimekit://sessions/" + session + "/attendance?format=xml":             "json or csv",
		"realtimekit://sessions/nothing/attendance":                                "session_id",
		"realtimekit://meetings/x/participants":                                    "UUID",
		"realtimekit://meetings/x/attendance":                                      "UUID",
		"realtimekit://meetings/00000000-0000-4000-8000-000000000000/attendance":   "Meeting not found",
		"realtimekit://meetings/00000000-0000-4000-8000-000000000000/participants": "Meeting not found",
		"realtimekit://sessions/00000000-0000-4000-8000-000000000000/attendance":   "Session not found",
		"realtimekit://sessions/..%2f..%2f" + session + "/attendance":              "session_id",
		"realtimekit://nothing":                                                    "",
	} {
		if _, text, failure := p.read(uri); failure == "" || !strings.Contains(failure, want) {
			t.Errorf("%s: %q %s", uri, failure, text)
		}
	}
}

// attendanceCommands are arguments of the command, its exit code, and what it prints.
var attendanceCommands = []struct {
	name string
	args []string
	code int
	want []string
}{
	{
		"table",
		[]string{"design review"},
		0,
		[]string{"7 of 9 invited attended", "NAME ", "李娜                  na.li@northwind.example "},
	},
	{"by id", []string{demoapi.ReviewMeetingID, "--show=late"}, 0, []string{"7 of 9", "Priya Raman"}},
	{
		"csv",
		[]string{"design review", "--format=csv"},
		0,
		[]string{"name,custom_participant_id,status", "李娜,na.li@northwind.example,absent,0,,,0,0,0,0,false,\r\n"},
	},
	{
		"json",
		[]string{"design review", "--format", "json"},
		0,
		[]string{`"summary": "7 of 9 invited`, `"status": "absent"`},
	},
	{
		"markdown",
		[]string{"design review", "--format=markdown", "--timezone=Asia/Tokyo"},
		0,
		[]string{"| Dana Smith (Contoso) | guest | not on the roster (any more) | 23:00 |"},
	},
	{"all", []string{"stand-up", "--all", "--after=2000-01-01"}, 0, []string{"at least one of 10 sessions"}},
	{"range", []string{"stand-up", "--from=2000-01-01", "--to=today"}, 0, []string{"at least one of 10 sessions"}},
	{"after without all", []string{"stand-up", "--after=2000-01-01"}, 0, []string{"15-minute session"}},
	{"old and new", []string{"stand-up", "--after=2000-01-01", "--from=2000-01-01"}, 2, []string{"old name of --from"}},
	{"sessions", []string{"stand-up", "--sessions=3"}, 0, []string{"at least one of 3 sessions"}},
	{"no meeting", []string{"--on=yesterday", "--sessions=latest"}, 0, []string{"No meeting was named"}},
	{"at", []string{"design review", "--at=14:20", "--preset=host"}, 0, []string{
		"1 of 10 people was in the session at 14:20Z and has the preset group_call_host", "Nguyễn Thị Hoa",
	}},
	{"person", []string{"design review", "--person=na.li@northwind.example"}, 0, []string{"1 of 10 people fits", "李娜"}},
	{"least", []string{"design review", "--min-minutes=40", "--min-share=95"}, 0, []string{"SHARE", "4 of 10 people were"}},
	{"also in", []string{"design review", "--also-in=roadmap workshop"}, 0, []string{"1 of 10 people came, and came to"}},
	{"not in", []string{"design review", "--not-in=stand-up", "--show=absent"}, 0, []string{"2 of 10 people were absent and"}},
	{"tolerance", []string{"design review", "--late-after-minutes=20", "--show=late"}, 0, []string{"0 of 10 people were late"}},
	{"spans", []string{"design review", "--person=sofia", "--spans"}, 0, []string{"14:00 to 14:18; 14:23 to 14:42"}},
	{"app", []string{"design review", "--app=staging"}, 1, []string{"Staging"}},
	{"several", []string{"onboarding"}, 1, []string{"6 meetings"}},
	{"none", []string{"no such meeting"}, 1, []string{"find_meetings"}},
	{"time", []string{"stand-up", "--after=soon"}, 1, []string{"must be a date", "yesterday"}},
	{"format", []string{"stand-up", "--format=xml"}, 2, []string{"--format"}},
}

func TestAttendanceCommand(t *testing.T) { bothShapes(t, testAttendanceCommand) }

func testAttendanceCommand(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	api := sample(t, demoapi.Options{})
	for _, tc := range attendanceCommands {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, logs, code := once(t, environment(api), append([]string{"attendance"}, tc.args...)...)
			if code == 0 && logs != "" || code != 0 && strings.Count(logs, "\n") != 1 {
				t.Errorf("logs: %q", logs)
			}
			for _, want := range tc.want {
				if code != tc.code || !strings.Contains(out+logs, want) {
					t.Errorf("code %d, %q is not in: %s%s", code, want, out, logs)
				}
			}
		})
	}
}

// TestWebinarCSV has no limits: the webinar's 5,000 people.
func TestWebinarCSV(t *testing.T) { bothShapes(t, testWebinarCSV) }

func testWebinarCSV(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	api := sample(t, demoapi.Options{})
	out, _, code := once(t, environment(api), "attendance", demoapi.WebinarMeetingID, "--format=csv")
	if code != 0 || strings.Count(out, "\r\n") != 5001 {
		t.Errorf("the webinar is in another app, which is searched too: %d %.200s", code, out)
	}
	out, logs, code := once(t, with(environment(api), "REALTIMEKIT_APP_ID", demoapi.EventsAppID), "attendance", "webinar",
		"--format=csv")
	if code != 0 || strings.Count(out, "\r\n") != 5001 {
		t.Errorf("code %d, %d lines, %s", code, strings.Count(out, "\r\n"), logs)
	}
}
