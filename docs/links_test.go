package docs

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

const repositoryURL = "https://github.com/mcp-realtimekit/mcp-realtimekit/"

// document is a Markdown file: where its links lead, and the anchors that others can link to.
type document struct {
	links   []string
	anchors map[string]bool
}

// deadLinks returns every link of the Markdown files in root that leads to no file, or no anchor, of root.
// Links that leave the repository are not followed.
func deadLinks(t *testing.T, root fs.FS) []string {
	t.Helper()
	documents := map[string]document{}
	for _, file := range markdownFiles(t, root) {
		documents[file] = parse(t, readFile(t, root, file))
	}
	var dead []string
	for file, doc := range documents {
		for _, link := range doc.links {
			if why := check(root, documents, file, link); why != "" {
				dead = append(dead, fmt.Sprintf("%s links to %s: %s", file, link, why))
			}
		}
	}
	return dead
}

// markdownFiles lists the Markdown files of root, without those of tests and of installed packages.
func markdownFiles(t *testing.T, root fs.FS) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := entry.Name(); {
		case entry.IsDir() && (name == ".git" || name == "node_modules" || name == "testdata" || name == "dist"):
			return fs.SkipDir
		case !entry.IsDir() && path.Ext(name) == ".md":
			files = append(files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readFile(t *testing.T, root fs.FS, file string) string {
	t.Helper()
	raw, err := fs.ReadFile(root, file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// check returns what is wrong with a link in a file, or "".
func check(root fs.FS, documents map[string]document, file, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return err.Error()
	}
	target := path.Join(path.Dir(file), u.Path)
	switch inside, isOurs := ownPath(link); {
	case isOurs:
		target = inside
	case u.Scheme != "" || u.Host != "":
		return ""
	case u.Path == "":
		target = file
	case strings.HasPrefix(u.Path, "/"): // GitHub takes it from the repository's root
		target = strings.TrimPrefix(u.Path, "/")
	}
	if !fs.ValidPath(target) {
		return "it leaves the repository"
	}
	if _, err := fs.Stat(root, target); err != nil {
		return err.Error()
	}
	if doc, ok := documents[target]; ok && u.Fragment != "" && !doc.anchors[u.Fragment] {
		return "there is no such heading"
	}
	return ""
}

// ownPath is the file to which a URL of this repository's web site leads.
func ownPath(link string) (file string, ok bool) {
	rest, ok := strings.CutPrefix(link, repositoryURL)
	if !ok {
		return "", false
	}
	for _, view := range []string{"blob/main/", "tree/main/", "raw/main/"} {
		if file, ok := strings.CutPrefix(rest, view); ok {
			file, _, _ = strings.Cut(file, "#")
			return file, true
		}
	}
	return "", false
}

// attribute finds the links in HTML, which Markdown may contain.
var attribute = regexp.MustCompile(`(?:src|srcset|href)="([^"]+)"`)

func parse(t *testing.T, markdown string) document {
	t.Helper()
	source := []byte(markdown)
	doc := document{anchors: map[string]bool{}}
	html := func(lines *text.Segments) {
		for _, m := range attribute.FindAllSubmatch(lines.Value(source), -1) {
			doc.links = append(doc.links, string(m[1]))
		}
	}
	tree := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	err := ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			doc.links = append(doc.links, string(n.Destination))
		case *ast.Image:
			doc.links = append(doc.links, string(n.Destination))
		case *ast.HTMLBlock:
			html(n.Lines())
		case *ast.RawHTML:
			html(n.Segments)
		case *ast.Heading:
			doc.addAnchor(plainText(n, source))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.Text:
			b.Write(child.Value(source))
		case *ast.String:
			b.Write(child.Value)
		default:
			b.WriteString(plainText(child, source))
		}
	}
	return b.String()
}

// addAnchor adds the anchor that GitHub gives to a heading.
func (d document) addAnchor(heading string) {
	anchor := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r), r == '-', r == '_':
			return r
		}
		return -1
	}, strings.ToLower(heading))
	unique := anchor
	for i := 1; d.anchors[unique]; i++ {
		unique = fmt.Sprintf("%s-%d", anchor, i)
	}
	d.anchors[unique] = true
}
