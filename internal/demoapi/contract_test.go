package demoapi_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// contract is what test/contract writes down of the official TypeScript SDK: the
// paths that each response type requires, and what the sample account may
// answer that the types do not know.
type contract struct {
	Required   map[string][]string
	Exceptions []struct{ Type, Path, Reason string }
}

func readContract(t *testing.T) contract {
	t.Helper()
	raw, err := os.ReadFile("testdata/contract.json")
	if err != nil {
		t.Fatal(err)
	}
	var c contract
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// method is a method of the SDK which reads.
type method struct {
	name     string // resource and method
	response string // type
	call     reflect.Value
}

func readMethods(o ...option.RequestOption) []method {
	var out []method
	kit := reflect.ValueOf(realtime_kit.NewRealtimeKitService(o...)).Elem()
	for i := range kit.NumField() {
		service, resource := kit.Field(i), kit.Type().Field(i).Name
		for j := range service.NumMethod() {
			name := service.Type().Method(j).Name
			if strings.HasPrefix(name, "Get") {
				call := service.Method(j)
				out = append(out, method{resource + "." + name, call.Type().Out(0).Elem().Name(), call})
			}
		}
	}
	return out
}

// learned are ids that other answers tell.
type learned map[string]string

// arguments are the ids of the path, in the order in which the method takes them.
func (l learned) arguments(name string) []string {
	app := demoapi.AppID
	ids := map[string][]string{
		"Apps.Get":                       {},
		"ActiveSession.GetActiveSession": {app, demoapi.LiveMeetingID},
		"Livestreams.GetActiveLivestreamsForLivestreamID":     {app, l["livestream"]},
		"Livestreams.GetLivestreamSessionForLivestreamID":     {app, l["livestream"]},
		"Livestreams.GetLivestreamSessionDetailsForSessionID": {app, l["streamed"]},
		"Livestreams.GetMeetingActiveLivestreams":             {app, demoapi.LiveMeetingID},
		"Meetings.GetMeetingByID":                             {app, demoapi.ReviewMeetingID},
		"Meetings.GetMeetingParticipant":                      {app, demoapi.ReviewMeetingID, l["participant"]},
		"Meetings.GetMeetingParticipants":                     {app, demoapi.ReviewMeetingID},
		"Presets.GetPresetByID":                               {app, l["preset"]},
		"Recordings.GetActiveRecordings":                      {app, demoapi.LiveMeetingID},
		"Recordings.GetOneRecording":                          {app, l["recording"]},
		"Sessions.GetParticipantDataFromPeerID":               {app, l["peer"]},
		"Sessions.GetSessionParticipantDetails":               {app, l["session"], l["peer"]},
		"Webhooks.GetWebhookByID":                             {app, l["webhook"]},
		"Sessions.GetSessionChat":                             {app, l["session"]},
		"Sessions.GetSessionDetails":                          {app, l["session"]},
		"Sessions.GetSessionParticipants":                     {app, l["session"]},
		"Sessions.GetSessionSummary":                          {app, l["session"]},
		"Sessions.GetSessionTranscripts":                      {app, l["session"]},
	}
	if args, ok := ids[name]; ok {
		return args
	}
	return []string{app}
}

// invoke calls a method and returns the decoded answer.
func (m method) invoke(t *testing.T, ids []string) reflect.Value {
	t.Helper()
	in := []reflect.Value{reflect.ValueOf(t.Context())}
	for _, id := range ids {
		in = append(in, reflect.ValueOf(id))
	}
	params := reflect.New(m.call.Type().In(len(in))).Elem()
	set(params.FieldByName("AccountID"), demoapi.AccountID)
	set(params.FieldByName("AssociatedID"), demoapi.ReviewMeetingID)
	set(params.FieldByName("IncludePeerEvents"), true)
	set(params.FieldByName("IncludeBreakoutRooms"), true)
	out := m.call.Call(append(in, params))
	if err, _ := reflect.TypeAssert[error](out[1]); err != nil {
		t.Fatalf("%s: %v", m.name, err)
	}
	return out[0]
}

// set fills a parameter, if the method has it.
func set(field reflect.Value, v any) {
	if field.IsValid() {
		field.FieldByName("Value").Set(reflect.ValueOf(v))
		field.FieldByName("Present").SetBool(true)
	}
}

// learn follows the ids that later calls need.
func (l learned) learn(name string, answer reflect.Value) {
	switch v := answer.Interface().(type) {
	case *realtime_kit.MeetingGetMeetingParticipantsResponse:
		l["participant"] = v.Data[0].ID
	case *realtime_kit.PresetGetResponse:
		l["preset"] = v.Data[0].ID
	case *realtime_kit.RecordingGetRecordingsResponse:
		l["recording"] = v.Data[0].ID
	case *realtime_kit.SessionGetSessionsResponse:
		l["session"] = v.Data.Sessions[0].ID
	case *realtime_kit.SessionGetSessionParticipantsResponse:
		l["peer"] = v.Data.Participants[0].ID
	case *realtime_kit.WebhookGetWebhooksResponse:
		l["webhook"] = v.Data[0].ID
	case *realtime_kit.LivestreamGetAllLivestreamsResponse:
		l["livestream"] = v.Data.ID
	case *realtime_kit.LivestreamGetLivestreamSessionForLivestreamIDResponse:
		l["streamed"] = v.Data.Session.ID
	}
}

// finding is one thing that the SDK's decoding noted.
type finding struct{ kind, path string }

// inspect walks a decoded answer: what is invalid, missing or extra in it.
func inspect(v reflect.Value, path string, note func(finding)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			inspect(v.Elem(), path, note)
		}
	case reflect.Slice:
		for i := range v.Len() {
			inspect(v.Index(i), path+"[]", note)
		}
	case reflect.Struct:
		meta := v.FieldByName("JSON")
		if !meta.IsValid() {
			return // a time
		}
		inspectFields(v, meta, path, note)
	}
}

func inspectFields(v, meta reflect.Value, path string, note func(finding)) {
	below := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("json")
		state, ok := fieldOf(meta, v.Type().Field(i).Name)
		if !ok {
			continue
		}
		switch at := below(name); {
		case state.IsMissing():
			note(finding{"missing", at})
		case state.IsInvalid():
			note(finding{"invalid", at})
		default:
			inspect(v.Field(i), at, note)
		}
	}
	for _, extra := range meta.FieldByName("ExtraFields").MapKeys() {
		note(finding{"extra", below(extra.String())})
	}
}

type field interface {
	IsMissing() bool
	IsInvalid() bool
}

func fieldOf(meta reflect.Value, name string) (field, bool) {
	f := meta.FieldByName(name)
	if !f.IsValid() || name == "JSON" {
		return nil, false
	}
	return reflect.TypeAssert[field](f)
}

// problems are those findings which the contract does not allow.
func (c contract) problems(response string, answer reflect.Value, used map[string]bool) []finding {
	var out []finding
	inspect(answer, "", func(f finding) {
		switch f.kind {
		case "missing":
			if !slices.Contains(c.Required[response], f.path) {
				return
			}
		case "extra":
			for _, e := range c.Exceptions {
				if e.Type == response && e.Path == f.path {
					used[e.Type+" "+e.Path] = true
					return
				}
			}
		}
		out = append(out, f)
	})
	return out
}

// decodeAll calls every read method against a sample account.
func decodeAll(t *testing.T, o demoapi.Options, ids learned) map[string]reflect.Value {
	t.Helper()
	s, err := demoapi.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	methods := readMethods(option.WithAPIToken(demoapi.Token), option.WithBaseURL(s.URL), option.WithMaxRetries(0),
		option.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	answers := map[string]reflect.Value{}
	for len(answers) < len(methods) {
		before := len(answers)
		for _, m := range methods {
			args := ids.arguments(m.name)
			if _, done := answers[m.name]; done || slices.Contains(args, "") {
				continue // an id is not known yet
			}
			answers[m.name] = m.invoke(t, args)
			ids.learn(m.name, answers[m.name])
		}
		if len(answers) == before {
			t.Fatalf("of %d methods only these could be called: %v", len(methods), slices.Sorted(maps.Keys(answers)))
		}
	}
	return answers
}

// Every answer of the sample account fits what the official Go SDK decodes it
// into, and has whatever the TypeScript SDK requires.
func TestContract(t *testing.T) {
	c := readContract(t)
	types, used := map[string]bool{}, map[string]bool{}
	for name, answer := range decodeAll(t, demoapi.Options{}, learned{}) {
		response := answer.Type().Elem().Name()
		if _, known := c.Required[response]; !known {
			t.Errorf("%s: the TypeScript SDK has no %s", name, response)
		}
		types[response] = true
		for _, p := range c.problems(response, answer, used) {
			t.Errorf("%s: %s %s", name, p.kind, p.path)
		}
	}
	for response := range c.Required {
		if !types[response] {
			t.Errorf("no method of the Go SDK was called that answers %s", response)
		}
	}
	for _, e := range c.Exceptions {
		if !used[e.Type+" "+e.Path] {
			t.Errorf("the exception %s %s is not needed", e.Type, e.Path)
		}
	}
}

// The test above sees what it should: in the other shapes exactly these differ.
func TestContractSeesDifferences(t *testing.T) {
	c := readContract(t)
	ids := learned{}
	_ = decodeAll(t, demoapi.Options{Now: time.Now().Add(-time.Second)}, ids) // ids last for a day
	differing := func(o demoapi.Options) (out []string) {
		for name, answer := range decodeAll(t, o, maps.Clone(ids)) {
			if len(c.problems(answer.Type().Elem().Name(), answer, map[string]bool{})) > 0 {
				out = append(out, name)
			}
		}
		slices.Sort(out)
		return out
	}
	older := []string{"Sessions.GetSessionDetails", "Sessions.GetSessionParticipants"}
	if got := differing(demoapi.Options{OlderShapes: true}); !slices.Equal(got, older) {
		t.Errorf("the older shapes: %v", got)
	}
	if got := differing(demoapi.Options{Sparse: true}); len(got) != 0 {
		t.Errorf("sparse answers lack what is required: %v", got)
	}
	if got := differing(demoapi.Options{UnknownFields: true}); len(got) != len(readMethods()) {
		t.Errorf("unknown fields are in %d of %d answers: %v", len(got), len(readMethods()), got)
	}
}

// What the SDK cannot decode is noticed.
func TestContractSeesInvalidFields(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"success":true,"data":{"id":"1","live_participants":"many"}}`))
	}))
	defer s.Close()
	options := []option.RequestOption{
		option.WithAPIToken("none"), option.WithBaseURL(s.URL), option.WithHTTPClient(s.Client()),
	}
	for _, m := range readMethods(options...) {
		if m.name != "Sessions.GetSessionDetails" {
			continue
		}
		answer := m.invoke(t, []string{demoapi.AppID, "1"})
		got := contract{Required: map[string][]string{m.response: {"data.status"}}}.problems(m.response, answer, nil)
		want := []finding{{"invalid", "data.live_participants"}, {"missing", "data.status"}}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}
