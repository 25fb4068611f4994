// Package tools holds what a model sees: the MCP tools, one file each, with the
// prompts and resources beside them. It knows neither flags, environment nor
// transport.
package tools

//go:generate go test . -run ^(TestGolden|TestRecapGolden|TestReference)$ -update

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptool"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
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

// offered are the tools that the configuration leaves.
func offered(d *Deps) []mcptool.Tool {
	return slices.DeleteFunc(catalogue(d), func(t mcptool.Tool) bool {
		name := t.Tool.Name
		return len(d.Tools) > 0 && !slices.Contains(d.Tools, name) || slices.Contains(d.WithoutTools, name)
	})
}

// CheckTools is an error if Tools or WithoutTools have a name that no tool has, or
// leave no tool. It lists those there are.
func (d *Deps) CheckTools() error {
	if len(d.Tools)+len(d.WithoutTools) == 0 {
		return nil
	}
	var names []string
	for _, t := range catalogue(d) {
		names = append(names, t.Tool.Name)
	}
	for _, name := range slices.Concat(d.Tools, d.WithoutTools) {
		if !slices.Contains(names, name) {
			return fmt.Errorf("there is no tool %q; the tools are %s", prose.Clip(name), strings.Join(names, ", "))
		}
	}
	if len(offered(d)) == 0 {
		return errors.New("no tool is left; the tools are " + strings.Join(names, ", "))
	}
	return nil
}

// All returns every tool that is offered.
func All(d *Deps) []server.ServerTool {
	var all []server.ServerTool
	for _, tool := range offered(d) {
		tool.Tool.Icons = toolIcons()
		all = append(all, tool.ServerTool)
	}
	return all
}

// NewServer returns an MCP server with every tool, prompt and resource, for any
// transport. More options come after its own.
func NewServer(d *Deps, version string, more ...server.ServerOption) *server.MCPServer {
	self := mcp.Implementation{Name: "mcp-realtimekit", Title: "Cloudflare RealtimeKit", Version: version}
	all := All(d)
	options := []server.ServerOption{
		server.WithTitle(self.Title),
		withIcon(self),
		server.WithInstructions(instructions(d.Demo, all)),
		server.WithToolCapabilities(false),
		server.WithPromptCapabilities(false),
		server.WithResourceCapabilities(false, false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completer(d.completeTitle)),
		server.WithRecovery(),
		server.WithResourceRecovery(),
	}
	if !d.NoViews {
		options = append(options, withViews)
	}
	s := server.NewMCPServer(self.Name, self.Version, append(options, more...)...)
	s.AddTools(all...)
	s.AddPrompts(prompts()...)
	s.AddResourceTemplates(resources(d)...)
	if !d.NoViews {
		s.AddResources(viewResource())
	}
	return s
}

// hooksOf returns the hooks of a server, to which more can be added.
func hooksOf(s *server.MCPServer) *server.Hooks {
	hooks := s.GetHooks()
	if hooks == nil {
		hooks = &server.Hooks{}
		server.WithHooks(hooks)(s)
	}
	return hooks
}
