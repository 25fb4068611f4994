package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
)

// brokenOff explains an answer that began or was due, and did not come to its
// end, although it was asked for again.
func brokenOff(out *Error, err error) {
	out.Cause, out.Message, out.Remedy = CauseNetwork, ErrCutOff.Error()+", twice", cutRemedy
	if errors.Is(err, ErrReset) {
		out.Message = ErrReset.Error() + " before the answer was complete, twice"
	}
}

// unreachable explains why no answer came.
func unreachable(out *Error, err error) {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var cert *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var redirect *redirected
	var dial *net.OpError
	out.Cause = CauseNetwork
	switch {
	case errors.As(err, &redirect):
		out.Cause, out.Message = CauseBetween, redirect.Error()
		out.Remedy = "If the network wants a sign-in, sign in with a browser. " + proxyRemedy
	case errors.As(err, &dial) && (dial.Op == "proxyconnect" || strings.HasPrefix(dial.Op, "socks")):
		out.Cause, out.Message = CauseBetween, "the proxy could not be reached"
		out.Remedy = "Check HTTPS_PROXY, or unset it if this network needs no proxy."
	case errors.Is(err, ErrReset):
		out.Message, out.Remedy = ErrReset.Error()+" before an answer came, each time", cutRemedy
	case errors.As(err, &dns):
		out.Message, out.Remedy = "the API's host name could not be resolved", "Check the network, the DNS and "+
			"CLOUDFLARE_BASE_URL."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		out.Message = "the TLS certificate has expired or is not valid yet"
		out.Remedy = "Check this machine's clock; if it is right, the certificate of CLOUDFLARE_BASE_URL, or of a " +
			"proxy before it, has to be renewed."
	case errors.As(err, &cert), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &record):
		out.Message = "the TLS connection could not be trusted"
		out.Remedy = "A proxy may intercept TLS: install its certificate in the system's store (or SSL_CERT_FILE), or " +
			"check CLOUDFLARE_BASE_URL."
	case errors.Is(err, http.ErrSchemeMismatch):
		out.Cause, out.Message, out.Remedy = CauseBetween, "an answer without TLS came in place of the API's", proxyRemedy
	default:
		out.Message = "the API could not be reached"
		out.Remedy = "Check the network, proxy (HTTPS_PROXY) and CLOUDFLARE_BASE_URL, then try again."
	}
}
