// Package connection connects a command to Alibaba Cloud. The command makes one Connection from its flags and hands it to
// every package of this floor that makes calls, so that they share its endpoints, trusted certificates, pace and clock.
//
// Limits: a Connection knows one region at a time, and holds no credential: packages add theirs.
package connection

import (
	"time"

	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Options say how Alibaba Cloud is reached. The zero value calls the public endpoints.
type Options = cloud.Options

// Call is one call, as Options.Trace reports it.
type Call = cloud.Call

// Connection reaches Alibaba Cloud. It is safe for concurrent use.
type Connection struct{ client *cloud.Client }

// New returns a connection, over which nothing is called yet. The error is a *reason.Error.
func New(o Options) (*Connection, error) {
	client, err := cloud.New(o)
	if err != nil {
		return nil, err
	}
	return &Connection{client}, nil
}

// Client returns the client, without a credential, for the packages of this floor.
func (c *Connection) Client() *cloud.Client { return c.client }

// Now returns the time by the service's clock or, before the first answer, by this machine's.
func (c *Connection) Now() time.Time { return c.client.Now() }

// Services lists the names of the services that have an endpoint.
func Services() []string { return cloud.Services() }
