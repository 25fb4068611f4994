//go:build !windows

package clientconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openLock follows no link that somebody else may have put there.
func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, ownerOnly) //nolint:gosec // the user names it
}

func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}

// release removes the file while it is locked: whoever opened it before finds that
// it is gone, and opens the next.
func release(f *os.File) {
	_ = os.Remove(f.Name())
	_ = f.Close()
}

func hardLinks(_ *os.File, info fs.FileInfo) (uint64, error) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink), nil //nolint:unconvert // its type differs between systems
	}
	return 1, nil
}

// keepOwner gives a new file the owner and the group of another.
func keepOwner(f *os.File, like fs.FileInfo) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	own, ok := info.Sys().(*syscall.Stat_t)
	want, okWant := like.Sys().(*syscall.Stat_t)
	if !ok || !okWant || own.Uid == want.Uid && own.Gid == want.Gid {
		return nil
	}
	if err := f.Chown(int(want.Uid), int(want.Gid)); err != nil {
		return fmt.Errorf("it belongs to user %d and group %d, which a write could not keep: %w", want.Uid, want.Gid, err)
	}
	return nil
}
