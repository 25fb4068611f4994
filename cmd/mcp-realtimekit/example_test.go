package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestExampleConfiguration starts the server as the example for Claude Desktop says.
func TestExampleConfiguration(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../claude_desktop_config.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		MCPServers map[string]struct {
			Command string
			Args    []string
			Env     map[string]string
		} `json:"mcpServers"`
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	server, ok := config.MCPServers["realtimekit"]
	if !ok || server.Command != "mcp-realtimekit" {
		t.Fatalf("%s", raw)
	}
	p := start(t, server.Env, server.Args...)
	if r := p.call("list_apps", args{}); r.IsError || !strings.Contains(r.text(), "Production") {
		t.Error(r.text())
	}
	// Without the sample account, empty values count as absent.
	p = start(t, server.Env)
	if r := p.call("list_apps", args{}); !r.IsError || !strings.Contains(r.text(), "CLOUDFLARE_API_TOKEN") {
		t.Error(r.text())
	}
}
