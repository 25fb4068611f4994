package watch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// stateVersion is that of the file's form.
const stateVersion = 1

// maxState bounds the file that is read, in bytes.
const maxState = 256 << 20

// ErrState is that a state file cannot be used as it is. It was not changed.
var ErrState = errors.New("the state file cannot be used")

// ErrLocked is that another process uses the state file.
var ErrLocked = errors.New("another process watches with this state file")

// State is a file that holds what was delivered, so that nothing is lost or repeated
// over a restart. It belongs to one process at a time. A nil State keeps nothing.
type State struct {
	path   string
	lock   *flock.Flock
	loaded *state // nil: there was no file

	put func([]byte) error // writes the file; of tests, something faster
}

// OpenState locks a state file and reads it. There need not be one yet. A file that is
// damaged, or of a newer version, is an error that wraps ErrState, and stays as it is.
func OpenState(path string) (*State, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays one
	}
	s := &State{path: path, lock: flock.New(path+".lock", flock.SetPermissions(0o600))}
	s.put = s.write
	mine, err := s.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("cannot lock %s: %w", path, err)
	}
	if !mine {
		return nil, fmt.Errorf("%w: %s", ErrLocked, path)
	}
	if s.loaded, err = read(path); err == nil {
		err = s.probe()
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close gives the file to other processes.
func (s *State) Close() {
	if s != nil {
		_ = s.lock.Close()
	}
}

// sealedState is the file: the sum is of the bytes of State.
type sealedState struct {
	Version int             `json:"version"`
	Sum     string          `json:"sum"`
	State   json.RawMessage `json:"state"`
}

func sumOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func read(path string) (*state, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: %s is not a file", ErrState, path)
	case info.Size() > maxState:
		return nil, fmt.Errorf("%w: %s is too large to be one", ErrState, path)
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, err
	}
	return parse(path, raw)
}

// parse reads a state file's bytes.
func parse(path string, raw []byte) (*state, error) {
	damaged := fmt.Errorf("%w: %s is damaged; it was left as it is. Move it away to begin anew, with --since TIME "+
		"for what happened meanwhile, or restore a copy", ErrState, path)
	var file sealedState
	if err := json.Unmarshal(raw, &file); err != nil || file.Version < 1 {
		return nil, damaged
	}
	if file.Version > stateVersion {
		return nil, fmt.Errorf("%w: %s is of version %d, and this program knows version %d; it was left as it is. "+
			"Use the newer program, or move the file away to begin anew", ErrState, path, file.Version, stateVersion)
	}
	if sumOf(file.State) != file.Sum {
		return nil, damaged
	}
	var s state
	d := json.NewDecoder(bytes.NewReader(file.State))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil || !s.valid() {
		return nil, damaged
	}
	return &s, nil
}

// probe finds out that the file cannot be written before anything was delivered.
func (s *State) probe() error {
	f, err := s.create()
	if err != nil {
		return fmt.Errorf("cannot write the state file: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// create makes the file that will replace the state, for the owner alone. What is there
// under its name was left behind by a process that was ended.
func (s *State) create() (*os.File, error) {
	name := s.path + ".new"
	_ = os.Remove(name)
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the user's own
}

// write replaces the file, at once or not at all.
func (s *State) write(content []byte) error {
	raw, err := json.Marshal(sealedState{stateVersion, sumOf(content), content})
	if err != nil {
		return err
	}
	f, err := s.create()
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone, unless something failed
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), s.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.path))
}

// syncFolder makes the renaming last through a power failure, if folders can be synced.
func syncFolder(path string) error {
	d, err := os.Open(path) //nolint:gosec // the folder of the user's file
	if err != nil {
		return nil //nolint:nilerr // Windows has no such thing
	}
	_ = d.Sync()
	return d.Close()
}
