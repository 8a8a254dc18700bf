package wire

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
)

// Failure is a refusal, as Alibaba Cloud puts it.
type Failure struct {
	Status        int
	Code, Message string
}

// Refusal returns a refusal with an HTTP status, a code and a message.
func Refusal(status int, code, message string) *Failure { return &Failure{status, code, message} }

// Missing is the refusal of a call without a parameter.
func Missing(parameter string) *Failure {
	return Refusal(http.StatusBadRequest, "MissingParameter", fmt.Sprintf("%s is mandatory.", parameter))
}

// Invalid is the refusal of a call with an unusable parameter.
func Invalid(parameter string) *Failure {
	return Refusal(http.StatusBadRequest, "InvalidParameter", fmt.Sprintf("The specified parameter %q is not valid.", parameter))
}

// Object is an answer or a part of one: names with values, in order. The values are strings, numbers, booleans,
// objects, and lists of objects, which XML writes one after the other under the list's name.
type Object []Member

// Member is a name with its value. It is an array so that a literal needs no field names.
type Member [2]any

// Name returns the name.
func (m Member) Name() string { return m[0].(string) }

// MarshalJSON keeps the order.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(m[1])
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", m.Name(), err)
		}
		b.WriteString(strconv.Quote(m.Name()) + ":")
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// MarshalXML writes an element for each name.
func (o Object) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, m := range o {
		if err := e.EncodeElement(m[1], xml.StartElement{Name: xml.Name{Local: m.Name()}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// Reply is an answer that is ready to be sent.
type Reply struct {
	Status int
	Kind   string
	Body   []byte
	Code   string // of a refusal
	bucket string // the request's ID, of an answer of OSS
}

// Refuse makes the answer to a call that fails.
func Refuse(req Request, id string, f Failure) Reply {
	if req.oss != nil {
		r := Bucket(req, f.Status, id, "Error", Object{{"Code", f.Code}, {"Message", f.Message}, {"RequestId", id}, {"HostId", req.host}})
		r.Code = f.Code
		return r
	}
	r := Encode(req, f.Status, "Error", Object{
		{"RequestId", id},
		{"HostId", req.host},
		{"Code", f.Code},
		{"Message", f.Message},
		{"Recommend", "https://api.aliyun.com/troubleshoot?q=" + f.Code},
	})
	r.Code = f.Code
	return r
}

// Encode writes body in the format that the call asks for.
func Encode(req Request, status int, root string, body Object) Reply {
	data, kind := bytes.Buffer{}, "text/xml"
	var err error
	if req.wantsJSON() {
		kind = "application/json"
		err = json.NewEncoder(&data).Encode(body)
	} else {
		err = xml.NewEncoder(&data).EncodeElement(body, xml.StartElement{Name: xml.Name{Local: root}})
	}
	if err != nil {
		status = http.StatusInternalServerError // cannot happen: the bodies are our own
	}
	return Reply{Status: status, Kind: kind + ";charset=utf-8", Body: bytes.TrimSpace(data.Bytes())}
}

// Bucket makes an answer of OSS, which has the request's ID in a header. An answer with the member "raw" is that text.
func Bucket(req Request, status int, id, root string, body Object) Reply {
	if len(body) == 1 && body[0].Name() == "raw" {
		return Reply{Status: status, Kind: "text/plain", Body: []byte(body[0][1].(string)), bucket: id}
	}
	r := Encode(req, status, root, body)
	r.bucket = id
	return r
}

// Send writes the reply.
func (r Reply) Send(w http.ResponseWriter) {
	if r.bucket != "" {
		w.Header().Set("X-Oss-Request-Id", r.bucket)
	}
	w.Header().Set("Content-Type", r.Kind)
	w.WriteHeader(r.Status)
	_, _ = w.Write(r.Body)
}
