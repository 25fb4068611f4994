package packaging

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// releaseConfig is what goreleaser publishes, as far as other files speak of it.
type releaseConfig struct {
	ProjectName string `yaml:"project_name"`
	Builds      []struct {
		Goos, Goarch []string
	}
	Release, Checksum struct {
		ExtraFiles []struct{ Glob string } `yaml:"extra_files"`
	}
	DockersV2 []struct {
		Images, Tags, Flags []string
		Dockerfile          string
	} `yaml:"dockers_v2"`
	HomebrewCasks []struct {
		Repository struct{ Owner, Name string }
	} `yaml:"homebrew_casks"`
}

func readReleaseConfig(t *testing.T) (c releaseConfig) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(contents(t, "../.goreleaser.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func contents(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// find returns what a pattern's group matches in a file, each time.
func find(t *testing.T, file, pattern string) []string {
	t.Helper()
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(contents(t, file), -1) {
		found = append(found, m[1])
	}
	if len(found) == 0 {
		t.Fatalf("%s has nothing like %s", file, pattern)
	}
	return found
}

// TestRegistryNamesWhatIsReleased holds each package of the registry's entry to be one that a release of
// that version publishes.
func TestRegistryNamesWhatIsReleased(t *testing.T) {
	c := readReleaseConfig(t)
	var entry registryEntry
	read(t, "server.json", &entry)
	var images []string
	for _, d := range c.DockersV2 {
		for _, image := range d.Images {
			for _, tag := range d.Tags {
				images = append(images, image+":"+strings.ReplaceAll(tag, "{{ .Version }}", entry.Version))
			}
		}
	}
	if len(entry.Packages) == 0 {
		t.Error("the registry's entry names no package")
	}
	for _, p := range entry.Packages {
		if p.RegistryType != "oci" || !slices.Contains(images, p.Identifier) {
			t.Errorf("a release publishes no %s package %s, but the images %v", p.RegistryType, p.Identifier, images)
		}
	}
}

// TestReleasedImage holds the image to be built from a stage that the Dockerfile has.
func TestReleasedImage(t *testing.T) {
	for _, d := range readReleaseConfig(t).DockersV2 {
		stages := find(t, filepath.Join("..", d.Dockerfile), `(?m)^FROM .* AS (\S+)$`)
		for _, flag := range d.Flags {
			if stage, ok := strings.CutPrefix(flag, "--target="); !ok || !slices.Contains(stages, stage) {
				t.Errorf("%s for %v: the stages are %v", flag, d.Images, stages)
			}
		}
	}
}

// TestBundlesAreReleased holds the bundles to be among the files of a release, and among its checksums.
func TestBundlesAreReleased(t *testing.T) {
	c := readReleaseConfig(t)
	for _, files := range [][]struct{ Glob string }{c.Release.ExtraFiles, c.Checksum.ExtraFiles} {
		if len(files) != 1 || files[0].Glob != "dist/bundles/*.mcpb" {
			t.Errorf("extra files %v", files)
		}
	}
}

// TestInstallationGuide holds the guide's commands and addresses to be those of what a release publishes.
func TestInstallationGuide(t *testing.T) {
	c := readReleaseConfig(t)
	said := contents(t, guide)
	tap := c.HomebrewCasks[0].Repository
	want := []string{
		"brew install --cask " + tap.Owner + "/" + strings.TrimPrefix(tap.Name, "homebrew-") + "/" + c.ProjectName,
		"go install github.com/mcp-realtimekit/mcp-realtimekit/cmd/mcp-realtimekit@latest",
		c.DockersV2[0].Images[0] + ":latest",
		"checksums.txt",
	}
	for _, os := range c.Builds[0].Goos {
		archive := ".tar.gz"
		if os == "windows" {
			archive = ".zip"
		}
		for _, arch := range c.Builds[0].Goarch {
			name := c.ProjectName + "_VERSION_" + os + "_" + arch
			want = append(want, name+archive, name+".mcpb")
		}
	}
	for _, s := range want {
		if !strings.Contains(said, s) {
			t.Errorf("docs/install.md does not say %s", s)
		}
	}
}

// TestGoVersions holds go.mod to ask for no particular patch release, and everything that builds a
// release to use the same one.
func TestGoVersions(t *testing.T) {
	gomod := contents(t, "../go.mod")
	required := find(t, "../go.mod", `(?m)^go (\S+)$`)[0]
	minor, patch, _ := strings.Cut(strings.TrimPrefix(required, "1."), ".")
	if patch != "0" || strings.Contains(gomod, "\ntoolchain ") {
		t.Errorf("go.mod asks for go %s, or for a toolchain, which users would have to download", required)
	}
	pinned := find(t, "Dockerfile", `FROM .*golang:([\d.]+)-`)
	for _, workflow := range []string{"check.yml", "release.yml"} {
		pinned = append(pinned, find(t, "../.github/workflows/"+workflow, `go-version: (\S+)`)...)
	}
	for _, version := range pinned {
		if version != pinned[0] || !strings.HasPrefix(version, "1."+minor+".") {
			t.Errorf("Dockerfile and workflows use Go %v; all should be one patch release of Go 1.%s", pinned, minor)
			break
		}
	}
}

// TestWorkflows holds actions to be pinned by commit, with the version beside for people and Dependabot,
// and a release to be made by the goreleaser that packaging/check has tried.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	pinned := regexp.MustCompile(`^[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, file := range files {
		for _, action := range find(t, file, `uses: (.*)`) {
			if !pinned.MatchString(action) {
				t.Errorf("%s: %s is not pinned by commit, with its version in a comment", file, action)
			}
		}
		if !strings.Contains(contents(t, file), "\npermissions:") {
			t.Errorf("%s has whatever permissions the repository grants", file)
		}
	}
	tried := find(t, "check", `goreleaser/v2@(\S+)`)
	used := find(t, "../.github/workflows/release.yml", `(?m)goreleaser-action.*\n\s+with:\n\s+version: (\S+)$`)
	if !slices.Equal(used, tried) {
		t.Errorf("release.yml uses goreleaser %v, packaging/check %v", used, tried)
	}
}

// dependabot is the configuration of what keeps dependencies up to date.
type dependabot struct {
	Updates []struct {
		Ecosystem   string   `yaml:"package-ecosystem"`
		Directory   string   `yaml:"directory"`
		Directories []string `yaml:"directories"`
	}
}

// watches reports whether a folder is among those that are watched.
func (d dependabot) watches(ecosystem, folder string) bool {
	for _, u := range d.Updates {
		matches := func(pattern string) bool {
			ok, err := path.Match(pattern, folder)
			return err == nil && ok
		}
		if u.Ecosystem == ecosystem && slices.ContainsFunc(append(u.Directories, u.Directory), matches) {
			return true
		}
	}
	return false
}

// TestDependabot holds each folder with dependencies of its own to be watched.
func TestDependabot(t *testing.T) {
	var config dependabot
	if err := yaml.Unmarshal([]byte(contents(t, "../.github/dependabot.yml")), &config); err != nil {
		t.Fatal(err)
	}
	ecosystems := map[string]string{"go.mod": "gomod", "package-lock.json": "npm", "Dockerfile": "docker"}
	seen := map[string]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", ".git", "dist", "output"}, d.Name()) {
			return fs.SkipDir
		}
		ecosystem := ecosystems[d.Name()]
		if folder := path.Join("/", path.Dir(name)); ecosystem != "" && !config.watches(ecosystem, folder) {
			t.Errorf("dependabot.yml does not watch %s (%s)", folder, ecosystem)
		}
		seen[ecosystem] = true
		return nil
	})
	if err != nil || !seen["gomod"] || !seen["npm"] || !seen["docker"] {
		t.Error(err, seen)
	}
}
