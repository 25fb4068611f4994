package webhook

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

const (
	minKeyBits   = 2048
	maxKeyBits   = 8192
	maxSignature = 2048 // characters; that of the largest key has 1,368
)

// check returns an error unless signature is the base64 of the RSA PKCS #1 v1.5 signature
// of the body's SHA-256 by the key.
func check(key *rsa.PublicKey, body []byte, signature string) error {
	if len(signature) > maxSignature {
		return errors.New("the signature is too long")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || strings.ContainsAny(signature, "\r\n") { // which it would skip
		return errors.New("the signature is not base64")
	}
	sum := sha256.Sum256(body)
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw)
}

// parseKey reads a public key as RealtimeKit publishes it: PEM, alone or within the JSON
// of the document that it comes in.
func parseKey(text string) (*rsa.PublicKey, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		var document struct {
			Data struct {
				PublicKey string `json:"publicKey"`
			} `json:"data"`
		}
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			return nil, errors.New("it is neither PEM nor the JSON of a key")
		}
		text = document.Data.PublicKey
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, errors.New("it has no PEM block PUBLIC KEY")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errors.New("its public key cannot be read")
	}
	key, ok := public.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("its public key is not RSA")
	}
	if bits := key.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return nil, fmt.Errorf("its public key has %d bits, not %d to %d", bits, minKeyBits, maxKeyBits)
	}
	return key, nil
}
