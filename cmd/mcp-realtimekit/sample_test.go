package main

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// environment is the sample account's configuration, for a sample account in this process.
func environment(api *demoapi.Server) map[string]string {
	return map[string]string{
		"CLOUDFLARE_API_TOKEN":  demoapi.Token,
		"CLOUDFLARE_ACCOUNT_ID": demoapi.AccountID,
		"REALTIMEKIT_APP_ID":    demoapi.AppID,
		"CLOUDFLARE_BASE_URL":   api.URL,
	}
}

// with returns a copy of env with changes.
func with(env map[string]string, pairs ...string) map[string]string {
	out := maps.Clone(env)
	for pair := range slices.Chunk(pairs, 2) {
		out[pair[0]] = pair[1]
	}
	return out
}

// sample starts a sample account that keeps the documented rate limits, so that
// a test fails if the server does not.
func sample(t testing.TB, o demoapi.Options) *demoapi.Server {
	t.Helper()
	o.EnforceRate = true
	return unpaced(t, o)
}

// unpaced starts a sample account that answers any number of requests, for
// tests of size and speed.
func unpaced(t testing.TB, o demoapi.Options) *demoapi.Server {
	t.Helper()
	s, err := demoapi.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// sampler starts a sample account.
type sampler func(testing.TB, demoapi.Options) *demoapi.Server

// bothShapes runs a test against a sample account that answers as documented
// now, and against one that answers as it did before.
func bothShapes(t *testing.T, f func(*testing.T, sampler)) {
	t.Helper()
	t.Parallel()
	eachShape(t, sample, f)
}

// eachShape is bothShapes for a test that runs beside no other, since it measures time,
// or that makes more requests than the rate limits let through soon.
func eachShape(t *testing.T, start sampler, f func(*testing.T, sampler)) {
	t.Helper()
	t.Run("current", func(t *testing.T) { f(t, start) })
	t.Run("older", func(t *testing.T) {
		f(t, func(t testing.TB, o demoapi.Options) *demoapi.Server {
			t.Helper()
			o.OlderShapes = true
			return start(t, o)
		})
	})
}

// sampleSession is the id of the latest session of a meeting of the sample
// account, which is the same for every start on one day.
func sampleSession(t testing.TB, meetingID string) string {
	t.Helper()
	list := []string{"--demo", "call", "list_sessions", "meeting_id=" + meetingID, "per_page=1", "--json"}
	out, err := command(t, nil, list...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Sessions []struct {
			ID string `json:"session_id"`
		}
	}
	if err := json.Unmarshal(out, &v); err != nil || len(v.Sessions) != 1 {
		t.Fatalf("%v %s", err, out)
	}
	return v.Sessions[0].ID
}
