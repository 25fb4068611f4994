package packaging

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/tailscale/hujson"

	"github.com/mcp-realtimekit/mcp-realtimekit/tools"
)

var update = flag.Bool("update", false, "write the tools into the manifest anew")

type described struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type manifest struct {
	Name, Version, Description string
	Server                     struct {
		MCPConfig struct{ Env map[string]string } `json:"mcp_config"`
	}
	Tools []described
}

type registryEntry struct {
	Name, Version, Description string
	Packages                   []struct {
		RegistryType         string
		Identifier           string
		EnvironmentVariables []struct {
			Name     string
			IsSecret bool
		}
	}
}

func read(t *testing.T, path string, v any) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		t.Fatal(path, err)
	}
	return raw
}

// TestManifest holds the bundle's list of tools against the server's.
func TestManifest(t *testing.T) {
	var want []described
	for _, tool := range tools.All(&tools.Deps{Log: slog.New(slog.DiscardHandler)}) {
		first, _, _ := strings.Cut(tool.Tool.Description, ". ")
		want = append(want, described{tool.Tool.Name, strings.TrimSuffix(first, ".") + "."})
	}
	var m manifest
	raw := read(t, "manifest.json", &m)
	if *update {
		list, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		v, err := hujson.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		patch := slices.Concat([]byte(`[{"op":"replace","path":"/tools","value":`), list, []byte(`}]`))
		if err := v.Patch(patch); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := json.Indent(&out, v.Pack(), "", "  "); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("manifest.json", out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		read(t, "manifest.json", &m)
	}
	if !slices.Equal(m.Tools, want) {
		t.Errorf("go generate ./... writes the tools into manifest.json; it has %v, want %v", m.Tools, want)
	}
}

// TestRegistryEntry validates server.json against the registry's own schema.
func TestRegistryEntry(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/server.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var entry registryEntry
	raw := read(t, "server.json", &entry)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Error(err)
	}
	var published struct {
		ID string `json:"$id"`
	}
	read(t, "testdata/server.schema.json", &published)
	if said := doc.(map[string]any)["$schema"]; said != published.ID {
		t.Errorf("server.json says %v, the schema is %s", said, published.ID)
	}
	// The schema is not so lax as to accept anything.
	doc.(map[string]any)["description"] = strings.Repeat("x", 101)
	if schema.Validate(doc) == nil {
		t.Error("a description of 101 characters passed")
	}
}

// TestInStep holds what is said in several files to be the same in each.
func TestInStep(t *testing.T) {
	var m manifest
	var entry registryEntry
	read(t, "manifest.json", &m)
	read(t, "server.json", &entry)
	dockerfile, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != entry.Version || m.Description != entry.Description {
		t.Errorf("manifest %s %q, registry %s %q", m.Version, m.Description, entry.Version, entry.Description)
	}
	if !strings.Contains(string(dockerfile), `io.modelcontextprotocol.server.name="`+entry.Name+`"`) {
		t.Error("the image's label lacks the name in server.json")
	}
	// Each variable is one that the server reads.
	sources, err := filepath.Glob("../cmd/mcp-realtimekit/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var program strings.Builder
	for _, source := range sources {
		if !strings.HasSuffix(source, "_test.go") {
			program.WriteString(contents(t, source))
		}
	}
	var vars []string
	for _, v := range entry.Packages[0].EnvironmentVariables {
		vars = append(vars, v.Name)
		if v.IsSecret != (v.Name == "CLOUDFLARE_API_TOKEN") {
			t.Errorf("%s: isSecret is %v", v.Name, v.IsSecret)
		}
		if _, ok := m.Server.MCPConfig.Env[v.Name]; !ok || !strings.Contains(program.String(), `"`+v.Name+`"`) {
			t.Errorf("%s is unknown to the manifest or the server", v.Name)
		}
	}
	if len(vars) != len(m.Server.MCPConfig.Env) {
		t.Errorf("registry %v, manifest %v", vars, m.Server.MCPConfig.Env)
	}
}
