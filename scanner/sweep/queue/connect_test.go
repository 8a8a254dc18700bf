package queue_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep/queue"
)

// auth returns what an environment says.
func auth(t *testing.T, env map[string]string) queue.Auth {
	t.Helper()
	a, err := queue.AuthFrom(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const token = "a-token-that-is-long-enough"

func TestListen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	q := open(t, queue.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Auth: auth(t, map[string]string{queue.TokenVariable + "_FILE": name})})
	address := q.Address()
	worker := open(t, queue.Options{URL: address, Auth: auth(t, map[string]string{queue.TokenVariable: token})})
	enqueue(t, q, 5)
	if d := next(t, worker); d.Job().Repository.ID != 5 {
		t.Error(d.Job())
	}
	for _, env := range []map[string]string{{}, {queue.TokenVariable: "another-token-of-this-length"}, {queue.UserVariable: "u", queue.PasswordVariable: token}} {
		_, err := queue.Open(t.Context(), queue.Options{URL: address, Auth: auth(t, env)})
		if reason.Of(err).Code != "queue.refused" || strings.Contains(err.Error(), token) {
			t.Errorf("%v: %v", env, err)
		}
	}
	if open(t, queue.Options{Dir: t.TempDir()}).Address() != "" {
		t.Error("a queue listens that was not told to")
	}
}

// TestTLS listens with a certificate of its own.
func TestTLS(t *testing.T) {
	certificate, key := certificate(t)
	a := auth(t, map[string]string{queue.TokenVariable: token})
	q := open(t, queue.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Auth: a, Certificate: certificate, Key: key})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(q.Address(), "tls://"))
	if err != nil {
		t.Fatal(err)
	}
	address := "tls://127.0.0.1:" + port
	worker := open(t, queue.Options{URL: address, Auth: a, CAFile: certificate})
	enqueue(t, worker, 5)
	next(t, q)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := queue.Open(ctx, queue.Options{URL: address, Auth: a}); err == nil {
		t.Error("an unknown certificate is accepted")
	}
}

// certificate makes a certificate for this machine and returns the names of its files.
func certificate(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{"certificate": {Type: "CERTIFICATE", Bytes: public}, "key": {Type: "PRIVATE KEY", Bytes: text}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "certificate"), filepath.Join(dir, "key")
}

// TestRefused tries options that would show secrets.
func TestRefused(t *testing.T) {
	with := auth(t, map[string]string{queue.TokenVariable: token})
	short := auth(t, map[string]string{queue.TokenVariable: "short"})
	for code, o := range map[string]queue.Options{
		"queue.listen-token": {Dir: t.TempDir(), Listen: "127.0.0.1:0"},
		"queue.token-short":  {Dir: t.TempDir(), Listen: "127.0.0.1:0", Auth: short},
		"queue.listen-plain": {Dir: t.TempDir(), Listen: "0.0.0.0:0", Auth: with},
		"queue.listen":       {Dir: t.TempDir(), Listen: "here", Auth: with},
		"queue.url-secret":   {URL: "nats://user:password-in-url@example.com:4222"},
		"queue.url":          {URL: "nats://%zz:password-in-url@example.com"},
		"queue.namespace":    {Dir: t.TempDir(), Namespace: "a.b"},
		"queue.folder":       {Dir: "/dev/null/x"},
		"queue.plain":        {URL: plainServer(t)},
		"queue.roots":        {URL: "nats://example.com", CAFile: "/dev/null"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		q, err := queue.Open(ctx, o)
		cancel()
		if err == nil {
			_ = q.Close()
		}
		if reason.Of(err).Code != code || strings.Contains(fmt.Sprint(err), "password-in-url") {
			t.Errorf("%v, want %s", err, code)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", with, with, queue.Options{Auth: with}); strings.Contains(text, token) {
		t.Errorf("%s", text)
	}
}

// plainServer returns the address, by a name that is not known to be this machine's, of a server without TLS.
func plainServer(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(foreign(t, 1<<20), "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	return "nats://0.0.0.0:" + port
}

func TestAuthFrom(t *testing.T) {
	for code, env := range map[string]map[string]string{
		"queue.auth-two":      {queue.TokenVariable: token, queue.CredentialsVariable: "x"},
		"queue.auth-password": {queue.UserVariable: "u"},
		"queue.secret-file":   {queue.TokenVariable + "_FILE": "/nowhere/at-all"},
	} {
		if _, err := queue.AuthFrom(func(name string) string { return env[name] }); reason.Of(err).Code != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

// TestUnreachable waits for a server that is not there, says so, and ends with the context.
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "nats://" + l.Addr().String()
	_ = l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told events
	_, err = queue.Open(ctx, queue.Options{URL: address, Patience: 10 * time.Millisecond, Event: func(e queue.Event) {
		told.add(e)
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || !told.has(queue.Stalled, "") {
		t.Errorf("%v, and is told %+v", err, told.list)
	}
}

// TestSilent looks for what the server in the process prints.
func TestSilent(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	q, err := queue.Open(t.Context(), queue.Options{Dir: t.TempDir()})
	if err == nil {
		err = errors.Join(q.JetStream().DeleteStream(t.Context(), "akguard-work"), q.Close())
	}
	os.Stdout, os.Stderr = out, stderr
	_ = w.Close()
	if text, _ := io.ReadAll(r); err != nil || len(text) != 0 {
		t.Errorf("it prints %q, %v", text, err)
	}
}

// BenchmarkOpen starts the server in the process and takes the first job.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		q, err := queue.Open(b.Context(), queue.Options{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		if err := q.Enqueue(b.Context(), job(1)); err != nil {
			b.Fatal(err)
		}
		if _, err := q.Next(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = q.Close()
		b.StartTimer()
	}
}

// BenchmarkJob adds a job, takes it, stores a value and ends it.
func BenchmarkJob(b *testing.B) {
	q, err := queue.Open(b.Context(), queue.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close()
	bucket, err := q.Bucket(b.Context(), "b")
	if err != nil {
		b.Fatal(err)
	}
	value := []byte(strings.Repeat("x", 2000))
	for i := int64(0); b.Loop(); i++ {
		if err := q.Enqueue(b.Context(), job(i)); err != nil {
			b.Fatal(err)
		}
		d, err := q.Next(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := bucket.Put(b.Context(), fmt.Sprint(i), value, 0); err != nil {
			b.Fatal(err)
		}
		if err := d.Done(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestFull fills the store.
func TestFull(t *testing.T) {
	q := open(t, queue.Options{Dir: t.TempDir(), Limits: queue.Limits{Store: 2 << 20}})
	b := bucket(t, q, "b")
	for i := range 10 {
		_, err := b.Put(t.Context(), fmt.Sprint(i), make([]byte, 1<<20), 0)
		if err != nil {
			if reason.Of(err).Code != "queue.full" {
				t.Error(err)
			}
			return
		}
	}
	t.Error("10 MiB are stored in 2 MiB")
}
