package clientconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ownerOnly is for new files: a person may put a token there.
const ownerOnly = 0o600

// Result says what Write did; Backup is empty where there was no file before.
type Result struct {
	Path, Backup string
	Changed      bool
	BOM          bool // the file begins with a byte order mark, which stays
}

// Write replaces a file by what edit makes of it, at once or not at all: whenever
// the program may be ended, the old or the new file is there as a whole. Of several
// at work on one file each sees what the one before it wrote. The file keeps owner
// and mode, a symbolic link stays one and the file it leads to is written, and the
// old content goes into a backup beside it. Where edit changes nothing, nothing is
// written. A file with several hard links is refused, for the others would keep the
// old content.
func Write(ctx context.Context, path string, edit func([]byte) ([]byte, error)) (Result, error) {
	res := Result{Path: path}
	target, err := resolve(path)
	if err != nil {
		return res, err
	}
	unlock, locked := lock(ctx, besides(target, "lock"))
	if locked == nil {
		defer unlock()
	}
	old, err := read(target)
	if err != nil {
		return res, err
	}
	content, err := edit(old.content)
	if err != nil {
		return res, fmt.Errorf("%s is left as it is: %w", path, err)
	}
	res.BOM = bytes.HasPrefix(content, byteOrderMark)
	switch {
	case old.exists() && bytes.Equal(old.content, content):
		return res, nil
	case locked != nil:
		err = locked
	case old.links > 1:
		err = fmt.Errorf("it has %d hard links, and the others would keep the old content", old.links)
	default:
		res.Backup, err = old.replace(target, content)
	}
	if err != nil {
		return res, fmt.Errorf("%s is left as it is: %w", path, err)
	}
	res.Changed = true
	return res, nil
}

// resolve follows symbolic links, and makes the folder of a new file.
func resolve(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return target, err
	}
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("%s is a link to nowhere", path)
	}
	return path, os.MkdirAll(filepath.Dir(path), 0o700)
}

// besides names a file that this program alone makes, next to path.
func besides(path, kind string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".mcp-realtimekit."+kind)
}

// original is the file before the edit; info is nil where there is none.
type original struct {
	content []byte
	info    fs.FileInfo
	links   uint64
}

func (o original) exists() bool { return o.info != nil }

func read(path string) (o original, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	if !info.Mode().IsRegular() { // to open a pipe could wait for ever
		return o, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return o, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if o.info, err = f.Stat(); err != nil {
		return o, err
	}
	if o.links, err = hardLinks(f, o.info); err != nil {
		return o, err
	}
	o.content, err = io.ReadAll(f)
	return o, err
}

// replace is called under the lock, so that what it finds under its own names was
// left behind by a program that was ended. The backup gets its name last: there is
// none of a write that did not happen.
func (o original) replace(target string, content []byte) (backup string, err error) {
	written, kept := besides(target, "new"), besides(target, "old")
	defer func() { _ = os.Remove(written) }() // gone, unless something failed
	if err := o.create(written, content); err != nil {
		return "", err
	}
	if o.exists() {
		defer func() {
			if err != nil {
				_ = os.Remove(kept)
			}
		}()
		if err := o.create(kept, o.content); err != nil {
			return "", err
		}
	}
	// Some clients write to their file at any time, and know nothing of the lock.
	if now, err := read(target); err != nil || o.exists() != now.exists() || !bytes.Equal(now.content, o.content) {
		return "", errors.New("it was changed by another program meanwhile; try again")
	}
	if err := os.Rename(written, target); err != nil {
		return "", err
	}
	if o.exists() {
		backup = keep(kept, target)
	}
	syncFolder(target)
	return backup, nil
}

// create writes a new file with the original's owner and mode.
func (o original) create(path string, content []byte) error {
	// Mostly there is none.
	_ = os.Remove(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly) //nolint:gosec // beside the user's own
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil && o.exists() {
		if err = keepOwner(f, o.info); err == nil {
			err = f.Chmod(o.info.Mode().Perm())
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
	}
	return err
}

// keep gives a backup its name and never overwrites an older one. If no name can
// be had, the backup stays where it is.
func keep(from, path string) string {
	for i := 1; ; i++ {
		name := path + ".bak"
		if i > 1 {
			name = fmt.Sprintf("%s.bak%d", path, i)
		}
		if _, err := os.Lstat(name); err == nil {
			continue
		}
		switch err := os.Link(from, name); {
		case err == nil:
			_ = os.Remove(from) // the next write would, too
			return name
		case errors.Is(err, fs.ErrExist):
			continue
		}
		if os.Rename(from, name) == nil { // the file system has no hard links
			return name
		}
		return from
	}
}

// syncFolder makes the renaming last through a power failure, where a folder can
// be synced; where not, the file is still whole.
func syncFolder(path string) {
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
