package which

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
)

func refuse(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }

func TestAcross(t *testing.T) {
	a := startAccount(t, false)
	a.sessions(scripted.AppID, 1, 5, 9)
	a.sessions(otherApp, 3, 4)
	apps, more, err := a.finder.Home(t.Context(), Place{})
	if len(apps) != 2 || more || err != nil {
		t.Fatalf("%v, %t, %v", apps, more, err)
	}
	for keep, want := range map[int]string{3: "1h0m0s Production, 3h0m0s Customer calls, 4h0m0s Customer calls; of 5, cut: true",
		5: "1h0m0s Production, 3h0m0s Customer calls, 4h0m0s Customer calls, 5h0m0s Production, 9h0m0s Production; of 5, cut: false",
	} {
		found, err := a.finder.Across(t.Context(), apps, when.Window{}, keep)
		var all []string
		for _, s := range found.Sessions {
			all = append(all, fmt.Sprint(now.Sub(s.StartedAt), " ", s.App.Name))
		}
		got := fmt.Sprintf("%s; of %d, cut: %t", strings.Join(all, ", "), found.Total, found.Cut)
		if got != want || err != nil || len(found.Apps) != 2 {
			t.Errorf("%d: %s, %v, %v", keep, got, found.Apps, err)
		}
	}
}

// TestAcrossUnreadable notes the app that cannot be read, unless that is every one.
func TestAcrossUnreadable(t *testing.T) {
	a := startAccount(t, true)
	a.sessions(scripted.AppID, 1)
	a.api.Handle(host+otherApp+"/sessions", refuse)
	home, more, err := a.finder.Home(t.Context(), Place{})
	if len(home) != 1 || home[0].AppID != scripted.AppID || !more || err != nil {
		t.Fatalf("%v, %t, %v", home, more, err)
	}
	others, err := a.finder.Others(t.Context(), Place{}, home)
	if len(others) != 1 || others[0].AppID != otherApp || err != nil {
		t.Fatalf("%v, %v", others, err)
	}
	found, err := a.finder.Across(t.Context(), slices.Concat(home, others), when.Window{}, 10)
	note := strings.Join(found.Notes, " ")
	if err != nil || len(found.Sessions) != 1 || !slices.Equal(found.Apps, home) ||
		!strings.Contains(note, `app "Customer calls" could not be listed`) {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := a.finder.Across(t.Context(), others, when.Window{}, 10); err == nil {
		t.Error("nothing could be read, and that is no error")
	}
}

func TestAcrossIsBounded(t *testing.T) {
	a := startAccount(t, false)
	var apps []App
	for i := range maxApps + 3 {
		id := fmt.Sprintf("2ae3ce9b-0fd6-4a5f-a1ee-%012d", i)
		a.sessions(id, i+1)
		apps = append(apps, App{AppRef: client.AppRef{AccountID: scripted.AccountID, AppID: id}})
	}
	found, err := a.finder.Across(t.Context(), apps, when.Window{}, 100)
	if err != nil || len(found.Apps) != maxApps || !slices.Contains(found.Notes, "3 apps were not searched; name one as app.") {
		t.Errorf("%d apps, %q, %v", len(found.Apps), found.Notes, err)
	}
}
