package clientconfig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// System is what decides where a client keeps its configuration.
type System struct {
	OS           string // as runtime.GOOS
	Home         string
	AppData      string // %APPDATA%, on Windows
	LocalAppData string // %LOCALAPPDATA%, on Windows
	XDGConfig    string // $XDG_CONFIG_HOME

	Getenv func(string) string // for the clients' own variables; nil means that none is set
}

func (s System) variable(name string) string {
	if s.Getenv == nil {
		return ""
	}
	return s.Getenv(name)
}

// Path is where the client keeps the configuration of its user.
func (c Client) Path(s System) (string, error) {
	path, err := c.path(s)
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(path) {
		return "", fmt.Errorf("the home folder is unknown; give the file of %s with --path", c.Title)
	}
	return path, nil
}

// place finds a folder; it is empty where that is not known.
type place func(System) string

func home(s System) string { return s.Home }

// config is the folder for configuration of desktop programs.
func config(s System) string {
	switch s.OS {
	case "windows":
		return s.AppData
	case "darwin":
		return join(s.Home, "Library", "Application Support")
	}
	return xdgConfig(s)
}

func xdgConfig(s System) string {
	if s.XDGConfig != "" {
		return s.XDGConfig
	}
	return join(s.Home, ".config")
}

// join keeps an unknown folder unknown.
func join(dir string, names ...string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(append([]string{dir}, names...)...)
}

// variableOr is the folder that a variable of the client's own gives, or else one
// below another folder.
func variableOr(variable string, otherwise place, names ...string) place {
	return func(s System) string {
		if dir := s.variable(variable); dir != "" {
			return absolute(dir)
		}
		return join(otherwise(s), names...)
	}
}

// absolute takes a relative path as the client would, if it starts from here.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func below(dir place, names ...string) func(System) (string, error) {
	return func(s System) (string, error) { return join(dir(s), names...), nil }
}

func claudeCode(s System) (string, error) {
	return join(variableOr("CLAUDE_CONFIG_DIR", home)(s), ".claude.json"), nil
}

func vsCode(s System) (string, error) { return join(config(s), "Code", "User", "mcp.json"), nil }

func zed(s System) (string, error) {
	switch s.OS {
	case "windows":
		return join(s.AppData, "Zed", "settings.json"), nil
	case "darwin":
		return join(s.Home, ".config", "zed", "settings.json"), nil
	}
	return join(xdgConfig(s), "zed", "settings.json"), nil
}

// claudeDesktop knows the package that Windows keeps apart: its programs read and
// write a copy of %APPDATA%\Claude, once there is one.
func claudeDesktop(s System) (string, error) {
	const name = "claude_desktop_config.json"
	usual := join(config(s), "Claude", name)
	if s.OS != "windows" || s.LocalAppData == "" {
		return usual, nil
	}
	dirs, err := filepath.Glob(filepath.Join(s.LocalAppData, "Packages", "Claude_*", "LocalCache", "Roaming", "Claude"))
	if err != nil || len(dirs) == 0 {
		return usual, nil //nolint:nilerr // a folder with a bracket in its name makes no pattern
	}
	if len(dirs) > 1 {
		dirs = withFile(dirs, name)
	}
	if len(dirs) != 1 {
		return "", errors.New("several packages of Claude Desktop are installed; " +
			"give the file of the one you use with --path")
	}
	return filepath.Join(dirs[0], name), nil
}

func withFile(dirs []string, name string) (with []string) {
	for _, dir := range dirs {
		if exists(filepath.Join(dir, name)) {
			with = append(with, dir)
		}
	}
	return with
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// openCode takes the file that OpenCode's own "mcp add" would write.
func openCode(s System) (string, error) {
	if file := s.variable("OPENCODE_CONFIG"); file != "" {
		return absolute(file), nil
	}
	dir := variableOr("OPENCODE_CONFIG_DIR", xdgConfig, "opencode")(s)
	file, commented := join(dir, "opencode.json"), join(dir, "opencode.jsonc")
	if !exists(file) && exists(commented) {
		return commented, nil
	}
	return file, nil
}

func cline(s System) (string, error) {
	if file := s.variable("CLINE_MCP_SETTINGS_PATH"); file != "" {
		return absolute(file), nil
	}
	data := variableOr("CLINE_DATA_DIR", variableOr("CLINE_DIR", home, ".cline"), "data")
	return join(data(s), "settings", "cline_mcp_settings.json"), nil
}

func nowhere(System) (string, error) {
	return "", errors.New("json is for any client, so there is no usual file; give it with --path")
}
