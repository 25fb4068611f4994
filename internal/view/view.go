// Package view holds the interactive picture of an attendance that hosts draw: one HTML
// file, built from the readable sources in src.
package view

//go:generate go run ./build

import _ "embed" // the picture

// HTML is the document. It has all that it needs in itself and loads nothing.
//
//go:embed attendance.html
var HTML string
