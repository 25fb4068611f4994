//go:build !windows

package deliver

import (
	"os/exec"
	"syscall"
)

// tree is a command with everything that it starts: a process group of its own.
type tree struct{ cmd *exec.Cmd }

func newTree(cmd *exec.Cmd) *tree {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	return &tree{cmd}
}

func (t *tree) start() error { return t.cmd.Start() }

// end kills what of the group is left, if the command did not end by itself. Call it after
// the command was waited for.
func (t *tree) end(kill bool) {
	if kill {
		_ = syscall.Kill(-t.cmd.Process.Pid, syscall.SIGKILL) // mostly nothing is left
	}
}
