package deliver

import (
	"os"
	"os/exec"
	"sync/atomic"

	"golang.org/x/sys/windows"
)

// tree is a command with everything that it starts: a job object.
type tree struct {
	cmd   *exec.Cmd
	job   windows.Handle
	inJob atomic.Bool
}

func newTree(cmd *exec.Cmd) *tree {
	t := &tree{cmd: cmd}
	cmd.Cancel = func() error {
		if t.inJob.Load() && windows.TerminateJobObject(t.job, 1) == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	return t
}

func (t *tree) start() (err error) {
	if t.job, err = windows.CreateJobObject(nil, nil); err != nil {
		return os.NewSyscallError("CreateJobObject", err)
	}
	if err := t.cmd.Start(); err != nil {
		_ = windows.CloseHandle(t.job)
		return err
	}
	const rights = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE
	p, err := windows.OpenProcess(rights, false, uint32(t.cmd.Process.Pid)) //nolint:gosec // it is no larger
	if err != nil {
		return nil //nolint:nilerr // without its job, the command can still be killed alone
	}
	t.inJob.Store(windows.AssignProcessToJobObject(t.job, p) == nil)
	_ = windows.CloseHandle(p)
	return nil
}

// end kills what of the job is left, if the command did not end by itself. Call it after
// the command was waited for.
func (t *tree) end(kill bool) {
	if kill && t.inJob.Load() {
		_ = windows.TerminateJobObject(t.job, 1)
	}
	_ = windows.CloseHandle(t.job)
}
