package setting

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

const (
	maxFile  = 64 << 10        // bytes, more than any .env file has
	pipeTime = 5 * time.Second // how long a pipe may take to be written
)

// ReadFile returns the content of a file that holds one value. The file may have at
// most 64 KiB. If it is a pipe, such as a shell's <(command), ReadFile waits up to five
// seconds for it.
func ReadFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", fmt.Errorf("%s is a folder, not a file", path)
	}
	if info.Mode().IsRegular() {
		return readAll(path)
	}
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() { // if nobody writes to the pipe, this lasts until the program ends
		text, err := readAll(path)
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		return a.text, a.err
	case <-time.After(pipeTime):
		return "", fmt.Errorf("%s is not a regular file, and nothing was read from it within %s", path, pipeTime)
	}
}

func readAll(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // whoever starts the server names the file
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return "", err
	case len(raw) > maxFile:
		return "", fmt.Errorf("%s is larger than %d KiB; it must hold one value", path, maxFile>>10)
	case trim(string(raw)) == "":
		return "", fmt.Errorf("the file %s is empty", path)
	}
	return string(raw), nil
}

// decode reads UTF-8 or UTF-16, with or without a byte order mark, and drops invisible
// characters.
func decode(raw string) (string, error) {
	le, be := strings.HasPrefix(raw, "\xff\xfe"), strings.HasPrefix(raw, "\xfe\xff")
	if le || be {
		raw = raw[2:]
	}
	if strings.ContainsRune(raw, 0) {
		if !le && !be {
			le, be = len(raw) > 1 && raw[1] == 0, raw[0] == 0
		}
		if len(raw)%2 != 0 || le == be {
			return "", errors.New("it is not text in UTF-8 or UTF-16")
		}
		raw = fromUTF16(raw, be)
	}
	raw = strings.TrimPrefix(raw, "\xef\xbb\xbf")
	if strings.ContainsRune(raw, 0) {
		return "", errors.New("it is not text in UTF-8 or UTF-16")
	}
	return strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Cf, c) {
			return -1
		}
		return c
	}, raw), nil
}

func fromUTF16(raw string, bigEndian bool) string {
	var order binary.ByteOrder = binary.LittleEndian
	if bigEndian {
		order = binary.BigEndian
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16([]byte(raw[2*i : 2*i+2]))
	}
	return string(utf16.Decode(units))
}

// Path reads the path of a file. It removes surrounding quotes and white space, replaces
// a leading ~ by the home folder and, on Windows, %NAME% by the variable NAME.
func Path(raw string) (string, error) {
	p := strings.TrimSpace(unquote(strings.TrimSpace(strings.TrimPrefix(raw, "\ufeff"))))
	if runtime.GOOS == "windows" {
		p = expandPercent(p)
	}
	kind := template(p)
	if first, _, ok := strings.Cut(p, "/"); ok && kind == "" && strings.HasPrefix(first, "$") {
		kind = template(first)
	}
	if kind != "" && !exists(p) {
		return "", fmt.Errorf("the client did not fill in the placeholder %s; give the whole path", kind)
	}
	if p != "~" && !strings.HasPrefix(p, "~/") && (runtime.GOOS != "windows" || !strings.HasPrefix(p, `~\`)) {
		return p, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("the home folder for %s is unknown: %w", p[:1], err)
	}
	return filepath.Join(home, p[1:]), nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// expandPercent replaces %NAME% by the variable NAME, if it is set.
func expandPercent(p string) string {
	parts := strings.Split(p, "%")
	for i := 1; i+1 < len(parts); i += 2 {
		if v, ok := os.LookupEnv(parts[i]); ok && parts[i] != "" {
			parts[i] = v
			continue
		}
		parts[i] = "%" + parts[i] + "%"
	}
	if len(parts)%2 == 0 { // the last percent sign closes nothing
		parts[len(parts)-1] = "%" + parts[len(parts)-1]
	}
	return strings.Join(parts, "")
}
