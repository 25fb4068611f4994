package report

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/prose"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
)

// recipients are the columns of whom to write to. An empty address is not known.
func recipients() columns[Person] {
	return columns[Person]{
		{csv: "address", field: func(p Person) string { return p.address }},
		{csv: "status", field: func(p Person) string { return p.status }},
		{csv: "name", field: func(p Person) string { return p.Name }},
	}
}

// maxAddress is how many bytes an e-mail address may have (RFC 5321).
const maxAddress = 254

// addressOf returns a custom id that is an e-mail address, or "". What only a mail
// program would take for one, such as a quoted text with an @ after it, is none.
func addressOf(customID string) string {
	id := strings.TrimSpace(customID)
	if len(id) > maxAddress || id != untrusted.Line(id, maxAddress) || id != untrusted.Spreadsheet(id, maxAddress) ||
		strings.ContainsAny(id, "\"'`()<>[]{},;:|\\/ ") {
		return ""
	}
	read, err := mail.ParseAddress(id)
	_, host, _ := strings.Cut(id, "@")
	if err != nil || read.Address != id || !strings.Contains(strings.Trim(host, "."), ".") {
		return ""
	}
	return id
}

// addresses are those of everybody, by the key of the person. One that several people
// have is none: it does not tell who reads it.
func addresses(over *attendance.Result) map[int]string {
	of, bearers := map[int]string{}, map[string]int{}
	for _, people := range [][]attendance.Person{over.Attended, over.Guests, over.Absent, over.Later} {
		for _, p := range people {
			if address := addressOf(p.CustomID); address != "" {
				of[p.Key] = address
				bearers[strings.ToLower(address)]++
			}
		}
	}
	for key, address := range of {
		if bearers[strings.ToLower(address)] > 1 {
			delete(of, key)
		}
	}
	return of
}

// listRecipients lists whom to write to: nobody as absent who was not expected.
func (b *attendanceBuilder) listRecipients(fitting []somebody) {
	a, of := &b.out, addresses(b.over)
	var people []somebody
	known := 0
	for _, s := range fitting {
		if s.status == absentStatus && a.JustInTime {
			continue
		}
		people = append(people, s)
		if of[s.Key] != "" {
			known++
		}
	}
	if n := len(fitting) - len(people); n > 0 {
		a.AddNote(prose.Count(n, "person who did not come is", "people who did not come are") +
			" left out, for nothing says that they were expected.")
	}
	a.AddNote(fmt.Sprintf("Addresses known: %d of %d. An address is a custom id that is an e-mail address, and nobody "+
		"else's; who has none cannot be reached.", known, len(people)))
	rest := people[min(b.options.Offset, len(people)):]
	limit, shown := len(rest), 0
	if b.options.Said {
		limit = min(limit, b.options.Limit)
	}
	row := func(i int) Person {
		return Person{Name: untrusted.Line(rest[i].Name, 80), status: rest[i].status, address: of[rest[i].Key]}
	}
	if b.options.Limit == 0 {
		a.CSV = wholeCSV(recipients(), a.layout, len(rest), row)
		return
	}
	a.CSV, shown = csvOf(recipients(), a.layout, limit, row)
	a.LeftOut, a.Next = len(rest)-shown, nextAt(b.options.Offset+shown, len(rest)-shown)
}
