package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// readPage is what a request does with a body.
func readPage[T any](body string, rows string, row func(gjson.Result) T) (Page[T], error) {
	a, err := parse(body)
	if err != nil {
		return Page[T]{}, err
	}
	return pageOf(a, rows, row)
}

// FuzzPage reads what encoding/json wrote back as it was, and refuses the rest
// without a panic.
func FuzzPage(f *testing.F) {
	f.Add(`{"data":[{"id":"a"}],"paging":{"total_count":1e99}}`, "Zoë \u2028\"\\<", "c-1", int64(0), 3)
	f.Add(`{"data":{"participants":[null,5,{}]}}`, "", "", int64(1772442000), 0)
	f.Add(`[]`, "\U0001f600\x00", "\t", int64(-1), 1)
	f.Fuzz(func(t *testing.T, body, name, custom string, at int64, n int) {
		for _, rows := range []string{"data", "data.participants"} {
			page, err := readPage(body, rows, participantOf)
			if err == nil && !json.Valid([]byte(body)) {
				t.Errorf("%s: %q was read: %v", rows, body, page)
			}
		}
		name, custom = strings.ToValidUTF8(name, ""), strings.ToValidUTF8(custom, "")
		when := time.Unix(2_500_000_000+at%1_500_000_000, 0).UTC() // 2001 to 2096
		row := map[string]any{
			"id":                    "1",
			"name":                  name,
			"custom_participant_id": custom,
			"preset_name":           nil,
			"more":                  []any{name, map[string]any{"id": custom}},
			"created_at":            when,
		}
		list := slices.Repeat([]any{row}, max(0, n%5))
		paging := map[string]any{"total_count": n, "start_offset": 1, "end_offset": len(list)}
		doc, err := json.Marshal(map[string]any{"success": true, "data": list, "paging": paging})
		if err != nil {
			return // a year that JSON cannot hold
		}
		page, err := readPage(string(doc), "data", participantOf)
		total, start := n, min(1, len(list))
		if n < 0 || n > maxCount {
			total = 0
		}
		if err != nil || len(page.Items) != len(list) || page.Total != total || page.Start != start || page.End != len(list) {
			t.Fatalf("%s: %+v, %v", doc, page, err)
		}
		for _, p := range page.Items {
			if p != (Participant{ID: "1", Name: name, CustomID: custom, CreatedAt: when}) {
				t.Errorf("%s: %+v", doc, p)
			}
		}
	})
}

// TestPageRefusals holds that an answer without the list is an error, not an
// empty list: only one that is null with a total of 0 is.
func TestPageRefusals(t *testing.T) {
	for _, body := range []string{
		`{"data":{}}`, `{"data":{"a":{"id":"b"}}}`, `{"data":"a"}`, `{"data":[5]}`, `{"data":[null,null]}`,
		`{"data":[{}`, `<html>`, ``,
		`{}`, `[]`, `[{"id":"a"}]`, `null`, `7`, `"data"`, `true`, `{"data":null}`, `{"success":true}`,
		`{"result":[]}`, `{"Data":[]}`, `{"data":true}`,
		`{"data":null,"paging":{}}`, `{"data":null,"paging":{"total_count":3}}`,
		`{"data":null,"paging":{"total_count":null}}`,
		`{"paging":{"total_count":0}}`, `{"data":{},"paging":{"total_count":0}}`, `{"data":{"participants":[]}}`,
		strings.Repeat("[", 20<<20), strings.Repeat(`{"data":`, 4<<20), `{"data":[` + strings.Repeat("{},", MaxRows) + "{}]}",
	} {
		if page, err := readPage(body, "data", participantOf); err == nil {
			t.Errorf("%.100q: %+v", body, page)
		}
	}
	for _, body := range []string{
		`{}`, `null`, `{"data":[]}`, `{"data":null}`, `{"data":{}}`, `{"data":{"participants":null}}`,
		`{"data":{"sessions":[]}}`, `{"participants":[]}`,
		`{"data":{"participants":{"id":"a"}}}`, `{"data":{},"paging":{"total_count":0}}`,
	} {
		if page, err := readPage(body, "data.participants", peerOf); err == nil {
			t.Errorf("%.100q: %+v", body, page)
		}
	}
	for rows, bodies := range map[string][]string{
		"data": {
			`{"data":[]}`, `{"data":[],"paging":null}`, `{"data":null,"paging":{"total_count":0}}`,
			`{"data":null,"paging":{"total_count":"0"}}`, "\ufeff {\"data\":[]} ",
		},
		"data.participants": {
			`{"data":{"participants":[]}}`, `{"data":null,"paging":{"total_count":0}}`,
			`{"data":{"participants":null,"paging":{"total_count":0}}}`,
		},
		"result": {`{"result":[]}`, `{"result":null,"result_info":{"total_count":0}}`},
	} {
		for _, body := range bodies {
			if page, err := readPage(body, rows, peerOf); err != nil || page.Items == nil || len(page.Items) > 0 {
				t.Errorf("%q: %+v, %v", body, page, err)
			}
		}
	}
}

// TestPaging reads the paging inside data before the one beside it, and believes
// neither a total nor offsets that cannot be.
func TestPaging(t *testing.T) {
	for paging, want := range map[string][3]int{
		`"data":{"participants":[{},{}],"paging":{"total_count":2,"start_offset":1,"end_offset":2}}`:             {2, 1, 2},
		`@,"paging":{"total_count":"2","start_offset":"1","end_offset":"2"}`:                                     {2, 1, 2},
		`"data":{"participants":[{},{}],"paging":{"total_count":30}},"paging":{"total_count":2}`:                 {30, 0, 0},
		`"data":{"participants":[{},{}],"paging":{}},"paging":{"total_count":7,"start_offset":3,"end_offset":4}`: {7, 3, 4},
		`"data":{"participants":[{},{}],"paging":null},"paging":[]`:                                              {},
		`@`: {},
		`@,"paging":{"total_count":-2,"start_offset":-1,"end_offset":0}`:                           {},
		`@,"paging":{"total_count":1e300,"start_offset":1,"end_offset":9}`:                         {},
		`@,"paging":{"total_count":2.5,"start_offset":1e18,"end_offset":1e18}`:                     {},
		`@,"paging":{"total_count":"many","start_offset":null}`:                                    {},
		`@,"paging":{"total_count":99999999999,"start_offset":9223372036854775807,"end_offset":1}`: {},
	} {
		body := "{" + strings.ReplaceAll(paging, "@", `"data":{"participants":[{},{}]}`) + "}"
		page, err := readPage(body, "data.participants", peerOf)
		if got := [3]int{page.Total, page.Start, page.End}; err != nil || got != want || len(page.Items) != 2 {
			t.Errorf("%s: %v, %v, want %v", paging, got, err, want)
		}
	}
}

// TestOddPeers reads what it can of rows with fields of any type.
func TestOddPeers(t *testing.T) {
	page, err := readPage(`{"data":{"participants":[null,{"id":7,"user_id":null,"display_name":{"first":"Ann"},
		"custom_participant_id":[1],
		"preset_name":true,
		"joined_at":1772442000000,"left_at":"null","duration":1e300,"peer_events":"none"},
		{"id":{"a":1},"display_name":"Bob","joined_at":1772442000,"left_at":"2026-03-02 09:30:00.5Z","duration":"12.5"},
		{"id":"c","left_at":"0001-01-01T00:00:00Z","joined_at":"2026-03-02T09:00:00","duration":-4},
		"x"]}}`, "data.participants", peerOf)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	want := []Peer{
		{ID: "7", JoinedAt: at},
		{Name: "Bob", JoinedAt: at, LeftAt: at.Add(30*time.Minute + 500*time.Millisecond), Minutes: 12.5},
		{ID: "c", JoinedAt: at},
	}
	if err != nil || !reflect.DeepEqual(page.Items, want) || page.Coverage.Unreadable != 2 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestPeerEvents(t *testing.T) {
	page, err := readPage(string(scripted.Case(t, "session-participants-peer-events.json")), "data.participants", peerOf)
	if err != nil || len(page.Items) != 3 || len(page.Items[0].Events) != 4 || page.Items[1].Events != nil {
		t.Fatalf("%+v, %v", page, err)
	}
	got := ""
	for _, e := range page.Items[0].Events {
		got += fmt.Sprintf("%s %v ", e.At.Format("15:04"), e.Leaving)
	}
	if want := "10:00 false 10:10 true 10:13 false 10:30 true "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestInstant(t *testing.T) {
	at := time.Date(2022, 12, 13, 7, 8, 39, 0, time.UTC)
	half, minute, unknown := at.Add(time.Second/2), at.Truncate(time.Minute), time.Time{}
	for in, want := range map[string]time.Time{
		`"2022-12-13T07:08:39Z"`:            at,
		`"2022-12-13 07:08:39Z"`:            at,
		`"2022-12-13T07:08:39"`:             at,
		`"2022-12-13 07:08:39"`:             at,
		`"2022-12-13 07:08:39.051621Z"`:     at.Add(51621 * time.Microsecond),
		`"2022-12-13T07:08:39.5"`:           half,
		`"2022-12-13T08:08:39+01:00"`:       at,
		`"2022-12-13 08:08:39+0100"`:        at,
		`"2022-12-13 08:08:39 +01:00"`:      at,
		`"2022-12-13 07:08:39 UTC"`:         at,
		`"2022-12-13 07:08:39 GMT"`:         at,
		`"2022-12-13T07:08:39 Z"`:           at,
		`"2022-12-13T07:08:39+00"`:          at,
		`"2022-12-13T06:08:39-01"`:          at,
		`"2022-12-13t07:08:39z"`:            at,
		`" 2022-12-13T07:08:39Z\n"`:         at,
		`"2022-12-13T07:08Z"`:               minute,
		`"2022-12-13 07:08"`:                minute,
		`"2022-12-13T08:08+01:00"`:          minute,
		`"2022-12-13T08:08+01"`:             minute,
		`"Tue, 13 Dec 2022 07:08:39 GMT"`:   at,
		`"Tue, 13 Dec 2022 07:08:39 UTC"`:   at,
		`"tue, 13 dec 2022 08:08:39 +0100"`: at,
		`"Thu, 1 Dec 2022 07:08:39 GMT"`:    at.AddDate(0, 0, -12),
		`"1670915319"`:                      at,
		`"1670915319000"`:                   at,
		`"1670915319.5"`:                    half,
		`1670915319`:                        at,
		`1670915319000`:                     at,
		`1670915319.5`:                      half,

		`""`:                              unknown,
		`null`:                            unknown,
		`"null"`:                          unknown,
		`"soon"`:                          unknown,
		`"NaN"`:                           unknown,
		`"20221213"`:                      unknown,
		`"2022-12-13"`:                    unknown,
		`"2022-13-12T07:08:39Z"`:          unknown,
		`"2022-12-13T07:08:39 EST"`:       unknown,
		`"Tue, 13 Dec 2022 07:08:39 EST"`: unknown,
		`{}`:                              unknown,
		`true`:                            unknown,
		`0`:                               unknown,
		`-1`:                              unknown,
		`1e300`:                           unknown,
		`"0001-01-01T00:00:00Z"`:          unknown,
		`"1970-01-01T00:00:00Z"`:          unknown,
		`"9999-12-31T23:59:59Z"`:          unknown,
		`"2100-01-01T00:00:00Z"`:          unknown,
	} {
		if got := instant(gjson.Parse(in)); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func FuzzInstant(f *testing.F) {
	f.Add("2022-12-13 07:08:39.051621Z")
	f.Add("2022-12-13T07:08:39+23:59")
	f.Add("Tue, 13 Dec 2022 07:08:39 GMT")
	f.Fuzz(func(t *testing.T, s string) {
		got := instant(gjson.Result{Type: gjson.String, Str: s})
		if !got.IsZero() && (got.Year() < 2000 || got.Year() > 2099) {
			t.Errorf("%q: %s", s, got)
		}
		exact, err := time.Parse(time.RFC3339, s)
		if err == nil && exact.UTC().Year() >= 2000 && exact.UTC().Year() < 2100 && !got.Equal(exact) {
			t.Errorf("%q: %s, want %s", s, got, exact)
		}
	})
}

// FuzzValid holds the fast check against the standard library's.
func FuzzValid(f *testing.F) {
	for _, body := range []string{
		`{"a":[1,"]\\\"",{}]}`, `[[[`, `"`, strings.Repeat("[", maxNesting) + strings.Repeat("]", maxNesting),
		strings.Repeat("[", maxNesting+1) + strings.Repeat("]", maxNesting+1), strings.Repeat(`{"a":`, maxNesting+1),
		`["` + strings.Repeat("[", maxNesting+1) + `"]`, "[" + strings.Repeat("{},", maxNesting) + "{}]",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if got, want := valid(body), json.Valid([]byte(body)); got != want {
			t.Errorf("%.100q: %v, want %v", body, got, want)
		}
	})
}

// TestNotJSON tells answers that were cut off, which are asked for again, from others.
func TestNotJSON(t *testing.T) {
	for body, want := range map[string]error{
		`{"data":[{}`:                     ErrCutOff,
		`{"data":"a]}`:                    ErrCutOff,
		`[`:                               ErrCutOff,
		`{"a":tru`:                        ErrCutOff,
		"{\"a\":[1,\n":                    ErrCutOff,
		``:                                errNotJSON,
		`<html>{`:                         errNotJSON,
		`{"a":x}`:                         errNotJSON,
		`{}{}`:                            errNotJSON,
		`[]]`:                             errNotJSON,
		strings.Repeat("[", maxNesting+1): errNotJSON,
	} {
		if _, err := parse(body); !errors.Is(err, want) || errors.Is(err, ErrCutOff) != errors.Is(want, ErrCutOff) {
			t.Errorf("%.100q: %v, want %v", body, err, want)
		}
	}
}

func TestDenied(t *testing.T) {
	long := strings.Repeat(`{"id":"a"},`, 1000)
	for body, want := range map[string]bool{
		`{"success":false}`:                           true,
		`{"success":"false"}`:                         true,
		`{"success":0}`:                               true,
		`{"data":[` + long + `{}],"success":false}`:   true,
		`{"success":true,"data":[{"success":false}]}`: false,
		`{"data":[]}`:                                 false,
		`{"success":null}`:                            false,
		`{"success":"true"}`:                          false,
		`[]`:                                          false,
		``:                                            false,
	} {
		if got := denied(body); got != want {
			t.Errorf("%.50s: %v", body, got)
		}
	}
	head := refusalOf(`{"data":[` + long + `{}],"success":false,"error":{"code":404,"message":"gone"}}`)
	if want := `{"success":false,"error":{"code":404,"message":"gone"}}`; head != want {
		t.Errorf("%s", head)
	}
}
