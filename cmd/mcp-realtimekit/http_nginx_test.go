package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

const nginxConf = `
daemon off;
pid %[1]s/pid;
error_log %[1]s/error.log;
worker_processes 1;
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
	upstream mcp { server %[3]s fail_timeout=1s; server %[4]s fail_timeout=1s; keepalive 16; }
	server {
		listen %[2]s;
		location = /mcp {
			proxy_pass http://mcp;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $host;
			proxy_buffering off;
			proxy_next_upstream error timeout http_503 non_idempotent;
		}
	}
}
`

// TestHTTPReplicas puts two servers behind nginx, which takes turns. One is
// killed and the other told to end while calls go on; a third takes its place.
func TestHTTPReplicas(t *testing.T) {
	t.Parallel()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("nginx is not installed")
	}
	api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 20 * time.Millisecond}})
	replica := func(address string) *web {
		return serveHTTP(t, environment(api), "--http", address, "--behind-proxy", "--allowed-host=mcp.example.com",
			"--drain-delay=300ms")
	}
	one, two := replica("127.0.0.1:0"), replica("127.0.0.1:0")
	address := func(s *web) string { return strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/mcp") }
	front := frontDoor(t, nginx, address(one), address(two))
	served := func(s *web) int { return strings.Count(s.logs.String(), `"tool":"list_apps"`) }

	// A conversation of the older era: each message may meet another replica.
	for range 2 {
		hello := front.rpc(demoapi.Token, "initialize", mcptest.Hello("2025-11-25", nil), "Host", "mcp.example.com")
		if r := front.must(hello); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	front.calls(20)
	waitFor(t, "20 calls in the logs", func() bool { return served(one)+served(two) == 20 })
	if a, b := served(one), served(two); a != 10 || b != 10 {
		t.Errorf("one served %d calls, the other %d: they do not take turns", a, b)
	}
	if r := front.must(front.listApps(demoapi.Token, "Host", "evil.example")); r.status != http.StatusForbidden {
		t.Errorf("Host evil.example: %d", r.status)
	}

	// In the middle of calls, one replica dies without a word.
	front.during(func() { _ = one.cmd.Process.Kill() })
	<-one.ended
	front.calls(10)
	if served(two) < 40 {
		t.Errorf("the other served %d calls", served(two))
	}

	// Another starts in its place; then the second is told to end.
	three := replica(address(one))
	time.Sleep(1500 * time.Millisecond) // nginx leaves out a server that failed for 1 s
	front.during(func() { _ = two.cmd.Process.Signal(syscall.SIGTERM) })
	two.expectExit(5 * time.Second)
	front.calls(10)
	if served(three) < 40 {
		t.Errorf("the third served %d calls", served(three))
	}
}

// calls makes calls one after the other, each of which has to work.
func (s *web) calls(n int) {
	s.t.Helper()
	for i := range n {
		r, err := s.do(s.listApps(demoapi.Token, "Host", "mcp.example.com"))
		if err != nil || !r.works() {
			s.t.Fatalf("call %d: %v %d %s", i, err, r.status, r.body)
		}
	}
}

// during makes 60 calls, in the midst of which something happens.
func (s *web) during(event func()) {
	s.t.Helper()
	happens := time.AfterFunc(200*time.Millisecond, event)
	s.calls(60)
	if happens.Stop() {
		s.t.Fatal("the calls were over before it happened")
	}
}

// frontDoor starts nginx before the replicas.
func frontDoor(t *testing.T, nginx, one, two string) *web {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	dir := t.TempDir()
	if os.Getuid() == 0 { // its worker is another user then
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, address, one, two), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-p", dir, "-c", conf, "-e", filepath.Join(dir, "error.log"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("nginx: %s", log)
		}
	})
	waitFor(t, "nginx to listen", func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return &web{
		t:       t,
		url:     "http://" + address + "/mcp",
		client:  &http.Client{Timeout: 30 * time.Second},
		secrets: []string{demoapi.Token},
	}
}
