package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

const attendanceView = "ui://mcp-realtimekit/attendance"

// drawsViews are the capabilities of a client that draws views.
func drawsViews(types ...string) args {
	return args{"extensions": args{"io.modelcontextprotocol/ui": args{"mimeTypes": types}}}
}

const viewMIME = "text/html;profile=mcp-app"

// timelineOf is what an answer holds for a view, nil if that is nothing.
func timelineOf(t *testing.T, m mcptest.Message) *timeline {
	t.Helper()
	var got struct {
		Meta struct {
			Timeline *timeline `json:"mcp-realtimekit/timeline"`
		} `json:"_meta"`
	}
	if err := json.Unmarshal(m.Result, &got); err != nil {
		t.Fatalf("%v: %.300s", err, m.Result)
	}
	return got.Meta.Timeline
}

type timeline struct {
	Columns []struct{ Session string }
	Total   int
	Next    int
	People  [][]any
}

// trace counts what shows of the view: tools with a link, and resources.
func trace(t *testing.T, tools, resources mcptest.Message) (linked []string, listed int) {
	t.Helper()
	var list struct {
		Tools []struct {
			Name string
			Meta *struct {
				UI struct {
					ResourceURI string `json:"resourceUri"`
					Visibility  []string
				}
			} `json:"_meta"`
		}
		Resources []struct{ URI string }
	}
	for _, m := range []mcptest.Message{tools, resources} {
		if err := json.Unmarshal(m.Result, &list); err != nil {
			t.Fatal(err)
		}
	}
	for _, tool := range list.Tools {
		if tool.Meta == nil {
			continue
		}
		if tool.Meta.UI.ResourceURI != attendanceView || !slices.Equal(tool.Meta.UI.Visibility, []string{"model", "app"}) {
			t.Errorf("%s is linked with %+v", tool.Name, tool.Meta.UI)
		}
		linked = append(linked, tool.Name)
	}
	return linked, len(list.Resources)
}

// TestViewIsForClientsThatDraw asks in both eras, over stdio.
func TestViewIsForClientsThatDraw(t *testing.T) {
	t.Parallel()
	both := []string{"compare_attendance", "get_meeting_attendance"}
	env := environment(sample(t, demoapi.Options{}))
	for _, c := range []struct {
		name         string
		flags        []string
		capabilities args
		linked       []string
		drawn        bool
	}{
		{"draws", nil, drawsViews(viewMIME), both, true},
		{"draws nothing", nil, args{}, nil, false},
		{"draws something else", nil, drawsViews("text/html"), nil, false},
		{"draws and is offered none", []string{"--no-ui"}, drawsViews(viewMIME), nil, false},
	} {
		for _, modern := range []bool{false, true} {
			p := launch(t, env, c.flags...)
			meta := args{}
			if modern {
				meta = stateless(c.capabilities)
			} else {
				p.request("initialize", mcptest.Hello("2025-11-25", c.capabilities))
				p.send(mcptest.Initialized)
			}
			linked, listed := trace(t, p.request("tools/list", meta), p.request("resources/list", meta))
			slices.Sort(linked)
			if !slices.Equal(linked, c.linked) || listed != min(len(c.linked), 1) {
				t.Errorf("%s (modern: %v): linked with %q, and %d resources", c.name, modern, linked, listed)
			}
			call := args{"name": "get_meeting_attendance", "arguments": args{"meeting": "design review"}}
			maps.Copy(call, meta)
			if got := timelineOf(t, p.request("tools/call", call)); (got != nil) != c.drawn {
				t.Errorf("%s (modern: %v): drawn %v", c.name, modern, got != nil)
			}
			p.close(0)
		}
	}
}

// TestViewOfUnknownClients is over HTTP without sessions, where older revisions do not tell
// what the client can do.
func TestViewOfUnknownClients(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, environment(sample(t, demoapi.Options{})))
	ask := func(method string, params args) mcptest.Message {
		m, err := mcptest.Parse([]byte(s.must(s.rpc(demoapi.Token, method, params)).body))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if linked, listed := trace(t, ask("tools/list", args{}), ask("resources/list", args{})); len(linked) != 2 || listed != 1 {
		t.Errorf("linked with %q, and %d resources", linked, listed)
	}
	call := func(a args) *timeline {
		return timelineOf(t, ask("tools/call", args{"name": "get_meeting_attendance", "arguments": a}))
	}
	if got := call(args{"meeting": "design review"}); got != nil {
		t.Errorf("it was sent a drawing of %d people", len(got.People))
	}
	if got := call(args{"meeting": "design review", "view_offset": 7, "limit": 1}); got == nil || len(got.People) != 3 || got.Total != 10 {
		t.Errorf("asked for those from 7 on, it was sent %+v", got)
	}
}

func TestViewResource(t *testing.T) {
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	var got struct {
		Contents []struct {
			MIMEType string `json:"mimeType"`
			Text     string
			Meta     struct {
				UI struct {
					CSP struct{ ConnectDomains, ResourceDomains []string }
				}
			} `json:"_meta"`
		}
	}
	if err := json.Unmarshal(p.request("resources/read", args{"uri": attendanceView}).Result, &got); err != nil {
		t.Fatal(err)
	}
	c := got.Contents[0]
	if c.MIMEType != viewMIME || !strings.HasPrefix(c.Text, "<!doctype html>") || c.Meta.UI.CSP.ConnectDomains == nil ||
		len(c.Meta.UI.CSP.ConnectDomains)+len(c.Meta.UI.CSP.ResourceDomains) > 0 {
		t.Errorf("%s %.40q %+v", c.MIMEType, c.Text, c.Meta)
	}
}

// TestViewOfMany holds that a drawing has everybody whom the filters keep, whatever the
// limit, and that what does not fit into 400,000 bytes can be asked for.
func TestViewOfMany(t *testing.T) {
	t.Parallel()
	p := launch(t, environment(sample(t, demoapi.Options{})))
	p.request("initialize", mcptest.Hello("2025-11-25", drawsViews(viewMIME)))
	p.send(mcptest.Initialized)
	call := func(a args) (*timeline, int) {
		m := p.request("tools/call", args{"name": "get_meeting_attendance", "arguments": a})
		return timelineOf(t, m), len(m.Result)
	}
	got, _ := call(args{"meeting": "webinar", "app": "Events", "show": "absent", "limit": 2})
	if got == nil || got.Total != 1000 || len(got.People) != 1000 {
		t.Fatalf("%+v", got)
	}
	got, size := call(args{"meeting": "webinar", "app": "Events", "limit": 1})
	if got == nil || got.Total != 5000 {
		t.Fatalf("%+v", got)
	}
	seen := len(got.People)
	for got.Next > 0 {
		if size > 410_000 {
			t.Errorf("an answer has %d bytes", size)
		}
		if got.Next != seen {
			t.Fatalf("the next page begins at %d after %d people", got.Next, seen)
		}
		got, size = call(args{"meeting": "webinar", "app": "Events", "limit": 1, "view_offset": seen})
		seen += len(got.People)
	}
	if seen != 5000 {
		t.Errorf("%d people of 5,000", seen)
	}
}
