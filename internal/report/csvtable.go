package report

// CSV is a table as a spreadsheet opens it (RFC 4180): no cell can start a formula.
func CSV(header []string, rows [][]string) string {
	var c csvRows
	c.add(header...)
	for _, row := range rows {
		c.add(row...)
	}
	return c.b.String()
}
