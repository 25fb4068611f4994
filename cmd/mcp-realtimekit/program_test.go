package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestMain lets more tests run beside each other than there are cores, for many wait
// for a clock. Those that keep all cores busy are not parallel, so that they run
// before, and not beside, the many that measure time.
func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(400) // sample accounts keep little of what they send
	beside := 6 * runtime.GOMAXPROCS(0)
	if raceEnabled { // each takes several times as long
		beside = max(4, runtime.GOMAXPROCS(0))
	}
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		_ = flag.Set(p.Name, strconv.Itoa(beside))
	}
	code := m.Run()
	_ = os.RemoveAll(filepath.Dir(programPath()))
	os.Exit(code)
}

// programPath is where these tests, which run what a user runs, build the program.
func programPath() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("mcp-realtimekit-test-%d", os.Getpid()), "mcp-realtimekit")
}

// buildProgram builds it, once for all tests.
var buildProgram = sync.OnceValue(func() error {
	dir := filepath.Dir(programPath())
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", programPath())
	if raceEnabled {
		build.Args = append(build.Args, "-race")
	} else {
		// As it is released: without C, it starts in three quarters of the time.
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		build.Args = append(build.Args, "-ldflags=-s -w") // -trimpath would compile everything again
	}
	build.Args = append(build.Args, ".")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
})

// program is the path of the program.
func program(t testing.TB) string {
	t.Helper()
	if err := buildProgram(); err != nil {
		t.Fatal(err)
	}
	return programPath()
}

// command is the program with these variables, and no others of the environment
// but PATH and HOME.
func command(t testing.TB, env map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program(t), args...)
	// The race detector's runtime would sleep a second at exit.
	cmd.Env = []string{"GORACE=atexit_sleep_ms=0", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	for k, v := range env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	return cmd
}

// once runs the program to its end without input.
func once(t testing.TB, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := command(t, env, args...)
	var out, logs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &logs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.Contains(out.String()+logs.String(), demoapi.Token) {
		t.Error("the token was printed")
	}
	return out.String(), logs.String(), cmd.ProcessState.ExitCode()
}
