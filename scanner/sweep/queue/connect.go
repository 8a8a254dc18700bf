package queue

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
)

// connect connects to the server in this process or to the cluster.
func (q *Queue) connect(ctx context.Context) error {
	options, err := q.clientOptions()
	if err != nil {
		return err
	}
	return q.retry(ctx, "connect", func(context.Context) error {
		q.conn, err = nats.Connect(q.options.URL, options...)
		return err
	})
}

// clientOptions returns options with which the client goes on for ever, prints nothing, and notices a dead server in
// seconds.
func (q *Queue) clientOptions() ([]nats.Option, error) {
	options := []nats.Option{
		nats.Name("akguard"),
		nats.Timeout(5 * time.Second),
		nats.MaxReconnects(-1),
		nats.CustomReconnectDelay(func(attempts int) time.Duration { return backoff(attempts) }),
		nats.IgnoreAuthErrorAbort(),
		nats.PingInterval(5 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
		nats.DisconnectErrHandler(func(*nats.Conn, error) {}),
		nats.ReconnectHandler(func(*nats.Conn) { q.checkStreams() }),
	}
	if q.server != nil {
		options = append(options, nats.InProcessServer(q.server))
		if q.options.Listen == "" {
			return options, nil
		}
		return append(options, nats.TokenHandler(q.options.Auth.currentToken)), nil
	}
	secured, err := q.options.secure()
	if err != nil {
		return nil, err
	}
	return append(append(options, secured...), q.options.Auth.options()...), nil
}

// secure demands TLS to other machines.
func (o *Options) secure() ([]nats.Option, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		text, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, reason.NewError("queue.roots", o.CAFile, osfile.WithoutPath(err))
		}
		if config.RootCAs = x509.NewCertPool(); !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, reason.NewError("queue.roots", o.CAFile, errors.New("no certificate in it"))
		}
	}
	if o.CAFile == "" && (o.Plain || local(o.URL)) {
		return nil, nil
	}
	return []nats.Option{nats.Secure(config)}, nil
}

// checkURL refuses addresses with a password, because others can see the arguments of a command.
func checkURL(list string) error {
	for address := range strings.SplitSeq(list, ",") {
		parsed, err := parseAddress(address)
		switch {
		case err != nil || parsed.Hostname() == "":
			return reason.NewError("queue.url")
		case parsed.User != nil:
			return reason.NewError("queue.url-secret", parsed.Host)
		}
		switch parsed.Scheme {
		case "nats", "tls", "ws", "wss":
		default:
			return reason.NewError("queue.url")
		}
	}
	return nil
}

func parseAddress(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		address = "nats://" + address
	}
	return url.Parse(address)
}

// local reports whether all addresses of a list are on this machine.
func local(list string) bool {
	for address := range strings.SplitSeq(list, ",") {
		if parsed, err := parseAddress(address); err != nil || !loopback(parsed.Hostname()) {
			return false
		}
	}
	return true
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// backoff returns how long to wait after a number of failures: longer each time, up to two seconds, and never the same, so
// that a hundred workers do not come back at once.
func backoff(failures int) time.Duration {
	longest := min(2*time.Second, 50*time.Millisecond<<min(failures, 6))
	return longest/2 + rand.N(longest/2)
}
