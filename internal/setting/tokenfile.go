package setting

import "errors"

// TokenFile reads an API token from a file that has only the token, or a line for the
// variable name as .env files do. A file without a token is an error, unlike a variable,
// because somebody has named it.
func TokenFile(name, path string) (string, error) {
	text, err := ReadFile(path)
	if err != nil {
		return "", err
	}
	token, err := Token(name, text)
	if err == nil && token == "" {
		err = errors.New("no token is in the file")
	}
	return token, err
}
