package client

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzPage reads what encoding/json wrote back as it was, and refuses the rest
// without a panic.
func FuzzPage(f *testing.F) {
	f.Add(`{"data":[{"id":"a"}],"paging":{"total_count":1e99}}`, "Zoë \u2028\"\\<", "c-1", int64(0), 3)
	f.Add(`{"data":{"participants":[null,5,{}]}}`, "", "", int64(1772442000), 0)
	f.Add(`[]`, "\U0001f600\x00", "\t", int64(-1), 1)
	f.Fuzz(func(t *testing.T, body, name, custom string, at int64, n int) {
		for _, rows := range []string{"data", "data.participants"} {
			page, err := pageOf([]byte(body), rows, participantOf)
			if err == nil && !json.Valid([]byte(body)) {
				t.Errorf("%s: %q was read: %v", rows, body, page)
			}
		}
		name, custom = strings.ToValidUTF8(name, ""), strings.ToValidUTF8(custom, "")
		when := time.Unix(2_500_000_000+at%1_500_000_000, 0).UTC() // 2001 to 2096
		row := map[string]any{"id": "1", "name": name, "custom_participant_id": custom, "preset_name": nil, "more": []any{name, map[string]any{"id": custom}}, "created_at": when}
		list := slices.Repeat([]any{row}, max(0, n%5))
		doc, err := json.Marshal(map[string]any{"success": true, "data": list, "paging": map[string]any{"total_count": n, "start_offset": 1}})
		if err != nil {
			return // a year that JSON cannot hold
		}
		page, err := pageOf(doc, "data", participantOf)
		if err != nil || len(page.Items) != len(list) || page.Total != n || page.Start != 1 || page.End != 0 {
			t.Fatalf("%s: %+v, %v", doc, page, err)
		}
		for _, p := range page.Items {
			if p != (Participant{ID: "1", Name: name, CustomID: custom, CreatedAt: when}) {
				t.Errorf("%s: %+v", doc, p)
			}
		}
	})
}

// TestPageRefusals holds that a list of another kind is an error, not an empty one.
func TestPageRefusals(t *testing.T) {
	for _, body := range []string{`{"data":{}}`, `{"data":{"a":{"id":"b"}}}`, `{"data":"a"}`, `{"data":[5]}`, `{"data":[{}`, `<html>`, ``, strings.Repeat("[", 20<<20), strings.Repeat(`{"data":`, 4<<20)} {
		if page, err := pageOf([]byte(body), "data", participantOf); err == nil {
			t.Errorf("%.100q: %+v", body, page)
		}
	}
	for _, body := range []string{`{"data":[]}`, `{"data":null}`, `{}`, `[]`} {
		if page, err := pageOf([]byte(body), "data", peerOf); err != nil || page.Items == nil || len(page.Items) > 0 {
			t.Errorf("%q: %+v, %v", body, page, err)
		}
	}
}
