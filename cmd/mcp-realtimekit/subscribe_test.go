package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// often makes a test wait as little as it can for a change to be noticed.
const often = "--subscription-interval=20ms"

// The resources of a hall.
const (
	hallMeeting = "realtimekit://meetings/" + sceneMeeting + "/attendance"
	hallRoster  = "realtimekit://meetings/" + sceneMeeting + "/participants"
)

// hall is a meeting that people come to and leave, while its clients listen.
type hall struct {
	*scripted.API
	mu sync.Mutex
	s  scene
}

// openHall returns a meeting without a session, to which two people were added.
func openHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{API: scripted.Start(t), s: scene{title: "Design review"}}
	h.s.on(longAgo, 1, 2)
	h.change(func(*scene) {})
	return h
}

func (h *hall) change(f func(*scene)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.s)
	peers := h.s.peers
	if peers == nil {
		peers = map[string][]any{}
	}
	h.Meeting(map[string]any{"id": sceneMeeting, "title": h.s.title, "status": "ACTIVE", "created_at": longAgo,
		"updated_at": longAgo}, h.s.roster, h.s.sessions, peers)
}

// begin begins a session in which the first person is.
func (h *hall) begin() {
	h.change(func(s *scene) {
		session := s.met(1, "2026-11-20 10:00", "")
		session["status"], session["live_participants"] = "LIVE", 1
		delete(session, "ended_at")
		s.came(1, 1, "2026-11-20 10:00", "")
	})
}

// enter lets somebody join the session.
func (h *hall) enter(n int) { h.change(func(s *scene) { s.came(1, n, "2026-11-20 10:05", "") }) }

// looks waits until the sessions have been looked at so many times more, which shows
// that nothing is told for time that goes by.
func (h *hall) looks(t *testing.T, more int) {
	t.Helper()
	count := func() (n int) {
		for _, path := range h.Requests() {
			if strings.Contains(path, "/sessions?") {
				n++
			}
		}
		return n
	}
	before := count()
	waitFor(t, "it to look", func() bool { return count() >= before+more })
}

// rests checks that nothing is asked of the API any more.
func (h *hall) rests(t *testing.T) {
	t.Helper()
	before := -1
	waitFor(t, "it to ask the API nothing", func() bool {
		now := len(h.Requests())
		same := now == before
		before = now
		time.Sleep(60 * time.Millisecond) // three intervals
		return same
	})
}

// listenTo are the parameters of subscriptions/listen.
func listenTo(uris ...string) args {
	return args{"_meta": modernMeta, "notifications": args{"resourceSubscriptions": uris, "toolsListChanged": true}}
}

// news is what a client was told of its subscriptions.
type news struct {
	Meta struct {
		Subscription json.RawMessage `json:"io.modelcontextprotocol/subscriptionId"`
	} `json:"_meta"`
	URI           string
	Notifications struct {
		ResourceSubscriptions []string
		ToolsListChanged      bool
	}
}

// told describes notifications: "acknowledged 1 URI" and "updated URI 1".
func told(t testing.TB, notes []mcptest.Message) (out []string) {
	t.Helper()
	for _, m := range notes {
		var n news
		if err := json.Unmarshal(m.Params, &n); err != nil || n.Notifications.ToolsListChanged {
			t.Fatalf("%v %s", err, m.Params)
		}
		switch m.Method {
		case "notifications/subscriptions/acknowledged":
			out = append(out, "acknowledged "+strings.Join(n.Notifications.ResourceSubscriptions, " ")+" "+string(n.Meta.Subscription))
		case "notifications/resources/updated":
			out = append(out, strings.TrimSpace("updated "+n.URI+" "+string(n.Meta.Subscription)))
		default:
			t.Errorf("%s %s", m.Method, m.Params)
		}
	}
	return out
}

func (p *proc) tells(want ...string) {
	p.t.Helper()
	waitFor(p.t, fmt.Sprint(want), func() bool { return len(p.noted()) >= len(want) })
	if got := told(p.t, p.noted()); strings.Join(got, "\n") != strings.Join(want, "\n") {
		p.t.Fatalf("told %q, want %q", got, want)
	}
}

// TestListen follows a meeting from before its first session, as revision 2026-07-28
// does over stdio.
func TestListen(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	p := launch(t, h.Environment(), often, unlimited)
	discovered := p.request("server/discover", args{"_meta": modernMeta})
	if !strings.Contains(string(discovered.Result), `"resources":{"subscribe":true}`) {
		t.Errorf("not declared: %s", discovered.Result)
	}
	stream := p.ask("subscriptions/listen", listenTo(hallMeeting))
	id := fmt.Sprint(stream.ID)
	want := []string{"acknowledged " + hallMeeting + " " + id}
	p.tells(want...)
	h.looks(t, 3)
	p.tells(want...)
	h.begin()
	want = append(want, "updated "+hallMeeting+" "+id)
	p.tells(want...)
	h.looks(t, 5) // minutes grow meanwhile
	p.tells(want...)
	if _, text, failure := p.readModern(hallMeeting); !strings.Contains(text, `"here_now": 1`) {
		t.Errorf("it cannot be read: %s %s", text, failure)
	}
	h.enter(2)
	want = append(want, "updated "+hallMeeting+" "+id)
	p.tells(want...)
	p.cancel(stream)
	h.rests(t)
	h.enter(3)
	p.tells(want...)

	second := p.ask("subscriptions/listen", listenTo(hallMeeting))
	want = append(want, "acknowledged "+hallMeeting+" "+fmt.Sprint(second.ID))
	p.tells(want...)
	_ = p.link.CloseInput()
	m := p.await(second)
	if !strings.Contains(string(m.Result), fmt.Sprintf(`"io.modelcontextprotocol/subscriptionId":%d`, second.ID)) ||
		!strings.Contains(string(m.Result), `"resultType":"complete"`) {
		t.Errorf("the end: %s %+v", m.Result, m.Error)
	}
}

// readModern is read of revision 2026-07-28.
func (p *proc) readModern(uri string) (mime, text, failure string) {
	p.t.Helper()
	m := p.request("resources/read", args{"_meta": modernMeta, "uri": uri})
	if m.Error != nil {
		return "", "", m.Error.Message
	}
	var v struct {
		Contents []struct{ MimeType, Text string }
	}
	if err := json.Unmarshal(m.Result, &v); err != nil || len(v.Contents) != 1 {
		p.t.Fatalf("%v %s", err, m.Result)
	}
	return v.Contents[0].MimeType, v.Contents[0].Text, ""
}

// TestSubscribeOlder does the same as revisions before do, which have no streams, and
// which cannot subscribe over HTTP.
func TestSubscribeOlder(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.begin()
	p := launch(t, h.Environment(), often, unlimited)
	hello := p.request("initialize", mcptest.Hello("2025-11-25", nil))
	if !strings.Contains(string(hello.Result), `"resources":{"subscribe":true}`) {
		t.Errorf("not declared: %s", hello.Result)
	}
	p.send(mcptest.Initialized)
	session := "realtimekit://apps/" + scripted.AppID + "/sessions/" + sceneID(1) + "/attendance?format=csv"
	for _, uri := range []string{hallMeeting, session, session} {
		if m := p.request("resources/subscribe", args{"uri": uri}); m.Error != nil {
			t.Fatalf("%s: %+v", uri, m.Error)
		}
	}
	h.looks(t, 3)
	p.tells()
	if m := p.request("resources/unsubscribe", args{"uri": session}); m.Error != nil {
		t.Errorf("%+v", m.Error)
	}
	h.enter(2)
	p.tells("updated " + hallMeeting)
	if m := p.request("resources/unsubscribe", args{"uri": hallMeeting}); m.Error != nil {
		t.Errorf("%+v", m.Error)
	}
	h.rests(t)
	h.enter(3)

	web := serveHTTP(t, h.Environment())
	r := web.must(web.rpc(scripted.Token, "initialize", mcptest.Hello("2025-11-25", nil)))
	if !strings.Contains(r.body, `"resources":{}`) {
		t.Errorf("over HTTP: %s", r.body)
	}
	for _, method := range []string{"resources/subscribe", "resources/unsubscribe"} {
		r := web.must(web.rpc(scripted.Token, method, args{"uri": hallMeeting}))
		if r.Error == nil || r.Error.Code != -32601 || !strings.Contains(r.Error.Message, "subscriptions/listen") {
			t.Errorf("%s over HTTP: %s", method, r.body)
		}
		batch := `[` + string(mcptest.Encode(1, method, []byte(`{"uri":"`+hallMeeting+`"}`))) + `]`
		r = web.must(web.post(scripted.Token, batch))
		if !strings.Contains(r.body, `"code":-32601`) {
			t.Errorf("%s in a batch: %s", method, r.body)
		}
	}
	p.tells("updated " + hallMeeting)
}

// TestNotSubscribed checks that what cannot be subscribed to is refused, with what can
// be, and that a refused request leaves nothing behind.
func TestNotSubscribed(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.begin()
	p := launch(t, h.Environment(), often, unlimited)
	p.request("initialize", mcptest.Hello("2025-11-25", nil))
	eleven := []string{hallMeeting}
	for i := range 10 {
		eleven = append(eleven, fmt.Sprintf("%s?app=%d", hallMeeting, i))
	}
	for _, c := range []struct {
		uris []string
		want string
	}{
		{[]string{hallRoster}, "an attendance can, for example realtimekit://meetings/"},
		{[]string{"file:///etc/passwd"}, "an attendance can, for example realtimekit://meetings/"},
		{[]string{""}, ""},
		{[]string{"realtimekit://meetings/x/attendance"}, "UUID"},
		{[]string{"realtimekit://meetings/00000000-0000-4000-8000-000000000000/attendance"}, "find_meetings finds meetings"},
		{[]string{"realtimekit://sessions/nobody/attendance"}, "list_sessions lists"},
		{[]string{hallMeeting + "?app=" + strings.Repeat("x", 2000)}, "at most 1024 bytes"},
		{[]string{hallMeeting, hallRoster}, "an attendance can"},
		{eleven, "at most 10 URIs, and this would be 11"},
	} {
		m := p.request("subscriptions/listen", listenTo(c.uris...))
		if m.Error == nil || !strings.Contains(m.Error.Message, c.want) {
			t.Errorf("listen %.100q: %+v %s", c.uris, m.Error, m.Result)
		}
		if len(c.uris) > 1 {
			continue
		}
		m = p.request("resources/subscribe", args{"uri": c.uris[0]})
		if m.Error == nil || !strings.Contains(m.Error.Message, c.want) {
			t.Errorf("subscribe %.100q: %+v %s", c.uris, m.Error, m.Result)
		}
	}
	h.rests(t)
	p.tells()
}

// events reads the messages of a stream over HTTP.
type events struct {
	t       *testing.T
	body    io.ReadCloser
	mu      sync.Mutex
	all     []mcptest.Message
	drained chan struct{}
}

// stream opens a stream over HTTP and waits until it is acknowledged.
func (s *web) stream(t *testing.T, token string, uris ...string) *events {
	t.Helper()
	res, err := s.client.Do(s.rpc(token, "subscriptions/listen", listenTo(uris...),
		"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen"))
	if err != nil {
		t.Fatal(err)
	}
	e := &events{t: t, body: res.Body, drained: make(chan struct{})}
	t.Cleanup(e.close)
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" || res.Header.Get("X-Accel-Buffering") != "no" {
		text, _ := io.ReadAll(bufio.NewReader(res.Body))
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, text)
	}
	go func() {
		defer close(e.drained)
		_ = mcptest.Events(res.Body, func(line []byte) { // it ends as it ends
			m, err := mcptest.Parse(line)
			if err != nil {
				t.Error(err)
			}
			e.mu.Lock()
			defer e.mu.Unlock()
			e.all = append(e.all, m)
		})
	}()
	return e
}

func (e *events) close() {
	_ = e.body.Close()
	<-e.drained
}

func (e *events) messages() []mcptest.Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]mcptest.Message{}, e.all...)
}

func (e *events) tells(want ...string) {
	e.t.Helper()
	waitFor(e.t, fmt.Sprint(want), func() bool { return len(e.messages()) >= len(want) })
	got := told(e.t, e.messages())
	for i := range got { // ids are numbered over all requests of a test
		got[i] = strings.TrimRight(got[i], "0123456789")
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		e.t.Fatalf("told %q, want %q", got, want)
	}
}

// TestListenHTTP listens with callers' own tokens: each is used until its stream ends.
func TestListenHTTP(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	var mu sync.Mutex
	tokens := map[string]int{}
	h.Handle("/sessions", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		tokens[r.Header.Get("Authorization")]++
		mu.Unlock()
		_, _ = io.WriteString(w, `{"success":true,"data":{"sessions":[]},"paging":{"total_count":0,"start_offset":0,"end_offset":0}}`)
	})
	asked := func(token string) int {
		mu.Lock()
		defer mu.Unlock()
		return tokens["Bearer "+token]
	}
	s := serveHTTP(t, with(h.Environment(), "CLOUDFLARE_API_TOKEN", ""), often, unlimited)
	s.secrets = append(s.secrets, "token-of-ann", "token-of-ben")
	ann, ben := s.stream(t, "token-of-ann", hallMeeting), s.stream(t, "token-of-ben", hallMeeting)
	for _, token := range []string{"token-of-ann", "token-of-ben"} {
		waitFor(t, "readings with "+token, func() bool { return asked(token) > 3 })
	}
	ann.tells("acknowledged " + hallMeeting + " ")
	ann.close()
	before := -1
	waitFor(t, "no more readings with a token whose stream has ended", func() bool {
		now := asked("token-of-ann")
		same := now == before
		before = now
		others := asked("token-of-ben")
		waitFor(t, "readings of another stream", func() bool { return asked("token-of-ben") >= others+3 })
		return same
	})
	h.begin()
	h.enter(2)
	want := []string{"acknowledged " + hallMeeting + " ", "updated " + hallMeeting + " "}
	waitFor(t, "the change", func() bool { return len(ben.messages()) >= 2 })
	if got := ben.messages()[:2]; strings.TrimRight(told(t, got)[1], "0123456789") != want[1] {
		t.Errorf("told %q", told(t, got))
	}

	// The end of the server is one that a client can tell from a broken connection.
	began := time.Now()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-ben.drained
	<-s.ended
	all := ben.messages()
	if last := all[len(all)-1]; !strings.Contains(string(last.Result), `"resultType":"complete"`) ||
		!strings.Contains(string(last.Result), `"io.modelcontextprotocol/subscriptionId":`+string(last.ID)) {
		t.Errorf("the last message is %s %+v", last.Result, last)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s to end", took)
	}
}

// TestStreams opens as many streams as there may be, beside which calls are served, and
// one more. Streams that subscribe to the same share the readings.
func TestStreams(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.begin()
	s := serveHTTP(t, h.Environment(), "--subscription-interval=1h", unlimited)
	first := s.stream(t, scripted.Token, hallMeeting)
	requests := len(h.Requests())
	var opening sync.WaitGroup
	for range 99 {
		opening.Go(func() { s.stream(t, scripted.Token, hallMeeting) })
	}
	opening.Wait()
	if n := len(h.Requests()); n != requests {
		t.Errorf("%d requests for 99 streams that could share the first one's", n-requests)
	}
	listen := func() reply {
		return s.must(s.rpc(scripted.Token, "subscriptions/listen", listenTo(hallMeeting),
			"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen"))
	}
	if r := listen(); r.Error == nil || !strings.Contains(r.Error.Message, "100 streams") {
		t.Errorf("one stream too many: %d %s", r.status, r.body)
	}
	if r := s.must(s.rpc(scripted.Token, "tools/list", args{})); r.status != http.StatusOK {
		t.Errorf("a call beside the streams: %d %s", r.status, r.body)
	}
	large := listenTo(hallMeeting)
	large["padding"] = strings.Repeat("x", 64<<10)
	r := s.must(s.rpc(scripted.Token, "subscriptions/listen", large,
		"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen"))
	if r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large request: %d %s", r.status, r.body)
	}
	first.close()
	waitFor(t, "room for one more", func() bool {
		res, err := s.client.Do(s.rpc(scripted.Token, "subscriptions/listen", listenTo(hallMeeting),
			"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode == http.StatusOK
	})
}
