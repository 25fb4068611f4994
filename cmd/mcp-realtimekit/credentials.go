package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

// The variables besides tokenVariable, as errors name them.
const (
	tokenFileVariable = "CLOUDFLARE_API_TOKEN_FILE (--token-file)"
	accountVariable   = "CLOUDFLARE_ACCOUNT_ID"
	appVariable       = "REALTIMEKIT_APP_ID"
	baseVariable      = "CLOUDFLARE_BASE_URL"
)

// readIDs refuses a placeholder even of an optional id. To take it as absent could
// mean to answer from another account or app than was meant.
func (c *config) readIDs() error {
	for _, v := range []struct {
		value      *string
		name, flag string
		read       func(name, text string) (string, error)
		check      func(string) error
	}{
		{&c.AccountID, accountVariable, "--account-id", setting.AccountID, client.CheckAccountID},
		{&c.AppID, appVariable, "--app-id", setting.AppID, func(id string) error { return client.CheckID("app_id", id) }},
		{&c.BaseURL, baseVariable, "--base-url", setting.Text, client.ValidateBaseURL},
	} {
		text, err := v.read(v.name, *v.value)
		if err == nil && text != "" {
			err = v.check(text)
		}
		if err != nil {
			return fmt.Errorf("%s (%s): %w", v.name, v.flag, err)
		}
		*v.value = text
	}
	if c.BaseURL == "" {
		c.BaseURL = client.DefaultBaseURL
	}
	return nil
}

// readToken takes the variable, or else the file.
func (c *config) readToken() (err error) {
	if c.TokenFile, err = setting.Path(c.TokenFile); err != nil {
		return fmt.Errorf("%s: %w", tokenFileVariable, err)
	}
	if c.token, err = setting.Token(tokenVariable, os.Getenv(tokenVariable)); err != nil {
		return fmt.Errorf("%s: %w", tokenVariable, err)
	}
	if c.tokenFrom = tokenVariable; c.token != "" || c.TokenFile == "" {
		return nil
	}
	c.tokenFrom = c.TokenFile
	text, err := setting.ReadFile(c.TokenFile)
	if err == nil {
		c.token, err = setting.Token(tokenVariable, text)
	}
	if err == nil && c.token == "" {
		err = errors.New("no token is in the file")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", tokenFileVariable, err)
	}
	return nil
}
