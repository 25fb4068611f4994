package main

import (
	"fmt"
	"os"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/setting"
)

// The variables, as errors and the help name them.
const (
	tokenVariable     = "CLOUDFLARE_API_TOKEN"
	tokenFileVariable = "CLOUDFLARE_API_TOKEN_FILE (--token-file)"
	accountVariable   = "CLOUDFLARE_ACCOUNT_ID"
	appVariable       = "REALTIMEKIT_APP_ID"
	baseVariable      = "CLOUDFLARE_BASE_URL"

	sharedSecretVariable = "MCP_REALTIMEKIT_SHARED_SECRET"
)

// readIDs refuses a placeholder even for an optional id: taking it as absent could
// mean answering from another account or app than the one that was meant.
func (c *config) readIDs() error {
	for _, v := range []struct {
		value      *string
		name, flag string
		read       func(name, text string) (string, error)
		check      func(string) error
	}{
		{&c.AccountID, accountVariable, "--account-id", setting.AccountID, client.CheckAccountID},
		{&c.AppID, appVariable, "--app-id", setting.AppID, checkAppID},
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

func checkAppID(id string) error { return client.CheckID("app_id", id) }

// readToken takes the token from the variable or, if that is blank, from the file.
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
	if c.token, err = setting.TokenFile(tokenVariable, c.TokenFile); err != nil {
		return fmt.Errorf("%s: %w", tokenFileVariable, err)
	}
	return nil
}
