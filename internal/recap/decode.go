package recap

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// decoded is a text as UTF-8, in which each character that was lost is U+FFFD.
type decoded struct {
	r       io.Reader
	unknown string // the charset, if it is unknown
	lost    int
	tail    int // how many bytes of a U+FFFD the last Read ended with
}

// decode reads r in the encoding that its first bytes show, else in the charset
// of its content type, else as UTF-8.
func decode(r io.Reader, contentType string) *decoded {
	raw := bufio.NewReaderSize(r, 32<<10)
	head, _ := raw.Peek(64) // an error comes again at Read
	d := &decoded{}
	from := byBytes(head)
	if from == nil {
		from, d.unknown = byCharset(contentType)
	}
	d.r = transform.NewReader(raw, from.NewDecoder())
	return d
}

// byBytes knows an encoding by its byte order mark, and UTF-16 without one by
// the zeros that it writes ASCII with.
func byBytes(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte(bom)):
		return unicode.UTF8
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}):
		return utf32.UTF32(utf32.LittleEndian, utf32.ExpectBOM)
	case bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return utf32.UTF32(utf32.BigEndian, utf32.ExpectBOM)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), zeros(head, 1):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), zeros(head, 0):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// zeros reports whether the first two pairs of bytes have a zero at i only.
func zeros(head []byte, i int) bool {
	return len(head) >= 4 && head[i] == 0 && head[i+2] == 0 && head[1-i] != 0 && head[3-i] != 0
}

// byCharset reads the charset of a content type. ASCII is read as UTF-8, of
// which it is a part, since a server's default says it of anything.
func byCharset(contentType string) (e encoding.Encoding, unknown string) {
	_, params, err := mime.ParseMediaType(contentType)
	name := strings.ToLower(strings.TrimSpace(params["charset"]))
	if err != nil || name == "" || strings.HasSuffix(name, "ascii") {
		return unicode.UTF8, ""
	}
	e, err = htmlindex.Get(name)
	switch {
	case err != nil:
		return unicode.UTF8, name
	case e == encoding.Replacement:
		return unicode.UTF8, name // what browsers refuse to read
	}
	return e, ""
}

// Read implements io.Reader, and counts what was lost.
func (d *decoded) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		if d.tail == 0 {
			i := bytes.IndexByte(rest, lostMark[0])
			if i < 0 {
				break
			}
			rest = rest[i:]
		}
		switch rest[0] {
		case lostMark[d.tail]:
			d.tail++
		case lostMark[0]:
			d.tail = 1
		default:
			d.tail = 0
		}
		if d.tail == len(lostMark) {
			d.lost, d.tail = d.lost+1, 0
		}
		rest = rest[1:]
	}
	return n, err
}

const lostMark = "\ufffd"
