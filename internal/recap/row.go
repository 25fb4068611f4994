package recap

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
)

// field is what a column, or a key of an object, holds.
type field int

const (
	other field = iota
	offset
	timestamp
	text
	peer
	user
	custom
	name
	speaker // a name that can be nothing else
	kind
	link
	partial
)

// fields are the names of columns and keys, as normal writes them. The newest are those
// of the transcript's JSON and of the events in a meeting.
var fields = map[string]field{
	"starttime": offset, "start": offset, "starttimems": offset, "startms": offset,
	"timestamp": timestamp, "createdat": timestamp, "date": timestamp, "time": timestamp, "timems": timestamp,
	"sentence": text, "transcript": text, "payload": text, "message": text, "text": text, "content": text,
	"payload.message": text, "payload.text": text, "message.text": text, "message.message": text,
	"peerid": peer, "peerdata.id": peer, "peerdata.peerid": peer, "peer.id": peer, "participant.peerid": peer,
	"userid": user, "peerdata.userid": user, "peer.userid": user, "participant.userid": user,
	"customparticipantid": custom, "cpi": custom, "clientspecificid": custom, "peerdata.cpi": custom,
	"peerdata.customparticipantid": custom, "peerdata.clientspecificid": custom, "participant.customparticipantid": custom,
	"name": name, "payload.name": name, "message.name": name,
	"displayname": speaker, "participantname": speaker, "speaker": speaker, "userdisplayname": speaker,
	"peerdata.displayname": speaker, "peerdata.name": speaker, "peer.displayname": speaker,
	"participant.name": speaker, "participant.displayname": speaker,
	"payloadtype": kind, "type": kind, "payload.type": kind, "message.type": kind,
	"link": link, "payload.link": link, "message.link": link,
	"ispartialtranscript": partial,
}

// known returns the field that a name stands for. A participant's id is the peer's in a
// transcript, and the one on the roster in a chat.
func known(k Kind, key string) field {
	if key == "participantid" {
		if k == Chat {
			return user
		}
		return peer
	}
	return fields[key]
}

// normal returns a name in lower case, with only its letters, digits and dots.
func normal(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || c == '.' {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}

// row is a line by its columns or keys.
type row struct {
	offset, timestamp, text, peer, user, custom string
	name, speaker, kind, link                   string
	partial, cut                                bool
}

// set keeps a value. If there are several for a field, the first one wins.
func (r *row) set(f field, v string) {
	if v == "" || f == other {
		return
	}
	if f == partial {
		r.partial = v == "true"
		return
	}
	if to := r.place(f); *to == "" {
		*to = v
	}
}

func (r *row) place(f field) *string {
	switch f {
	case offset:
		return &r.offset
	case timestamp:
		return &r.timestamp
	case text:
		return &r.text
	case peer:
		return &r.peer
	case user:
		return &r.user
	case custom:
		return &r.custom
	case name:
		return &r.name
	case speaker:
		return &r.speaker
	case kind:
		return &r.kind
	}
	return &r.link
}

func (r *row) line(o Options) Line {
	l := Line{Peer: id(r.peer), User: id(r.user), CustomID: id(r.custom), Name: r.speaker, Text: r.text}
	file := r.name
	if l.Name == "" && !r.isFile() {
		l.Name, file = r.name, ""
	}
	l.Name = clip(l.Name, maxID)
	l.At = r.at(o)
	if o.Kind == Chat {
		l.Text = message(r.kind, r.text, file, r.link)
	}
	return l
}

func (r *row) at(o Options) time.Time {
	for _, v := range []string{r.offset, r.timestamp} {
		if t, ok := when(v, o.Start); ok {
			return t
		}
	}
	return time.Time{}
}

func id(s string) string {
	if len(s) > maxID {
		return ""
	}
	return s
}

// clip cuts s between characters, at a limit in bytes.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

func (r *row) isFile() bool { k := plainKind(r.kind); return k != "" && k != "text" }

// plainKind returns text, image or file for names such as TEXT_MESSAGE or "text".
func plainKind(kind string) string { return strings.TrimSuffix(strings.ToLower(kind), "_message") }

// message says in words what a chat message holds besides text. It leaves out the link to
// a file if the file has a name.
func message(kind, text, file, link string) string {
	what := plainKind(kind)
	if what == "" || what == "text" {
		return text
	}
	var v struct{ Name, Message, Link string }
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &v) == nil {
		text, file, link = v.Message, v.Name, v.Link
	}
	if text == "" && file == "" && link == "" {
		return ""
	}
	return strings.TrimSpace("[" + strings.TrimSpace(what+" "+file) + "] " + text)
}
