// Command build makes the view's one file of its sources: esbuild puts the scripts together
// and makes them and the style sheet small, and this puts both into the page.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// esbuild is run as a program of its own, which keeps it out of go.mod.
const esbuild = "github.com/evanw/esbuild/cmd/esbuild@v0.28.2"

func main() {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func build() error {
	page, err := os.ReadFile("src/page.html")
	if err != nil {
		return err
	}
	script, err := small("src/main.js", "--bundle", "--format=iife", "--target=es2022")
	if err != nil {
		return err
	}
	style, err := small("src/style.css")
	if err != nil {
		return err
	}
	if strings.Contains(script, "</script") || strings.Contains(style, "</style") {
		return fmt.Errorf("the sources would end their element in the page")
	}
	html := strings.NewReplacer(
		"/* style.css */", strings.TrimSpace(style),
		"/* main.js */", strings.TrimSpace(script),
		"\n", "",
	).Replace(string(page))
	return os.WriteFile("attendance.html", []byte(html+"\n"), 0o644)
}

// small is what esbuild makes of a file.
func small(file string, flags ...string) (string, error) {
	cmd := exec.Command("go", append([]string{"run", esbuild, file, "--minify", "--charset=utf8"}, flags...)...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", file, err, complaints.String())
	}
	return string(out), nil
}
