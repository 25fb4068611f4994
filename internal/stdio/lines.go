package stdio

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
)

// MaxLine is the longest message in bytes. A longer one is skipped, and refused with
// its id if that is found.
const MaxLine = 4 << 20

// maxSkipped is how many bytes of a line are read before it is refused without its
// end.
const maxSkipped = 256 << 20

// lines reads messages, one on each line.
type lines struct {
	in      *bufio.Reader
	refused bool // the rest of this line is skipped
}

func newLines(in io.Reader) *lines { return &lines{in: bufio.NewReaderSize(in, 64<<10)} }

// next returns a line, which may be empty and which the caller may keep, or the
// refusal of a line that is too long. An error, such as io.EOF, comes with the last
// line.
func (l *lines) next() (line []byte, refusal *jsonrpc.Failure, err error) {
	for {
		piece, err := l.in.ReadSlice('\n')
		goesOn := errors.Is(err, bufio.ErrBufferFull)
		switch {
		case l.refused:
			l.refused = goesOn
			if goesOn {
				continue
			}
			return nil, nil, err
		case len(line)+len(piece) > MaxLine:
			return l.skip(line, piece, err)
		}
		line = append(line, piece...)
		if !goesOn {
			return line, nil, err
		}
	}
}

// skip skips a line that has been read in part, and returns its refusal. It reads the
// whole line, because many clients write the id last.
func (l *lines) skip(line, piece []byte, err error) ([]byte, *jsonrpc.Failure, error) {
	var id jsonrpc.IDFinder
	_, _ = id.Write(line)
	for size := len(line); ; {
		_, _ = id.Write(piece)
		size += len(piece)
		goesOn := errors.Is(err, bufio.ErrBufferFull)
		if !goesOn || size > maxSkipped {
			l.refused = goesOn
			if goesOn {
				err = nil
			}
			return nil, &jsonrpc.Failure{ID: id.ID(), Code: mcp.INVALID_REQUEST,
				Message: fmt.Sprintf("the message is longer than %d bytes", MaxLine)}, err
		}
		piece, err = l.in.ReadSlice('\n')
	}
}
