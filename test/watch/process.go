package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// run lets the day pass, and returns what was measured and what was wrong.
func (p plan) run(binary string) (report string, problems []string) {
	dir, err := os.MkdirTemp("", "watch")
	if err != nil {
		return "", []string{err.Error()}
	}
	defer func() { _ = os.RemoveAll(dir) }()
	a, closeAccount, err := p.open()
	if err != nil {
		return "", []string{err.Error()}
	}
	defer closeAccount()
	r := &runner{plan: p, account: a, ledger: newLedger(), binary: binary, state: filepath.Join(dir, "state.json"),
		begins: map[string]time.Time{}}
	for _, s := range a.Sessions {
		r.begins[s.ID] = s.Start
	}
	random := rand.New(rand.NewPCG(p.seed, 3)) //nolint:gosec // nothing secret
	if r.hooks, err = newWebhooks(a, binary, dir); err != nil {
		return "", []string{err.Error()}
	}
	if r.hooks != nil {
		r.hooks.schedule(random)
	}
	kills := make([]time.Duration, p.kills)
	for i := range kills {
		kills[i] = time.Duration(random.Int64N(int64(day)))
	}
	slices.Sort(kills)
	for _, at := range append(kills, day+tail) {
		if err := r.until(at); err != nil {
			r.fail("%v", err)
			break
		}
	}
	events := r.settle(a.Sessions)
	r.bounds()
	slices.Sort(r.delay)
	report = r.report(events)
	return report, r.problems
}

// report says what was measured.
func (r *runner) report(events int) string {
	hooks := "no webhooks"
	if r.hooks != nil {
		hooks = fmt.Sprintf("%d webhooks taken, %d came to nobody", r.hooks.taken.Load(), r.hooks.lost.Load())
		if n := r.hooks.refused.Load(); n > 0 || r.hooks.taken.Load() == 0 {
			r.fail("%d webhooks were refused", n)
		}
	}
	return fmt.Sprintf("%d kills: %d events of %d sessions, %d repeated; begins and ends told after %s in the middle and %s at most; "+
		"%s; %d requests, at most %d in 5 minutes and %d in 10 seconds; state of at most %d kB; memory of at most %d MB",
		r.kills, events, r.sessions, r.repeats, r.delay[len(r.delay)/2].Round(time.Second),
		r.delay[len(r.delay)-1].Round(time.Second), hooks, len(r.requests), r.busiest(5*time.Minute), r.busiest(10*time.Second),
		r.size>>10, slices.Max(r.memory)>>20)
}

// runner runs the program again and again.
type runner struct {
	plan
	*account
	*ledger
	hooks         *webhooks // nil: the program takes none
	binary, state string
	begins        map[string]time.Time // of sessions
	size          int64                // of the state file, at most
	memory        []int64              // resident, at the same distances of time
}

// until runs the program until a time of the day, and kills it.
func (r *runner) until(at time.Duration) error {
	lapse := r.origin.Format(time.RFC3339Nano) + "," + strconv.Itoa(r.factor)
	args := []string{"watch", "--state", r.state, "--time-lapse", lapse}
	if r.hooks != nil {
		args = append(args, r.hooks.flags...)
	}
	cmd := exec.Command(r.binary, args...) //nolint:gosec,noctx // it is killed
	cmd.Env = []string{
		"CLOUDFLARE_API_TOKEN=" + timelapse.Token,
		"CLOUDFLARE_ACCOUNT_ID=" + timelapse.AccountID,
		"REALTIMEKIT_APP_ID=" + timelapse.AppID,
		"CLOUDFLARE_BASE_URL=" + r.Links + "/client/v4",
	}
	var logs strings.Builder
	cmd.Stderr = &logs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	ended := make(chan []event.Event, 1)
	go func() { ended <- r.collect(out) }()
	for wait := r.remaining(at); wait > 0; wait = r.remaining(at) {
		time.Sleep(min(wait, r.clock.Real(30*time.Minute)))
		r.measure(cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		return fmt.Errorf("it had ended: %w: %s", err, &logs)
	}
	delivered := <-ended
	_ = cmd.Wait() // it was killed
	r.killed(r.state, delivered, r.begins)
	if r.verbose || strings.Contains(logs.String(), "panic") {
		fmt.Println(&logs)
	}
	if strings.Contains(logs.String(), timelapse.Token) {
		r.fail("the token is in the log")
	}
	return nil
}

// remaining is how long it takes until a time of the day.
func (r *runner) remaining(at time.Duration) time.Duration {
	return r.clock.Real(r.origin.Add(at).Sub(r.clock.Now()))
}

// collect enters all lines that a process prints. One that breaks off was not delivered.
func (r *runner) collect(out io.Reader) (delivered []event.Event) {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return delivered
		}
		var e event.Event
		if err := json.Unmarshal(line, &e); err != nil {
			r.fail("%v in %s", err, line)
			continue
		}
		r.take(e, r.clock.Now())
		delivered = append(delivered, e)
	}
}

// measure notes the size of the state and, on Linux, the memory of the process.
func (r *runner) measure(pid int) {
	if info, err := os.Stat(r.state); err == nil {
		r.size = max(r.size, info.Size())
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	if fields := strings.Fields(after); len(fields) > 0 {
		if kb, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
			r.memory = append(r.memory, kb<<10)
		}
	}
}

// Bounds of a day with 1,000 sessions.
const (
	maxState  = 1 << 20
	maxMemory = 80 << 20
)

// bounds holds the rate, the size of the state, and that memory does not grow.
func (r *runner) bounds() {
	for within, most := range map[time.Duration]int{5 * time.Minute: 600, 10 * time.Second: 125} {
		if n := r.busiest(within); n > most {
			r.fail("%d requests within %s, of at most %d", n, within, most)
		}
	}
	if r.size > maxState {
		r.fail("the state has %d bytes", r.size)
	}
	if len(r.memory) == 0 {
		r.memory = []int64{0}
	}
	if most := slices.Max(r.memory); most > maxMemory {
		r.fail("%d MB of memory", most>>20)
	}
	if n := len(r.memory) / 4; r.kills == 0 && n > 4 {
		// The first quarter has the day's begin, in which little was going on.
		second, last := slices.Max(r.memory[n:2*n]), slices.Max(r.memory[3*n:])
		if last > second*5/4+4<<20 {
			r.fail("memory grew from %d MB in the second quarter of the day to %d MB in the last", second>>20, last>>20)
		}
	}
}
