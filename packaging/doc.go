// Package packaging holds what the server is released with: the container
// image, the entry of the MCP registry and the manifest of the MCP bundle. Its
// tests keep them in step with the server.
package packaging

//go:generate go test . -run ^(TestManifest|TestIcons|TestLinks)$ -update
