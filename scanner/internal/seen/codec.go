package seen

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// ErrEncode is the error for a value that cannot be saved.
var ErrEncode = errors.New("value of an unknown type")

// errDecode is the error for data that no Encoder has written.
var errDecode = errors.New("damaged record")

// Encoder writes values. A text that occurs again is written as a number.
type Encoder struct {
	data  []byte
	texts map[string]uint64
	err   error
}

// NewEncoder returns an encoder.
func NewEncoder() *Encoder { return &Encoder{texts: map[string]uint64{}} }

// Bytes returns what was written. It fails if some value could not be.
func (e *Encoder) Bytes() ([]byte, error) { return e.data, e.err }

// Uint writes a number.
func (e *Encoder) Uint(n uint64) { e.data = binary.AppendUvarint(e.data, n) }

// Int writes a number that may be negative.
func (e *Encoder) Int(n int64) { e.data = binary.AppendVarint(e.data, n) }

// Bool writes a flag.
func (e *Encoder) Bool(b bool) {
	if b {
		e.Uint(1)
	} else {
		e.Uint(0)
	}
}

// Raw writes bytes of a length that the decoder knows.
func (e *Encoder) Raw(b []byte) { e.data = append(e.data, b...) }

// Text writes a text.
func (e *Encoder) Text(s string) {
	n, known := e.texts[s]
	if !known {
		n = uint64(len(e.texts))
		e.texts[s] = n
	}
	e.Uint(n)
	if !known {
		e.Uint(uint64(len(s)))
		e.Raw([]byte(s))
	}
}

// Texts writes a list of texts.
func (e *Encoder) Texts(list []string) {
	e.Uint(uint64(len(list)))
	for _, s := range list {
		e.Text(s)
	}
}

// Time writes a time, which the decoder returns in UTC.
func (e *Encoder) Time(t time.Time) {
	if e.Bool(!t.IsZero()); !t.IsZero() {
		e.Int(t.Unix())
		e.Uint(uint64(t.Nanosecond()))
	}
}

// The types of the arguments of a reason.
const (
	typeText = iota
	typeInt
	typeInt64
	typeUint64
	typeReason
	typeTime
	typeDuration
)

// Reason writes a reason. The decoder returns an equal one, so the types of its arguments are kept.
func (e *Encoder) Reason(r reason.Reason) {
	args := r.Args()
	e.Text(r.Code)
	e.Uint(uint64(len(args)))
	for _, arg := range args {
		switch v := arg.(type) {
		case string:
			e.Uint(typeText)
			e.Text(v)
		case int:
			e.Uint(typeInt)
			e.Int(int64(v))
		case int64:
			e.Uint(typeInt64)
			e.Int(v)
		case uint64:
			e.Uint(typeUint64)
			e.Uint(v)
		case reason.Reason:
			e.Uint(typeReason)
			e.Reason(v)
		case time.Time:
			e.Uint(typeTime)
			e.Time(v)
			if v.Location() != time.UTC {
				e.err = ErrEncode
			}
		case time.Duration:
			e.Uint(typeDuration)
			e.Int(int64(v))
		default:
			e.err = ErrEncode
		}
	}
}

// Decoder reads what an Encoder has written. After an error it returns zero values.
type Decoder struct {
	data  []byte
	texts []string
	err   error
}

// NewDecoder returns a decoder.
func NewDecoder(data []byte) *Decoder { return &Decoder{data: data} }

// Err returns why the data could not be decoded. Data that is left over is an error, too.
func (d *Decoder) Err() error {
	if d.err == nil && len(d.data) > 0 {
		return errDecode
	}
	return d.err
}

func (d *Decoder) fail() {
	d.data, d.err = nil, errDecode
}

// Uint reads a number.
func (d *Decoder) Uint() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.data = d.data[size:]
	return n
}

// Int reads a number that may be negative.
func (d *Decoder) Int() int64 {
	n, size := binary.Varint(d.data)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.data = d.data[size:]
	return n
}

// Bool reads a flag.
func (d *Decoder) Bool() bool { return d.Uint() == 1 }

// Raw reads n bytes, which the caller must not change.
func (d *Decoder) Raw(n int) []byte {
	if n < 0 || n > len(d.data) {
		d.fail()
		return nil
	}
	out := d.data[:n:n]
	d.data = d.data[n:]
	return out
}

// Len reads the length of a list whose elements have at least size bytes each.
func (d *Decoder) Len(size int) int {
	n := d.Uint()
	if n > uint64(len(d.data)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

// Text reads a text.
func (d *Decoder) Text() string {
	n := d.Uint()
	switch {
	case d.err != nil:
		return ""
	case n < uint64(len(d.texts)):
		return d.texts[n]
	case n > uint64(len(d.texts)):
		d.fail()
		return ""
	}
	s := string(d.Raw(d.Len(1)))
	d.texts = append(d.texts, s)
	return s
}

// Texts reads a list of texts; nil if it is empty.
func (d *Decoder) Texts() []string {
	var out []string
	for range d.Len(1) {
		out = append(out, d.Text())
	}
	return out
}

// Time reads a time.
func (d *Decoder) Time() time.Time {
	if !d.Bool() {
		return time.Time{}
	}
	seconds := d.Int()
	return time.Unix(seconds, int64(d.Uint()%1e9)).UTC()
}

// maxReasons is how deeply reasons are nested.
const maxReasons = 20

// Reason reads a reason.
func (d *Decoder) Reason() reason.Reason { return d.reason(0) }

func (d *Decoder) reason(depth int) reason.Reason {
	code := d.Text()
	args := make([]any, min(d.Len(1), reason.MaxArgs+1))
	if len(args) > reason.MaxArgs || depth > maxReasons {
		d.fail()
		return reason.Reason{}
	}
	for i := range args {
		switch d.Uint() {
		case typeText:
			args[i] = d.Text()
		case typeInt:
			args[i] = int(d.Int())
		case typeInt64:
			args[i] = d.Int()
		case typeUint64:
			args[i] = d.Uint()
		case typeReason:
			args[i] = d.reason(depth + 1)
		case typeTime:
			args[i] = d.Time()
		case typeDuration:
			args[i] = time.Duration(d.Int())
		default:
			d.fail()
		}
	}
	if d.err != nil {
		return reason.Reason{}
	}
	return reason.New(code, args...)
}
