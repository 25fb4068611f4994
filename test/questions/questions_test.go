// Package questions asks the server what users ask, in plain words. Each
// question has the calls that a model would make from it alone, and the facts
// that the answers must hold. The facts are not copied from any output: a
// reference reads the sample account over HTTP and judges it second by second.
package questions

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestMain collects garbage less often than usual: each question leaves much of it,
// and little that is kept.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}

type args = map[string]any

// step is one call, and what its answer must hold.
type step struct {
	tool  string
	args  args
	facts []fact

	// A mistake may be understood. If it is not, its error must say these words,
	// after which the next step is the right call.
	mistake []string
}

// question is what somebody asks. A model that makes the steps knows the answer.
type question struct {
	ask   string
	steps func(*reference) []step
}

// one is a question that takes a single call.
func one(ask, tool string, a args, facts func(*reference) []fact) question {
	return question{ask, func(ref *reference) []step {
		return []step{{tool: tool, args: a, facts: facts(ref)}}
	}}
}

// dated is one whose arguments depend on what day it is.
func dated(ask, tool string, a func(*reference) args, facts func(*reference) []fact) question {
	return question{ask, func(ref *reference) []step {
		return []step{{tool: tool, args: a(ref), facts: facts(ref)}}
	}}
}

// The bar: so many questions, and so many of them with one call.
const (
	leastQuestions = 60
	leastOneCall   = 55
)

func questions() []question {
	return slices.Concat(
		attendanceQuestions(),
		rateQuestions(),
		seriesQuestions(),
		personQuestions(),
		recapQuestions(),
		searchQuestions(),
		recordingQuestions(),
		listQuestions(),
		mistakes(),
		moreMistakes(),
		understood(),
	)
}

// server is the program under test, connected to the account of the reference.
type server struct{ *client.Client }

// startServer builds the program and starts it over stdio.
func startServer(t *testing.T, api *demoapi.Server) *server {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "mcp-realtimekit")
	const program = "github.com/mcp-realtimekit/mcp-realtimekit/cmd/mcp-realtimekit"
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, program) // which links soonest
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	env := []string{
		"CLOUDFLARE_API_TOKEN=" + demoapi.Token,
		"CLOUDFLARE_ACCOUNT_ID=" + demoapi.AccountID,
		"REALTIMEKIT_APP_ID=" + demoapi.AppID,
		"CLOUDFLARE_BASE_URL=" + api.URL,
		"REALTIMEKIT_RATE_LIMIT=100000/1m", // the account keeps no limit, and nobody wants to wait
	}
	clean := func(ctx context.Context, command string, env, args []string) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, command, args...)
		cmd.Env = env // and nothing of this process's
		return cmd, nil
	}
	c, err := client.NewStdioMCPClientWithOptions(binary, env, nil, transport.WithCommandFunc(clean))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Initialize(t.Context(), mcp.InitializeRequest{}); err != nil {
		t.Fatal(err)
	}
	return &server{c}
}

// call makes a call, and decodes the answer as a client does.
func (s *server) call(t *testing.T, st step) (a *answer, failed bool, err error) {
	t.Helper()
	r := mcp.CallToolRequest{Params: mcp.CallToolParams{Name: st.tool, Arguments: st.args}}
	res, err := s.CallTool(t.Context(), r)
	if err != nil {
		return nil, true, err
	}
	a = &answer{}
	for _, c := range res.Content {
		if text, ok := mcp.AsTextContent(c); ok {
			a.text += text.Text
		}
	}
	raw, err := json.Marshal(res.StructuredContent)
	if err != nil {
		return nil, true, err
	}
	return a, res.IsError, a.decode(raw)
}

// TestQuestions asks every question of one server.
func TestQuestions(t *testing.T) {
	api, err := demoapi.Start(t.Context(), demoapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	all, single := askAll(t, newReference(t, api, time.Now()), startServer(t, api))
	if all < leastQuestions || single < leastOneCall {
		t.Errorf("%d questions, %d of them with one call", all, single)
	}
	t.Logf("%d questions, %d of them with one call", all, single)
}

// askAll asks every question, and counts them and those that take one call.
func askAll(t *testing.T, ref *reference, s *server) (asked, single int) {
	t.Helper()
	for _, q := range questions() {
		steps := q.steps(ref)
		asked++
		if len(steps) == 1 {
			single++
		}
		t.Run(q.ask, func(t *testing.T) {
			for _, w := range s.ask(t, steps) {
				t.Error(w)
			}
		})
	}
	return asked, single
}

// ask makes the calls, and says what is wrong with the answers.
func (s *server) ask(t *testing.T, steps []step) (wrong []string) {
	t.Helper()
	for i, st := range steps {
		a, failed, err := s.call(t, st)
		call := fmt.Sprintf("%s %v", st.tool, st.args)
		switch {
		case err != nil:
			return append(wrong, fmt.Sprintf("%s: %v", call, err))
		case failed && st.mistake == nil:
			return append(wrong, fmt.Sprintf("%s is an error: %s", call, a.text))
		case failed:
			for _, want := range st.mistake {
				if !strings.Contains(fold(a.text), fold(want)) {
					wrong = append(wrong, fmt.Sprintf("%s: the error does not say %q: %s", call, want, a.text))
				}
			}
			continue // with the right call
		}
		facts := st.facts
		if st.mistake != nil { // understood: it must answer what the right call would
			facts = steps[len(steps)-1].facts
		}
		for _, problem := range problems(st, a, facts) {
			wrong = append(wrong, call+": "+problem)
		}
		if len(wrong) > 0 {
			wrong = append(wrong, fmt.Sprintf("%s answered: %.3000s", call, a.text))
		}
		if st.mistake != nil || i == len(steps)-1 {
			return wrong
		}
	}
	return wrong
}

// Characters that an answer may have at most: by itself, and whatever is asked for.
const (
	mostByDefault = 10_000
	mostEver      = 100_000
)

func problems(st step, a *answer, facts []fact) (wrong []string) {
	for _, f := range facts {
		wrong = append(wrong, f(a)...)
	}
	if a.summary == "" || !strings.Contains(a.text, a.summary) {
		wrong = append(wrong, fmt.Sprintf("the summary %q is not in the text", a.summary))
	}
	most := mostByDefault
	if st.args["limit"] != nil || st.args["format"] != nil {
		most = mostEver
	}
	if n := utf8.RuneCountInString(a.text); n > most {
		wrong = append(wrong, fmt.Sprintf("the text has %d characters", n))
	}
	return wrong
}
