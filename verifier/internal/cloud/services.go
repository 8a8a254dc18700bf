package cloud

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// call is one call of an action. Empty parameters are not sent.
type call struct {
	service string // its name in the table
	action  string
	params  map[string]string
	hide    []rules.Secret // what an answer may quote besides the caller's credential
}

// answer is what every answer holds. One without a request ID does not come from Alibaba Cloud.
type answer struct {
	*responses.BaseResponse
	RequestID string `json:"RequestId"`
}

func (a *answer) base() *answer { return a }

// decoded is a response struct that embeds answer.
type decoded interface {
	responses.AcsResponse
	base() *answer
}

// read makes a call that changes nothing.
func (c *Client) read(ctx context.Context, q call, into decoded) error {
	return c.retried(ctx, q.service, func() error { return c.rpc(ctx, q, into) })
}

// change makes a call that changes something, once: after a failure, the change may or may not have happened.
func (c *Client) change(ctx context.Context, q call) error {
	return c.paced(ctx, q.service, func() error { return c.rpc(ctx, q, &answer{}) })
}

// rpc makes one call. It does without the SDK's typed request of each action, which would cost the build the service's
// whole package.
func (c *Client) rpc(ctx context.Context, q call, into decoded) error {
	endpoint, cred, err := c.prepare(ctx, q.service)
	if err != nil {
		return err
	}
	s := services[q.service]
	request := &requests.RpcRequest{}
	request.InitWithApiInfo(s.product, s.version, q.action, "", "")
	for name, value := range q.params {
		if value != "" {
			request.QueryParams[name] = value
		}
	}
	into.base().BaseResponse = &responses.BaseResponse{}
	start := time.Now()
	err = c.do(ctx, endpoint, cred, request, into)
	if c.trace != nil {
		c.trace(Call{s.product, q.action, Code(err), err != nil, time.Since(start), c.quiet})
	}
	if err != nil {
		return q.hidden(err)
	}
	if into.base().RequestID == "" {
		return notUnderstood(into.GetHttpStatus())
	}
	return nil
}

// prepare finds out where to call, and what to sign with.
func (c *Client) prepare(ctx context.Context, service string) (*url.URL, rules.Credential, error) {
	endpoint, err := c.Endpoint(service)
	if err != nil {
		var known *reason.Error
		errors.As(err, &known)
		return nil, rules.Credential{}, failure(known.Reason)
	}
	if c.credential == nil {
		return nil, rules.Credential{}, failure(reason.New("cloud.incomplete-credential"))
	}
	cred, err := c.credential.Get(ctx)
	return endpoint, cred, err
}

// hidden masks what the call was about in a refusal: services quote the ID that a call names.
func (q call) hidden(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	masked := *e
	for _, s := range q.hide {
		if !s.IsZero() {
			masked.Message = strings.ReplaceAll(masked.Message, s.Reveal(), s.String())
		}
	}
	masked.Message = rules.MaskIDs(masked.Message)
	return &masked
}

// Code returns the service's error code in err, or "".
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// IsRefusal reports whether the service refused the call, which so certainly changed nothing. A failure of the server,
// and a lost answer, leave that open.
func IsRefusal(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code != "" && e.HTTPStatus >= 400 && e.HTTPStatus < 500
}

// IsAbsent reports whether the service said that what the call is about does not exist.
func IsAbsent(err error) bool { return strings.HasPrefix(Code(err), "EntityNotExist") }

// IsDenied reports whether the service said that the caller lacks a permission.
func IsDenied(err error) bool {
	code := Code(err)
	for _, start := range []string{"NoPermission", "Forbidden", "AccessDenied", "NotAuthorized", "Unauthorized"} {
		if strings.HasPrefix(code, start) {
			return true
		}
	}
	return false
}

// IsThrottled reports whether the service was too busy to take the call, which so changed nothing.
func IsThrottled(err error) bool { return strings.HasPrefix(Code(err), "Throttling") }

// when parses the forms of time that the services write. It is zero for "" and "N/A".
func when(text string) time.Time {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
