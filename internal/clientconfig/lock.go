package clientconfig

import (
	"context"
	"fmt"
	"os"
	"time"
)

const (
	lockTime = 30 * time.Second // for all that are waiting before us
	lockPoll = 5 * time.Millisecond
)

// lock waits until this program alone has the lock of the file at path. The kernel
// takes the lock back from a program that ends in whatever way, so that a file
// which stays behind locks nobody out.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	deadline := time.NewTimer(lockTime)
	defer deadline.Stop()
	for {
		f, err := openLock(path)
		if err != nil {
			return nil, err
		}
		mine, err := tryLock(f)
		if err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("cannot lock %s: %w", path, err)
		}
		// Whoever had the lock before has removed the file: a lock on that is none.
		if mine && isStill(f, path) {
			return func() { release(f) }, nil
		}
		_ = f.Close()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline.C:
			return nil, fmt.Errorf("another program holds %s for longer than %s", path, lockTime)
		case <-time.After(lockPoll):
		}
	}
}

func isStill(f *os.File, path string) bool {
	own, err := f.Stat()
	there, errThere := os.Lstat(path)
	return err == nil && errThere == nil && os.SameFile(own, there)
}
