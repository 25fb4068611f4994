package recap

import (
	"bufio"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// json reads rows: a list of objects, such a list within an object at whatever
// name, or objects one after the other.
func (x *reader) json() {
	s := &scanner{r: x.r}
	rows := 0
	for c := s.peek(); c != 0; c = s.peek() {
		switch c {
		case '[':
			rows += x.rows(s)
		case '{':
			lists := 0
			r, fields := x.object(s, func() {
				lists++
				rows += x.rows(s)
			})
			if lists > 0 || fields == 0 {
				break
			}
			rows++
			if r.about() {
				x.emit(r)
			}
		case ',', '\x1e': // some put separators between objects
			s.take()
		default:
			if s.scalar() != "null" {
				s.broken = true
			}
		}
		if s.broken {
			break
		}
	}
	x.failed(s.err)
	x.report.Broken = s.broken && x.report.Lines > 0
	x.report.Unreadable = x.report.Lines == 0 && (s.broken || rows > 0 && !x.texts)
}

// about reports whether a row says more than a text: an object alone with a text
// may be anything, such as an error.
func (r *row) about() bool {
	return r.offset+r.timestamp+r.peer+r.user+r.custom+r.name+r.speaker != ""
}

// rows reads a list, and returns how many rows it has.
func (x *reader) rows(s *scanner) (n int) {
	s.take()
	for {
		switch s.peek() {
		case ']':
			s.take()
			return n
		case ',':
			s.take()
		case 0:
			s.broken = true
			return n
		case '{':
			n++
			r, _ := x.object(s, nil)
			if s.broken {
				return n
			}
			x.emit(r)
		default:
			n++
			s.skip()
		}
		if s.broken {
			return n
		}
	}
}

// object reads the fields of an object and of the objects in it. It calls list,
// if given, for each list, which that has to read; other lists are skipped.
func (x *reader) object(s *scanner, list func()) (r row, fields int) {
	x.members(s, "", list, &r, &fields)
	return r, fields
}

const maxDepth = 3 // of objects that are searched for rows

func (x *reader) members(s *scanner, prefix string, list func(), r *row, fields *int) {
	s.take()
	for !s.broken {
		switch s.peek() {
		case '}':
			s.take()
			return
		case ',':
			s.take()
			continue
		case '"':
		default:
			s.broken = true
			return
		}
		key, _ := s.text(maxID)
		if s.peek() != ':' {
			s.broken = true
			return
		}
		s.take()
		x.member(s, prefix+normal(key), list, r, fields)
	}
}

func (x *reader) member(s *scanner, key string, list func(), r *row, fields *int) {
	switch c := s.peek(); {
	case c == '{' && len(key) < maxDepth*maxID && depth(key) < maxDepth:
		x.members(s, key+".", list, r, fields)
	case c == '[' && list != nil:
		list()
	case c == '[' || c == '{':
		s.skip()
	case c == '"':
		*fields++
		v, cut := s.text(MaxText)
		if f := known(x.o.Kind, key); f == text {
			x.texts = true
			r.cut = r.cut || cut
			r.set(f, v)
		} else if len(v) <= 2*maxID {
			r.set(f, v)
		}
	default:
		if v := s.scalar(); v != "null" {
			*fields++
			r.set(known(x.o.Kind, key), v)
		}
	}
}

func depth(key string) (n int) {
	for i := range len(key) {
		if key[i] == '.' {
			n++
		}
	}
	return n
}

// scanner reads JSON piece by piece. It is lenient with commas, and stops at
// what it cannot read.
type scanner struct {
	r      *bufio.Reader
	buf    []byte
	err    error
	broken bool
}

// next is the next byte, or 0 at the end.
func (s *scanner) next() byte {
	b, err := s.r.ReadByte()
	if err != nil {
		s.err = err
		return 0
	}
	return b
}

// peek is the next byte that is no white space, which it leaves there.
func (s *scanner) peek() byte {
	for {
		switch b := s.next(); b {
		case ' ', '\t', '\n', '\r', 0:
			if s.err != nil {
				return 0
			}
		default:
			s.back()
			return b
		}
	}
}

func (s *scanner) take() { s.next() }

func (s *scanner) back() {
	if err := s.r.UnreadByte(); err != nil && s.err == nil {
		s.err = err
	}
}

// text reads a string, of which it keeps so many bytes.
func (s *scanner) text(limit int) (v string, cut bool) {
	s.take()
	s.buf = s.buf[:0]
	for {
		b := s.next()
		switch {
		case b == 0 && s.err != nil:
			s.broken = true
			return string(s.buf), cut
		case b == '"':
			return string(s.buf), cut
		case cut && b == '\\':
			s.take()
		case cut:
		case b == '\\':
			s.escape()
		default:
			s.buf = append(s.buf, b)
		}
		if len(s.buf) > limit {
			s.buf, cut = []byte(clip(string(s.buf), limit)), true
		}
	}
}

func (s *scanner) escape() {
	switch b := s.next(); b {
	case 'n':
		s.buf = append(s.buf, '\n')
	case 't':
		s.buf = append(s.buf, '\t')
	case 'r':
		s.buf = append(s.buf, '\r')
	case 'b', 'f':
		s.buf = append(s.buf, ' ')
	case 'u':
		s.buf = utf8.AppendRune(s.buf, s.unicode())
	default:
		if b != 0 {
			s.buf = append(s.buf, b)
		}
	}
}

// unicode reads the four digits after \u, and the second half of a pair.
func (s *scanner) unicode() rune {
	r := s.hex()
	if !utf16.IsSurrogate(r) {
		return r
	}
	if next, err := s.r.Peek(2); err != nil || next[0] != '\\' || next[1] != 'u' {
		return utf8.RuneError
	}
	s.take()
	s.take()
	return utf16.DecodeRune(r, s.hex())
}

func (s *scanner) hex() rune {
	digits, err := s.r.Peek(4)
	if err != nil {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(digits), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	_, _ = s.r.Discard(4) // Peek has read them
	return rune(n)        //nolint:gosec // four hexadecimal digits
}

// scalar reads a number or a word.
func (s *scanner) scalar() string {
	s.buf = s.buf[:0]
	for {
		b := s.next()
		switch {
		case b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-' || b == '+' || b == '.':
			if len(s.buf) < 64 {
				s.buf = append(s.buf, b)
			}
			continue
		case s.err == nil:
			s.back()
		}
		s.broken = s.broken || len(s.buf) == 0
		return string(s.buf)
	}
}

// skip passes over a value, however deep it is.
func (s *scanner) skip() {
	depth := 0
	for {
		switch s.next() {
		case ' ', '\t', '\n', '\r':
			continue
		case 0:
			if s.err == nil {
				continue
			}
			s.broken = true
			return
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			s.back()
			s.text(0)
		case ',', ':':
		default:
			s.back()
			s.scalar()
		}
		if depth <= 0 || s.broken {
			return
		}
	}
}
