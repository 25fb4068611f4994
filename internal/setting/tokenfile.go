package setting

import "errors"

// TokenFile reads an API token from the file at path: the token alone, or the
// line for the variable name in a .env file. Unlike a variable, a file without a
// token is an error, since somebody named it.
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
