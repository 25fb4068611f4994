package client

import (
	"fmt"
	"strings"
)

// Coverage says how much of a list was read, up to and including the page that
// holds it. A walk drops rows that it has seen, so Read counts different rows;
// the last page of a walk, which may be empty, has the final Coverage.
type Coverage struct {
	Read       int  // different rows so far
	Total      int  // as the API last said; 0 if it gives none, or one that contradicts what arrived
	Unreadable int  // rows that are no objects; Read does not count them
	Changed    bool // the total moved, or rows moved between pages, while reading
	Cut        bool // ended at MaxPages, MaxRows, MaxCallRows, MaxBytes or Late
	Late       bool // ended after Timeouts times Options.Timeout
	Refused    bool // the API did not give the page after the last: that may be the end, or not
}

// Complete reports whether all of the list was read, as far as the API tells,
// and it did not change meanwhile.
func (c Coverage) Complete() bool {
	return c == Coverage{Read: c.Read, Total: c.Total} && c.Read >= c.Total
}

// Note tells a reader in plain words why the list may not be complete. It is
// empty if it is.
func (c Coverage) Note() string {
	of := ""
	if c.Total > c.Read {
		of = fmt.Sprintf(" of %d", c.Total)
	}
	var notes []string
	switch {
	case c.Late:
		notes = append(notes, fmt.Sprintf("Reading took longer than one call may, "+
			"so this covers only %d%s rows; a longer --timeout allows more.", c.Read, of))
	case c.Cut:
		notes = append(notes, fmt.Sprintf("The list is longer than one call reads: this covers only %d%s rows.", c.Read, of))
	case c.Changed && of != "":
		notes = append(notes, fmt.Sprintf("The list changed while it was read, and the API gave only %d%s rows.", c.Read, of))
	case of != "":
		notes = append(notes, fmt.Sprintf("The API gave only %d%s rows, so some are missing.", c.Read, of))
	case c.Refused && c.Total > 0:
		notes = append(notes, fmt.Sprintf("All %d rows that the API counts were read, "+
			"but asking for more failed, so some may be missing.", c.Read))
	case c.Refused:
		notes = append(notes, fmt.Sprintf("The API does not say how long the list is "+
			"and refused to give more than %d rows, so some may be missing.", c.Read))
	case c.Changed:
		notes = append(notes, "The list changed while it was read, so some rows may be missing.")
	}
	if c.Unreadable > 0 {
		notes = append(notes, fmt.Sprintf("%d rows could not be read.", c.Unreadable))
	}
	return strings.Join(notes, " ")
}
