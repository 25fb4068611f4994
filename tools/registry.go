// Package tools holds what a model sees: the MCP tools, one file each, with the
// prompts and resources beside them. It knows neither flags, environment nor
// transport.
package tools

//go:generate go test . -run ^(TestGolden|TestRecapGolden|TestReference)$ -update

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
)

// makers has a line for each tool, in the order in which clients list them.
func makers() []func(*Deps) mcptool.Tool {
	return []func(*Deps) mcptool.Tool{
		getMeetingAttendance,
		compareAttendance,
		getPersonAttendance,
		getSessionRecap,
		searchRecaps,
		listRecordings,
		listSessions,
		listSessionParticipants,
		listMeetingParticipants,
		findMeetings,
		getMeeting,
		listApps,
	}
}

// catalogue makes every tool. Their schemas are reflected at the same time, since
// a client waits for them when it starts the server.
func catalogue(d *Deps) []mcptool.Tool {
	all := make([]mcptool.Tool, len(makers()))
	var making sync.WaitGroup
	for i, maker := range makers() {
		making.Go(func() { all[i] = maker(d) })
	}
	making.Wait()
	return all
}

// All returns every tool.
func All(d *Deps) []server.ServerTool {
	var all []server.ServerTool
	for _, tool := range catalogue(d) {
		tool.Tool.Icons = toolIcons()
		all = append(all, tool.ServerTool)
	}
	return all
}

// NewServer returns an MCP server with every tool, prompt and resource, for any
// transport. More options come after its own.
func NewServer(d *Deps, version string, more ...server.ServerOption) *server.MCPServer {
	self := mcp.Implementation{Name: "mcp-realtimekit", Title: "Cloudflare RealtimeKit", Version: version}
	options := []server.ServerOption{
		server.WithTitle(self.Title),
		withIcon(self),
		server.WithInstructions(Instructions(d.Demo)),
		server.WithToolCapabilities(false),
		server.WithPromptCapabilities(false),
		server.WithResourceCapabilities(false, false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completer(d.completeTitle)),
		server.WithRecovery(),
		server.WithResourceRecovery(),
	}
	s := server.NewMCPServer(self.Name, self.Version, append(options, more...)...)
	s.AddTools(All(d)...)
	s.AddPrompts(prompts()...)
	s.AddResourceTemplates(resources(d)...)
	return s
}
