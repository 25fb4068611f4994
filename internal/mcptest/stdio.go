package mcptest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// Stdio is a server on the pipes of a child process.
type Stdio struct {
	Cmd *exec.Cmd

	in   io.WriteCloser
	out  io.Reader
	mu   sync.Mutex    // one message at a time
	done chan struct{} // closed when stdout ended
}

// Spawn starts the command. What it logs goes where cmd.Stderr says.
func Spawn(cmd *exec.Cmd) (*Stdio, error) {
	l := &Stdio{Cmd: cmd, done: make(chan struct{})}
	var err error
	if l.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if l.out, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return l, cmd.Start()
}

// Send implements Link.
func (l *Stdio) Send(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.in.Write(append(line, '\n'))
	return err
}

// Receive implements Link.
func (l *Stdio) Receive(on func([]byte)) error {
	defer close(l.done)
	lines := bufio.NewReaderSize(l.out, 1<<20)
	var long []byte
	for {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, line...)
			continue
		case len(long) > 0:
			long = append(long, line...)
			on(long)
			long = long[:0]
		case len(line) > 1:
			on(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Close implements Link: it ends stdin, and kills what has not ended in 10 seconds.
func (l *Stdio) Close() error {
	_ = l.in.Close() // closed is closed
	return l.Wait(10 * time.Second)
}

// Wait waits for the server's end, and kills what has not ended in time.
func (l *Stdio) Wait(within time.Duration) error {
	kill := time.AfterFunc(within, func() { _ = l.Cmd.Process.Kill() })
	defer kill.Stop()
	<-l.done // Wait closes the pipe, so all must have been read
	if err := l.Cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", l.Cmd.Path, err)
	}
	return nil
}

// CloseInput ends stdin without waiting for the server's end.
func (l *Stdio) CloseInput() error { return l.in.Close() }
