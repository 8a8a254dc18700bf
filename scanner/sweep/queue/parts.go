package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/akguard/akguard/scanner/sweep"
)

// A value that is larger than the messages that a server takes is compressed, and if that is not enough, divided. Its parts
// are written first, under an ID that no other value has; the message of the value names them. So the value changes at
// once, as small ones do. Whoever replaces it deletes the parts.

// Headers of a value that is not there as it is.
const (
	headerEncoding = "Akguard-Encoding" // zstd
	headerParts    = "Akguard-Parts"    // the ID of the parts and their number
)

// overhead is more than the subject and the headers of a message.
const overhead = 8 << 10

// orphan is after how long parts are deleted that no value names: their writer was killed.
const orphan = time.Hour

// errPartGone says that a part of a value is not there, because the value was replaced or is damaged.
var errPartGone = errors.New("a part of the value is gone")

// held is what this process knows of the parts of a value.
type held struct {
	id       string
	revision uint64
}

// encode returns the message for a value, and the ID of its parts, which it stores.
func (b *bucket) encode(ctx context.Context, key string, value []byte) (message *nats.Msg, id string, err error) {
	message = nats.NewMsg(b.subject(key))
	room := int(b.queue.conn.MaxPayload()) - overhead
	if len(value) > room {
		if value, err = compress(value); err != nil {
			return nil, "", err
		}
		message.Header.Set(headerEncoding, "zstd")
	}
	if len(value) <= room {
		message.Data = value
		return message, "", nil
	}
	if room <= 0 {
		return nil, "", fmt.Errorf("storing a value: the server takes messages of %d bytes only", b.queue.conn.MaxPayload())
	}
	id = fmt.Sprintf("%d-%s", time.Now().Unix(), nuid.Next())
	b.dropOrphans(ctx, key)
	n := 0
	for ; len(value) > 0; n++ {
		part := nats.NewMsg(b.partSubject(key, id, n))
		part.Data = value[:min(room, len(value))]
		value = value[len(part.Data):]
		if err := b.publishPart(ctx, part); err != nil {
			b.dropParts(ctx, key, id)
			return nil, "", err
		}
	}
	message.Header.Set(headerParts, fmt.Sprintf("%s %d", id, n))
	return message, id, nil
}

func (b *bucket) partSubject(key, id string, n int) string {
	return fmt.Sprintf("%sc.%s.%s.%d", b.prefix, escape(key), id, n)
}

func (b *bucket) publishPart(ctx context.Context, part *nats.Msg) error {
	return b.stream.do(ctx, len(part.Data), "write", func(ctx context.Context, s jetstream.Stream) error {
		_, err := b.queue.js.PublishMsg(ctx, part, jetstream.WithRetryAttempts(0), jetstream.WithExpectStream(b.stream.config.Name))
		return err
	})
}

// decode returns the value of a message.
func (b *bucket) decode(ctx context.Context, key string, header nats.Header, data []byte) ([]byte, error) {
	if id, n := parts(header); id != "" {
		var err error
		if data, err = b.join(ctx, key, id, n); err != nil {
			return nil, err
		}
	}
	if header.Get(headerEncoding) != "" {
		return decompress(data)
	}
	if data == nil {
		data = []byte{}
	}
	return data, nil
}

// parts returns the ID and the number of the parts of a value; "" if it has none.
func parts(header nats.Header) (id string, n int) {
	id, number, _ := strings.Cut(header.Get(headerParts), " ")
	return id, parseNumber(number)
}

func (b *bucket) join(ctx context.Context, key, id string, n int) (data []byte, err error) {
	for i := range n {
		part, err := b.lastOf(ctx, b.partSubject(key, id, i))
		switch {
		case err != nil:
			return nil, err
		case part == nil:
			return nil, errPartGone
		case len(data)+len(part.Data) > maxCompressed:
			return nil, sweep.ErrTooLarge
		}
		data = append(data, part.Data...)
	}
	return data, nil
}

// remember keeps which parts a value has, for the time when it is replaced.
func (b *bucket) remember(key string, header nats.Header, revision uint64) {
	id, _ := parts(header)
	b.mu.Lock()
	defer b.mu.Unlock()
	if id == "" {
		delete(b.parts, key)
		return
	}
	b.parts[key] = held{id, revision}
}

// replaced deletes the parts of the value with a revision, and remembers those of the one that has replaced it.
func (b *bucket) replaced(ctx context.Context, key, id string, revision, now uint64) {
	b.mu.Lock()
	old := b.parts[key]
	delete(b.parts, key)
	if id != "" {
		b.parts[key] = held{id, now}
	}
	b.mu.Unlock()
	if old.revision == revision {
		b.dropParts(ctx, key, old.id)
	}
}

// dropParts deletes parts that no value names. If it fails, they are orphans.
func (b *bucket) dropParts(ctx context.Context, key, id string) {
	if id != "" {
		b.purge(ctx, b.prefix+"c."+escape(key)+"."+id+".>")
	}
}

// purge tries for a short time only, also when the caller's context has ended: the caller's work is done.
func (b *bucket) purge(ctx context.Context, subject string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTime)
	defer cancel()
	if s, err := b.stream.get(ctx); err == nil {
		_ = s.Purge(ctx, jetstream.WithPurgeSubject(subject))
	}
}

// dropOrphans deletes old parts of a key that its value does not name.
func (b *bucket) dropOrphans(ctx context.Context, key string) {
	prefix := b.prefix + "c." + escape(key) + "."
	s, err := b.stream.get(ctx)
	if err != nil {
		return
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(prefix+"*.*"))
	if err != nil || len(info.State.Subjects) == 0 {
		return
	}
	named := ""
	if message, err := b.last(ctx, key); err != nil {
		return
	} else if message != nil {
		named, _ = parts(message.Header)
	}
	for subject := range info.State.Subjects {
		id, _, _ := strings.Cut(strings.TrimPrefix(subject, prefix), ".")
		made, _, _ := strings.Cut(id, "-")
		age := time.Since(time.Unix(int64(parseNumber(made)), 0))
		if id != named && age > orphan {
			b.purge(ctx, subject)
		}
	}
}

// maxCompressed is the size of the largest value when compressed: zstd adds little to what it cannot compress.
const maxCompressed = sweep.MaxValue + 64<<10

func compress(value []byte) ([]byte, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("compressing a value: %w", err)
	}
	return encoder.EncodeAll(value, nil), encoder.Close()
}

func decompress(data []byte) ([]byte, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(sweep.MaxValue))
	if err != nil {
		return nil, fmt.Errorf("decompressing a value: %w", err)
	}
	defer decoder.Close()
	value, err := decoder.DecodeAll(data, []byte{})
	if err != nil {
		return nil, fmt.Errorf("decompressing a value: %w", err)
	}
	return value, nil
}
