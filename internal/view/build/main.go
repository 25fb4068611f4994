// Command build makes the view's one file of its sources: esbuild puts the scripts together
// and makes them and the style sheet small, and this puts both into the page.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// esbuild is run as a program of its own, which keeps it out of go.mod.
const esbuild = "github.com/evanw/esbuild/cmd/esbuild@v0.28.2"

func main() {
	if err := build(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func build(ctx context.Context) error {
	page, err := os.ReadFile("src/page.html")
	if err != nil {
		return err
	}
	script, err := output(exec.CommandContext(ctx, "go", "run", esbuild, "src/main.js",
		"--bundle", "--format=iife", "--target=es2022", "--minify", "--charset=utf8"))
	if err != nil {
		return err
	}
	style, err := output(exec.CommandContext(ctx, "go", "run", esbuild, "src/style.css", "--minify", "--charset=utf8"))
	if err != nil {
		return err
	}
	style = strings.NewReplacer(", ", ",", ": ", ":", " / ", "/").Replace(style) // esbuild leaves what variables hold
	if strings.Contains(script, "</script") || strings.Contains(style, "</style") {
		return errors.New("the sources would end their element in the page")
	}
	html := strings.NewReplacer("/* style.css */", style, "/* main.js */", script, "\n", "").Replace(string(page))
	return os.WriteFile("attendance.html", []byte(html+"\n"), 0o600)
}

// output is what a program prints, without white space around it.
func output(cmd *exec.Cmd) (string, error) {
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, complaints.String())
	}
	return strings.TrimSpace(string(out)), nil
}
