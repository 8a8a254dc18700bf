package alibabatest

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
)

// failure is a refusal, as Alibaba Cloud puts it.
type failure struct {
	status        int
	code, message string
}

type failureBody struct {
	XMLName   struct{} `json:"-" xml:"Error"`
	RequestID string   `json:"RequestId" xml:"RequestId"`
	HostID    string   `json:"HostId" xml:"HostId"`
	Code      string
	Message   string
	Recommend string
}

func writeFailure(w http.ResponseWriter, r *http.Request, req request, f failure) {
	write(w, req, f.status, failureBody{
		RequestID: requestID(),
		HostID:    r.Host,
		Code:      f.code,
		Message:   f.message,
		Recommend: "https://api.aliyun.com/troubleshoot?q=" + f.code,
	})
}

// write sends body in the format that the call asks for: XML unless it says JSON.
func write(w http.ResponseWriter, req request, status int, body any) {
	encode, kind := xml.Marshal, "text/xml"
	if strings.EqualFold(req.params["Format"], "JSON") {
		encode, kind = json.Marshal, "application/json"
	}
	data, err := encode(body)
	if err != nil {
		status = http.StatusInternalServerError // cannot happen: the bodies are our own structs
	}
	w.Header().Set("Content-Type", kind+";charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// requestID looks like 8F0A1B2C-1234-5678-9ABC-DEF012345678.
func requestID() string {
	const hex = "0123456789ABCDEF"
	return strings.Join([]string{random(hex, 8), random(hex, 4), random(hex, 4), random(hex, 4), random(hex, 12)}, "-")
}
