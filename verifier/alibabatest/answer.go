package alibabatest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
)

// failure is a refusal, as Alibaba Cloud puts it.
type failure struct {
	status        int
	code, message string
}

func missing(parameter string) *failure {
	return &failure{http.StatusBadRequest, "MissingParameter", fmt.Sprintf("%s is mandatory.", parameter)}
}

func invalid(parameter string) *failure {
	return &failure{http.StatusBadRequest, "InvalidParameter", fmt.Sprintf("The specified parameter %q is not valid.", parameter)}
}

// object is an answer or a part of one: names with values, in order. The values are strings, numbers, booleans,
// objects, and lists of objects, which XML writes one after the other under the list's name.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON keeps the order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", m.name, err)
		}
		b.WriteString(strconv.Quote(m.name) + ":")
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// MarshalXML writes an element for each name.
func (o object) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, m := range o {
		if err := e.EncodeElement(m.value, xml.StartElement{Name: xml.Name{Local: m.name}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// reply is an answer that is ready to be sent.
type reply struct {
	status int
	kind   string
	body   []byte
	code   string // of a refusal
}

// refuse makes the answer to a call that fails.
func refuse(req request, id string, f failure) reply {
	r := encode(req, f.status, "Error", object{
		{"RequestId", id},
		{"HostId", req.host},
		{"Code", f.code},
		{"Message", f.message},
		{"Recommend", "https://api.aliyun.com/troubleshoot?q=" + f.code},
	})
	r.code = f.code
	return r
}

// encode writes body in the format that the call asks for.
func encode(req request, status int, root string, body object) reply {
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
	return reply{status: status, kind: kind + ";charset=utf-8", body: bytes.TrimSpace(data.Bytes())}
}

func (r reply) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", r.kind)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body)
}
