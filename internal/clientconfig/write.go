package clientconfig

import (
	"bytes"
	"errors"
	"fmt"
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
}

// Write replaces a file by what edit makes of it, at once or not at all. The
// file keeps its mode, a link stays a link, and the old content goes into a
// backup beside it. Where edit changes nothing, nothing is written.
func Write(path string, edit func([]byte) ([]byte, error)) (Result, error) {
	res := Result{Path: path}
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return res, fmt.Errorf("%s is a link to nowhere", path)
		}
		target, err = path, os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return res, err
	}
	old, mode, err := read(target)
	exists := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return res, err
	}
	content, err := edit(old)
	if err != nil {
		return res, fmt.Errorf("%s is left as it is: %w", path, err)
	}
	if exists && bytes.Equal(old, content) {
		return res, nil
	}
	temp, err := create(target, content, mode)
	if err != nil {
		return res, err
	}
	defer func() { _ = os.Remove(temp) }()
	if exists {
		if res.Backup, err = backup(target, old, mode); err != nil {
			return res, err
		}
	}
	// Some clients write to their file at any time.
	if now, _, err := read(target); exists != (err == nil) || !bytes.Equal(now, old) {
		return res, fmt.Errorf("%s was changed by another program meanwhile and is left as it is; try again", path)
	}
	if err := os.Rename(temp, target); err != nil {
		return res, err
	}
	res.Changed = true
	return res, nil
}

func read(path string) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, ownerOnly, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a file", path)
	}
	raw, err := os.ReadFile(path)
	return raw, info.Mode().Perm(), err
}

// create writes a temporary file in the same folder, ready to be renamed.
func create(path string, content []byte, mode fs.FileMode) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// backup never overwrites an older backup.
func backup(path string, content []byte, mode fs.FileMode) (string, error) {
	for i := 1; ; i++ {
		name := path + ".bak"
		if i > 1 {
			name = fmt.Sprintf("%s.bak%d", path, i)
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(content)
		return name, errors.Join(err, f.Sync(), f.Close())
	}
}
