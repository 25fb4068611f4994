package telemetry

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// signal is one of OpenTelemetry's signals, as its variables and its URL name it.
type signal struct{ upper, path string }

var (
	signalTraces  = signal{"TRACES", "v1/traces"}
	signalMetrics = signal{"METRICS", "v1/metrics"}
)

const defaultCollector = "http://localhost:4318"

// settings says where and how one signal is sent.
type settings struct {
	endpoint string
	headers  http.Header
	timeout  time.Duration // of one batch with its retries
	gzip     bool
	tls      *tls.Config // nil for the default
}

// settingsOf reads the variables of a signal. It returns nil if the signal is off,
// or if it cannot be sent, which it logs.
//
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
func settingsOf(s signal, log *slog.Logger) *settings {
	if !enabled(s, log) {
		return nil
	}
	out, err := s.settings()
	if err != nil {
		log.Warn("telemetry is off", "signal", strings.ToLower(s.upper), "error", err)
		return nil
	}
	return out
}

func enabled(s signal, log *slog.Logger) bool {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		return false
	}
	name := "OTEL_" + s.upper + "_EXPORTER"
	chosen := strings.Split(os.Getenv(name), ",")
	for i := range chosen {
		chosen[i] = strings.TrimSpace(chosen[i])
	}
	switch {
	case slices.Contains(chosen, "otlp"):
		return true
	case slices.Contains(chosen, "none"):
		return false
	case chosen[0] != "":
		log.Warn("telemetry is off: only otlp and none are known here", "variable", name)
		return false
	}
	own := os.Getenv("OTEL_EXPORTER_OTLP_" + s.upper + "_ENDPOINT")
	return cmp.Or(own, os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")) != ""
}

// variable returns the signal's own variable, or the general one if that is not set,
// and its name.
func (s signal) variable(suffix string) (value, name string) {
	own, general := "OTEL_EXPORTER_OTLP_"+s.upper+"_"+suffix, "OTEL_EXPORTER_OTLP_"+suffix
	if v := strings.TrimSpace(os.Getenv(own)); v != "" {
		return v, own
	}
	return strings.TrimSpace(os.Getenv(general)), general
}

func (s signal) settings() (*settings, error) {
	out := &settings{timeout: 10 * time.Second}
	if v, name := s.variable("PROTOCOL"); v != "" && v != "http/protobuf" {
		const remedy = "set it so, and the endpoint to the collector's HTTP port (4318)"
		return nil, fmt.Errorf("%s is %q, but only http/protobuf is spoken here: %s", name, v, remedy)
	}
	var err error
	if out.endpoint, err = s.endpoint(); err != nil {
		return nil, err
	}
	v, name := s.variable("HEADERS")
	if out.headers, err = parseHeaders(v); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if v, name := s.variable("TIMEOUT"); v != "" {
		ms, err := strconv.Atoi(v)
		if err != nil || ms <= 0 {
			return nil, fmt.Errorf("%s must be milliseconds, such as 10000", name)
		}
		out.timeout = time.Duration(ms) * time.Millisecond
	}
	switch v, name := s.variable("COMPRESSION"); v {
	case "", "none":
	case "gzip":
		out.gzip = true
	default:
		return nil, fmt.Errorf("%s must be gzip or none", name)
	}
	out.tls, err = s.tls()
	return out, err
}

// endpoint returns the signal's own URL unchanged, or the general one with the
// signal's path.
func (s signal) endpoint() (string, error) {
	v, name := s.variable("ENDPOINT")
	u, err := url.Parse(cmp.Or(v, defaultCollector))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%s must look like %s", name, defaultCollector)
	}
	if name == "OTEL_EXPORTER_OTLP_ENDPOINT" {
		u = u.JoinPath(s.path)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// parseHeaders reads key=value pairs with commas between them, whose values are
// percent-encoded.
func parseHeaders(v string) (http.Header, error) {
	h := http.Header{}
	for pair := range strings.SplitSeq(v, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if key = strings.TrimSpace(key); !ok || err != nil || key == "" {
			// Values may be secret, so the error has none.
			return nil, errors.New("must be key=value pairs with commas between them and values percent-encoded")
		}
		h.Set(key, value)
	}
	return h, nil
}

func (s signal) tls() (*tls.Config, error) {
	ca, caName := s.variable("CERTIFICATE")
	cert, certName := s.variable("CLIENT_CERTIFICATE")
	key, _ := s.variable("CLIENT_KEY")
	if ca == "" && cert == "" {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca != "" {
		pem, err := os.ReadFile(ca) //nolint:gosec // the operator names the file
		if err != nil {
			return nil, fmt.Errorf("%s: %w", caName, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: %s holds no PEM certificate", caName, ca)
		}
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", certName, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
