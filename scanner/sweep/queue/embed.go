package queue

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/verifier/osfile"
)

// maxPayload is that of the server in this process: a value and its headers fit.
const maxPayload = sweep.MaxValue + 64<<10

// start locks the folder and starts the server in this process.
func (q *Queue) start() (err error) {
	if err := os.MkdirAll(q.options.Dir, 0o700); err != nil {
		return reason.NewError("queue.folder", q.options.Dir, osfile.WithoutPath(err))
	}
	if q.lock, err = lockFolder(q.options.Dir); err != nil {
		return err
	}
	options, err := q.options.serverOptions()
	if err != nil {
		return err
	}
	if q.server, err = server.NewServer(options); err != nil {
		return reason.NewError("queue.server", err)
	}
	q.server.Start()
	// A long time: the server reads its files first.
	if !q.server.ReadyForConnections(5 * time.Minute) {
		return reason.NewError("queue.server", errors.New("it is not ready after five minutes"))
	}
	return nil
}

// guardTime is how often the server in this process is looked at.
const guardTime = 500 * time.Millisecond

// guard ends all calls when the server has stopped by itself: it does so for good when it cannot write to its disk, and would be
// silent then.
func (q *Queue) guard() {
	ticks := time.NewTicker(guardTime)
	defer ticks.Stop()
	for {
		select {
		case <-q.ctx.Done():
			return
		case <-ticks.C:
			if !q.server.JetStreamEnabled() {
				q.end(reason.NewError("queue.disk", q.options.Dir))
			}
		}
	}
}

// room is how much a disk must have left for a queue that does not answer to have another reason. The server makes files of some
// hundred KiB.
const room = 1 << 20

// hasRoom reports whether a file can be written to a folder. A server on a full disk may answer nothing, and go on.
func hasRoom(dir string) bool {
	file, err := os.CreateTemp(dir, "room-")
	if err != nil {
		return false
	}
	defer os.Remove(file.Name())
	_, err = file.Write(make([]byte, room))
	return errors.Join(err, file.Sync(), file.Close()) == nil
}

// serverOptions returns options with which the server prints nothing and leaves signals alone.
func (o *Options) serverOptions() (*server.Options, error) {
	options := &server.Options{
		ServerName: "akguard", JetStream: true, StoreDir: filepath.Join(o.Dir, "queue"),
		NoLog: true, NoSigs: true, DontListen: o.Listen == "", MaxPayload: maxPayload, SyncAlways: true,
		JetStreamMaxStore: o.Limits.Store, JetStreamMaxMemory: o.Limits.Memory, DisableJetStreamBanner: true,
	}
	if o.Listen == "" {
		return options, nil
	}
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, reason.NewError("queue.listen", o.Listen, err)
	}
	options.Host = host
	if options.Port, err = strconv.Atoi(port); err != nil {
		return nil, reason.NewError("queue.listen", o.Listen, err)
	}
	if options.Port == 0 {
		options.Port = server.RANDOM_PORT
	}
	if options.Authorization, err = o.Auth.listenToken(); err != nil {
		return nil, err
	}
	if o.Certificate != "" {
		certificate, err := tls.LoadX509KeyPair(o.Certificate, o.Key)
		if err != nil {
			return nil, reason.NewError("queue.certificate", o.Certificate, osfile.WithoutPath(err))
		}
		options.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		options.TLSTimeout = 5
	}
	return options, nil
}

func (o *Options) checkListen() error {
	host, _, err := net.SplitHostPort(o.Listen)
	switch {
	case err != nil:
		return reason.NewError("queue.listen", o.Listen, err)
	case !loopback(host) && o.Certificate == "" && !o.Plain:
		return reason.NewError("queue.listen-plain", o.Listen)
	}
	_, err = o.Auth.listenToken()
	return err
}

// lockFolder locks the folder for this process, since two servers on one folder destroy it. The file tells whose it is.
func lockFolder(dir string) (*os.File, error) {
	name := filepath.Join(dir, "lock")
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, reason.NewError("queue.folder", dir, osfile.WithoutPath(err))
	}
	if err := osfile.Lock(file); err != nil {
		defer file.Close()
		return nil, locked(dir, file)
	}
	if err := writeID(file); err != nil {
		_ = file.Close()
		return nil, reason.NewError("queue.folder", dir, osfile.WithoutPath(err))
	}
	return file, nil
}

func writeID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// locked returns the error for a folder that another process has locked.
func locked(dir string, file *os.File) error {
	text, _ := io.ReadAll(io.LimitReader(file, 32))
	holder, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	if err != nil {
		return &reason.Error{Reason: reason.New("queue.locked-unknown", dir), Hint: reason.New("queue.locked.hint"), Err: ErrLocked}
	}
	return &reason.Error{Reason: reason.New("queue.locked", dir, strconv.Itoa(holder)), Hint: reason.New("queue.locked.hint"), Err: ErrLocked}
}

// ErrLocked says that another process uses the folder.
var ErrLocked = errors.New("another process uses the folder")
