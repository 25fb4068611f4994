package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/bench/probe"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// subject is a server that is measured.
type subject struct {
	name string // in tables and charts
	what string // what it is made of, with versions
	argv []string
	own  bool           // this server
	args map[string]any // of its tool, beside meeting and page
}

// workshop builds subjects.
type workshop struct {
	root, tmp string
	quick     bool
}

// subjects are this server and all peers that can be had; missing says which cannot.
func (w *workshop) subjects(ctx context.Context) (all []subject, missing []string, err error) {
	own, err := w.server(ctx)
	if err != nil {
		return nil, nil, err
	}
	all = append(all, own)
	for _, peer := range []func(context.Context) (subject, error){w.gosdk, w.typescript, w.generated} {
		s, err := peer(ctx)
		switch {
		case errors.Is(err, errMissing):
			missing = append(missing, err.Error())
		case err != nil:
			return nil, nil, err
		default:
			all = append(all, s)
		}
	}
	return all, missing, nil
}

var errMissing = errors.New("not installed")

func (w *workshop) server(ctx context.Context) (subject, error) {
	bin := filepath.Join(w.tmp, "mcp-realtimekit")
	if err := w.build(ctx, w.root, bin, "./cmd/mcp-realtimekit"); err != nil {
		return subject{}, err
	}
	commit, err := w.output(ctx, w.root, "git", "describe", "--always", "--dirty")
	if err != nil {
		commit = "unknown commit"
	}
	version, err := w.moduleVersion(ctx, w.root, "github.com/mark3labs/mcp-go")
	return subject{
		name: "mcp-realtimekit",
		what: "this server at " + commit + ", mcp-go " + version,
		argv: []string{bin},
		own:  true,
	}, err
}

// probed is the server with a look inside: see package probe.
func (w *workshop) probed(ctx context.Context) (bin string, err error) {
	file := filepath.Join(w.tmp, "probe.go")
	if err := os.WriteFile(file, []byte(probe.File), 0o600); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(
		map[string]any{
			"Replace": map[string]string{filepath.Join(w.root, "cmd", "mcp-realtimekit", "probe_overlay.go"): file},
		},
	)
	if err != nil {
		return "", err
	}
	list := filepath.Join(w.tmp, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return "", err
	}
	bin = filepath.Join(w.tmp, "mcp-realtimekit-probed")
	return bin, w.build(ctx, w.root, bin, "-overlay", list, "./cmd/mcp-realtimekit")
}

// echo is not a peer but what mcp-go itself costs.
func (w *workshop) echo(ctx context.Context) (subject, error) {
	bin := filepath.Join(w.tmp, "echo")
	return subject{name: theEcho, argv: []string{bin}}, w.build(ctx, w.root, bin, "./bench/echo")
}

func (w *workshop) gosdk(ctx context.Context) (subject, error) {
	dir, bin := filepath.Join(w.root, "bench", "peers", "gosdk"), filepath.Join(w.tmp, "gosdk")
	if err := w.build(ctx, dir, bin, "."); err != nil {
		return subject{}, err
	}
	version, err := w.moduleVersion(ctx, dir, "github.com/modelcontextprotocol/go-sdk")
	if err != nil {
		return subject{}, err
	}
	flare, err := w.moduleVersion(ctx, dir, "github.com/cloudflare/cloudflare-go/v7")
	return subject{
		name: "Go SDK",
		what: "minimal, go-sdk " + version + ", cloudflare-go " + flare,
		argv: []string{bin},
	}, err
}

func (w *workshop) typescript(ctx context.Context) (subject, error) {
	dir, err := w.install(ctx, "typescript")
	if err != nil {
		return subject{}, err
	}
	v, err := pinned(dir)
	if err != nil {
		return subject{}, err
	}
	return subject{
		name: "TypeScript SDK", argv: []string{w.node(), filepath.Join(dir, "server.mjs")},
		what: "minimal, @modelcontextprotocol/server " + v["@modelcontextprotocol/server"] +
			", cloudflare " + v["cloudflare"] + ", Node " + v["node"],
	}, nil
}

func (w *workshop) generated(ctx context.Context) (subject, error) {
	dir, err := w.install(ctx, "generated")
	if err != nil {
		return subject{}, err
	}
	v, err := pinned(dir)
	if err != nil {
		return subject{}, err
	}
	if _, err := os.Stat(w.node()); err != nil {
		return subject{}, fmt.Errorf("generated: Node: %w", errMissing)
	}
	for _, argv := range [][]string{
		{"openapi-mcp-generator", "-i", "realtimekit.openapi.json", "-o", "output", "-n", "generated", "--force"},
		{"tsc", "-p", "output"},
	} {
		script, err := filepath.EvalSymlinks(filepath.Join(dir, "node_modules", ".bin", argv[0]))
		if err != nil {
			return subject{}, err
		}
		if _, err := w.output(ctx, dir, w.node(), append([]string{script}, argv[1:]...)...); err != nil {
			return subject{}, err
		}
	}
	return subject{
		name: "generated", argv: []string{w.node(), filepath.Join(dir, "output", "build", "index.js")},
		what: "by openapi-mcp-generator " + v["openapi-mcp-generator"] +
			" from OpenAPI, @modelcontextprotocol/sdk " + v["@modelcontextprotocol/sdk"],
		args: map[string]any{"account_id": demoapi.AccountID, "app_id": demoapi.AppID},
	}, nil
}

// node is the pinned one, of the TypeScript peer.
func (w *workshop) node() string {
	return filepath.Join(w.root, "bench", "peers", "typescript", "node_modules", "node", "bin", "node")
}

// install makes sure of a peer's node_modules; a quick run takes them as they are.
func (w *workshop) install(ctx context.Context, peer string) (dir string, err error) {
	dir = filepath.Join(w.root, "bench", "peers", peer)
	// npm writes this file last.
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil {
		return dir, nil
	}
	if w.quick {
		return "", fmt.Errorf("%s: %w (npm ci in bench/peers/%s)", peer, errMissing, peer)
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return "", fmt.Errorf("%s: npm: %w", peer, errMissing)
	}
	_, err = w.output(ctx, dir, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	return dir, err
}

// pinned are the exact versions in a peer's package.json.
func pinned(dir string) (map[string]string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return nil, err
	}
	var p struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	all := map[string]string{}
	for _, m := range []map[string]string{p.Dependencies, p.DevDependencies} {
		maps.Copy(all, m)
	}
	return all, nil
}

// build makes a binary as it is shipped.
func (w *workshop) build(ctx context.Context, dir, bin string, args ...string) error {
	_, err := w.output(ctx, dir, "go", append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", bin}, args...)...)
	return err
}

func (w *workshop) moduleVersion(ctx context.Context, dir, module string) (string, error) {
	return w.output(ctx, dir, "go", "list", "-m", "-f", "{{.Version}}", module)
}

func (w *workshop) output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			out = append(out, exit.Stderr...)
		}
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// command starts a subject on an API, configured as its users would, but without memory of answers unless more
// says otherwise: the last of two values counts. Its logs are dropped.
func (s subject) command(ctx context.Context, api string, more ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.argv[0], s.argv[1:]...)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"),
		"CLOUDFLARE_API_TOKEN=" + demoapi.Token, "CLOUDFLARE_ACCOUNT_ID=" + demoapi.AccountID,
		"REALTIMEKIT_APP_ID=" + demoapi.AppID, "CLOUDFLARE_BASE_URL=" + api,
		"REALTIMEKIT_RATE_LIMIT=1000000/1s",                              // of ours: what is measured is speed, not the limit
		"REALTIMEKIT_CACHE_ENDED=0s",                                     // of ours: the peers remember nothing either
		"API_BASE_URL=" + api, "BEARER_TOKEN_API_TOKEN=" + demoapi.Token, // of the generated one
	}, more...)
	return cmd
}

// questions ask for each page, whose names are given.
func (s subject) questions(names [][]string) ([]question, error) {
	out := make([]question, len(names))
	for i := range names {
		params, err := s.call(i+1, page)
		if err != nil {
			return nil, err
		}
		out[i] = question{params, names[i]}
	}
	return out, nil
}

// call is the parameters of tools/call for a page of so many people.
func (s subject) call(no, per int) ([]byte, error) {
	args := map[string]any{"meeting_id": demoapi.LargeMeetingID, "page_no": no, "per_page": per}
	maps.Copy(args, s.args)
	if s.own && per > 50 {
		args["limit"] = per // it shows 50 unless told: all must be named, as by the peers
	}
	return json.Marshal(map[string]any{"name": "list_meeting_participants", "arguments": args})
}
