package notify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/printable"
)

// platform is how one platform is sent a message.
type platform struct {
	every     time.Duration // between two messages, so that its limit is not reached
	limitWait time.Duration // after its limit was reached
	size      int           // bytes of text in a message; 0 is no limit
	escape    *strings.Replacer
	request   func(t Target, m Message, now time.Time) (*http.Request, error)
	judge     func(body []byte) verdict
}

// platform returns the platform of a target, which it checks.
func (t Target) platform() (platform, error) {
	if err := checkAddress(t); err != nil {
		return platform{}, err
	}
	switch t.Kind {
	case DingTalk:
		return dingTalk(), nil
	case Feishu:
		return feishu(), nil
	case WeCom:
		return weCom(), nil
	case Slack:
		return slack(), nil
	case Webhook:
		if t.Key.Reveal() == "" {
			return platform{}, reason.NewError("notify.key", t.Name)
		}
		return webhook(), nil
	}
	return platform{}, reason.NewError("notify.kind", t.Name, string(t.Kind))
}

// text returns a message as plain text of up to a number of bytes. Lines that do not fit are left out and counted.
func (p platform) text(m Message) string {
	lines := []string{p.clean(m.Title)}
	for _, l := range m.Lines {
		lines = append(lines, p.clean(l))
	}
	if m.Link != "" {
		lines = slices.Insert(lines, 1, p.clean(m.Link))
	}
	whole := strings.Join(lines, "\n")
	if p.size == 0 || len(whole) <= p.size {
		return whole
	}
	for kept := len(lines) - 1; kept > 0; kept-- {
		text := strings.Join(lines[:kept], "\n")
		if m.More != nil {
			text += "\n" + p.clean(m.More(len(lines)-kept))
		}
		if len(text) <= p.size {
			return text
		}
	}
	return cut(whole, p.size)
}

// clean makes a line printable and defuses what the platform would interpret.
func (p platform) clean(line string) string {
	line = printable.Text(line)
	if p.escape != nil {
		line = p.escape.Replace(line)
	}
	return line
}

// cut cuts a text at a number of bytes, and not inside of a character.
func cut(text string, size int) string {
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}

// encode encodes a body. Its characters stay as they are: platforms count bytes.
func encode(body any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, fmt.Errorf("encoding a message: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

type object map[string]any

// dingTalk is a robot in a group of DingTalk. It takes 20 messages a minute and 20,000 bytes; who sends more is refused for
// ten minutes. Nobody is mentioned unless "at" says so.
func dingTalk() platform {
	p := platform{every: 3100 * time.Millisecond, limitWait: 10 * time.Minute, size: 18_000}
	p.request = func(t Target, m Message, now time.Time) (*http.Request, error) {
		body, err := encode(object{"msgtype": "text", "text": object{"content": p.text(m)}, "at": object{"isAtAll": false}})
		if err != nil {
			return nil, err
		}
		return newRequest(signDingTalk(t, now), body)
	}
	p.judge = func(body []byte) verdict {
		return judgeCode(body, "errcode", func(code int, _ string) bool { return code == 130101 || code == 410100 || code == 90030 })
	}
	return p
}

// signDingTalk returns the address with the time and the signature of it.
func signDingTalk(t Target, now time.Time) string {
	address, err := url.Parse(t.Address.Reveal())
	key := t.Key.Reveal()
	if err != nil || key == "" {
		return t.Address.Reveal()
	}
	stamp := number(now.UnixMilli())
	query := address.Query()
	query.Set("timestamp", stamp)
	query.Set("sign", base64.StdEncoding.EncodeToString(mac(key, stamp+"\n"+key)))
	address.RawQuery = query.Encode()
	return address.String()
}

func mac(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}

// feishu is a robot in a group of Feishu or Lark. It takes 5 messages a second, 100 a minute, and bodies of 20 KiB. The text
// is in a post, in which tags are fields of their own; "<at" is defused all the same.
func feishu() platform {
	p := platform{every: 650 * time.Millisecond, limitWait: time.Minute, size: 15_000, escape: strings.NewReplacer("<", "＜")}
	p.request = func(t Target, m Message, now time.Time) (*http.Request, error) {
		title, rest, _ := strings.Cut(p.text(m), "\n")
		var lines [][]object
		for line := range strings.SplitSeq(rest, "\n") {
			lines = append(lines, []object{{"tag": "text", "text": line}})
		}
		// Programs in other languages show the text of the only one.
		post := object{"zh_cn": object{"title": title, "content": lines}}
		body := object{"msg_type": "post", "content": object{"post": post}}
		if key := t.Key.Reveal(); key != "" {
			stamp := number(now.Unix())
			// The key of the signature is the time and the secret, and what is signed is empty.
			body["timestamp"], body["sign"] = stamp, base64.StdEncoding.EncodeToString(mac(stamp+"\n"+key, ""))
		}
		text, err := encode(body)
		if err != nil {
			return nil, err
		}
		return newRequest(t.Address.Reveal(), text)
	}
	p.judge = func(body []byte) verdict {
		return judgeCode(body, "code", func(code int, message string) bool {
			// 9499 is also the code for a bad request.
			return code == 11232 || code == 11233 || code == 9499 && strings.Contains(strings.ToLower(message), "too many")
		})
	}
	return p
}

// weCom is a robot in a group of WeCom. It takes 20 messages a minute and 2,048 bytes of text. Its key is in the address.
func weCom() platform {
	p := platform{every: 3100 * time.Millisecond, limitWait: time.Minute, size: 2048, escape: strings.NewReplacer("<@", "＜@")}
	p.request = func(t Target, m Message, _ time.Time) (*http.Request, error) {
		body, err := encode(object{"msgtype": "text", "text": object{"content": p.text(m)}})
		if err != nil {
			return nil, err
		}
		return newRequest(t.Address.Reveal(), body)
	}
	p.judge = func(body []byte) verdict {
		return judgeCode(body, "errcode", func(code int, _ string) bool { return code == 45009 || code == 45033 || code == -1 })
	}
	return p
}

// slack is an incoming webhook of Slack. It takes a message a second. Slack makes mentions and links of what is between
// angle brackets, also in plain text.
func slack() platform {
	p := platform{every: 1100 * time.Millisecond, limitWait: 30 * time.Second, size: 12_000, escape: strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")}
	p.request = func(t Target, m Message, _ time.Time) (*http.Request, error) {
		body, err := encode(object{"text": p.text(m), "mrkdwn": false, "parse": "none", "link_names": false, "unfurl_links": false, "unfurl_media": false})
		if err != nil {
			return nil, err
		}
		return newRequest(t.Address.Reveal(), body)
	}
	p.judge = func(body []byte) verdict {
		if answer := strings.TrimSpace(string(body)); answer != "ok" {
			return verdict{err: reason.NewError("notify.answer", printable.Short(answer))}
		}
		return verdict{ok: true}
	}
	return p
}

// The headers of a request to a Webhook.
const (
	// HeaderTime has the seconds since 1970 of the request.
	HeaderTime = "Akguard-Timestamp"
	// HeaderSignature has "sha256=" and the HMAC-SHA256, in hex, of the time, a dot and the body, with the key.
	HeaderSignature = "Akguard-Signature"
	// HeaderID is the same for each request about the same thing, so that a receiver can tell one that comes twice.
	HeaderID = "Akguard-Id"
)

// webhook is a program of one's own. It gets the message and its data as JSON.
func webhook() platform {
	p := platform{limitWait: 10 * time.Second}
	p.request = func(t Target, m Message, now time.Time) (*http.Request, error) {
		body, err := encode(object{"title": m.Title, "lines": m.Lines, "link": m.Link, "data": m.Data})
		if err != nil {
			return nil, err
		}
		request, err := newRequest(t.Address.Reveal(), body)
		if err != nil {
			return nil, err
		}
		stamp := number(now.Unix())
		request.Header.Set(HeaderTime, stamp)
		request.Header.Set(HeaderSignature, "sha256="+hex.EncodeToString(mac(t.Key.Reveal(), stamp+"."+string(body))))
		return request, nil
	}
	p.judge = func([]byte) verdict { return verdict{ok: true} }
	return p
}

// judgeCode judges the answer of a platform that has a code in the field, 0 for success, and a message.
func judgeCode(body []byte, field string, limited func(code int, message string) bool) verdict {
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(body, &answer); err != nil {
		return verdict{err: errors.New("the answer is not JSON"), unsure: true}
	}
	code, ok := intOf(answer, field)
	if !ok {
		code, ok = intOf(answer, "StatusCode") // older answers of Feishu
	}
	message := textOf(answer, "errmsg", "msg", "StatusMessage")
	err := reason.NewError("notify.code", code, printable.Short(message))
	switch {
	case !ok:
		return verdict{err: errors.New("the answer has no code"), unsure: true}
	case code == 0:
		return verdict{ok: true}
	case limited(code, message):
		return verdict{limit: true, err: err}
	}
	return verdict{err: err}
}

func intOf(answer map[string]json.RawMessage, field string) (n int, ok bool) {
	ok = json.Unmarshal(answer[field], &n) == nil
	return n, ok
}

func textOf(answer map[string]json.RawMessage, fields ...string) (text string) {
	for _, field := range fields {
		if json.Unmarshal(answer[field], &text) == nil && text != "" {
			return text
		}
	}
	return ""
}
