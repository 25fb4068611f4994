package main

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// following runs attendance --follow, with the time between two looks cut short.
func following(t *testing.T, env map[string]string) (cmd *exec.Cmd, out, logs *lockedBuffer) {
	t.Helper()
	out, logs = &lockedBuffer{}, &lockedBuffer{}
	cmd = command(t, env, "attendance", "weekly", "--follow", "--follow-every=30ms")
	cmd.Stdout, cmd.Stderr = out, logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, out, logs
}

// liveWeekly is a session that began ten minutes ago, with one of two people in it.
func liveWeekly() *scene {
	s := &scene{title: "Weekly sync"}
	s.on(longAgo, 1, 2)
	ago := func(minutes int) string {
		return time.Now().UTC().Add(-time.Duration(minutes) * time.Minute).Format("2006-01-02 15:04")
	}
	session := s.met(0, ago(10), "")
	session["status"], session["live_participants"] = "LIVE", 1
	s.came(0, 1, ago(10), "")
	return s
}

// TestFollow sees somebody come, an error of the API, and the end.
func TestFollow(t *testing.T) {
	t.Parallel()
	s := liveWeekly()
	api := s.script(t)
	cmd, out, logs := following(t, api.Environment())
	waitFor(t, "the first table", func() bool { return strings.Contains(out.String(), "here now") })
	people := "/sessions/" + sceneID(0) + "/participants"
	api.Handle(people, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusForbidden) })
	waitFor(t, "the error", func() bool { return strings.Contains(logs.String(), "Not refreshed, trying again in 30ms: ") })
	if strings.Contains(out.String(), "----") {
		t.Errorf("nobody came, yet it was printed again: %s", out)
	}
	now := time.Now().UTC().Format("2006-01-02 15:04:05")
	s.came(0, 2, now, "")
	api.List(people, "participants", s.peers[sceneID(0)])
	waitFor(t, "the second table", func() bool { return strings.Contains(out.String(), "2 there now") })
	s.sessions[0]["status"], s.sessions[0]["ended_at"] = "ENDED", at(now)
	for _, peer := range s.peers[sceneID(0)] {
		peer.(map[string]any)["left_at"] = at(now)
	}
	api.Meeting(map[string]any{"id": sceneMeeting, "title": s.title, "status": "ACTIVE"}, s.roster, s.sessions, s.peers)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, logs)
	}
	tables := strings.Split(out.String(), "\n----\n\n")
	contains(t, tables[len(tables)-1], "attended the 10-minute session", ", ended ")
	lacks(t, tables[len(tables)-1], "here now")
	for i, request := range api.Requests() {
		if again := i > 4; again && !strings.Contains(request, sceneID(0)) && !strings.Contains(request, sceneMeeting+"/participants") {
			t.Errorf("a look at a known session asked for %s", request)
		}
	}
}

// TestFollowInterrupted ends well, by Ctrl-C.
func TestFollowInterrupted(t *testing.T) {
	t.Parallel()
	cmd, out, logs := following(t, liveWeekly().script(t).Environment())
	waitFor(t, "the first table", func() bool { return strings.Contains(out.String(), "here now") })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Skip(err) // Windows
	}
	if err := cmd.Wait(); err != nil || logs.String() != "" {
		t.Errorf("%v: %s", err, logs)
	}
}

// TestFollowEnded prints once what has ended.
func TestFollowEnded(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	out, logs, code := once(t, environment(api), "attendance", "design review", "--follow")
	if code != 0 || logs != "" || strings.Count(out, "NAME ") != 1 {
		t.Errorf("code %d: %s%s", code, out, logs)
	}
}
