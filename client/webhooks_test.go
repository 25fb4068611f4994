package client

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

func TestWebhooks(t *testing.T) {
	for body, want := range map[string][]Webhook{
		`{"success": true, "data": []}`: {},
		`{"success": true, "data": [
			{"id": "w1", "name": "CRM", "url": "https://h.example/x?key=1", "events": ["meeting.ended", 7], "enabled": true,
			 "created_at": "2026-06-01T00:00:00Z", "updated_at": "2026-06-01T00:00:00Z"},
			{"id": "w2", "url": "::", "events": null, "enabled": false}]}`: {
			{ID: "w1", URL: "https://h.example/x?key=1", Host: "h.example", Events: []string{"meeting.ended", "7"}, Enabled: true},
			{ID: "w2", URL: "::"},
		},
	} {
		api := scripted.Start(t)
		api.JSON("/webhooks", []byte(body))
		c, err := New(Options{Token: scripted.Token, BaseURL: api.URL})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Webhooks(t.Context(), scriptedApp)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %+v, want %+v", err, got, want)
		}
		if text := fmt.Sprintf("%v %+v", got, got); strings.Contains(text, "key=1") {
			t.Errorf("the URL is in %s", text)
		}
		c.Close()
	}
	for _, body := range []string{`{"success": true}`, `{"success": true, "data": {}}`, `{"success": true, "data": null}`} {
		api := scripted.Start(t)
		api.JSON("/webhooks", []byte(body))
		c, err := New(Options{Token: scripted.Token, BaseURL: api.URL})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Webhooks(t.Context(), scriptedApp); !errors.Is(err, ErrUndocumented) {
			t.Errorf("%s: %v, %v", body, got, err)
		}
		c.Close()
	}
}
