// Package docs holds the manual. Its tests check that no link in a Markdown
// file of this repository is dead, and that the manual is complete.
package docs

//go:generate go run ./picture
