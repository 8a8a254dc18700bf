package openapi

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/akguard/akguard/rules"
)

// The public endpoints of the central services. A Client is for one of them.
const (
	EndpointSTS             = defaultEndpoint
	EndpointRAM             = "https://ram.aliyuncs.com"
	EndpointIMS             = "https://ims.aliyuncs.com"
	EndpointActionTrail     = "https://actiontrail.cn-hangzhou.aliyuncs.com"
	EndpointResourceManager = "https://resourcemanager.aliyuncs.com"
)

// call is one call of an action. Parameters that are empty are not sent.
type call struct {
	service, version, action string
	params                   map[string]string
	hide                     []rules.Secret // what an answer may quote beside the caller's credential
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

// rpc sends one call. There is no need for the SDK's typed request of each action, which would cost its service's
// whole package.
func (c *Client) rpc(ctx context.Context, cred rules.Credential, q call, into decoded) error {
	request := &requests.RpcRequest{}
	request.InitWithApiInfo(q.service, q.version, q.action, "", "")
	for name, value := range q.params {
		if value != "" {
			request.QueryParams[name] = value
		}
	}
	into.base().BaseResponse = &responses.BaseResponse{}
	if err := c.do(ctx, cred, request, into); err != nil {
		return q.hidden(err)
	}
	if into.base().RequestID == "" {
		return notUnderstood(into.GetHttpStatus())
	}
	return nil
}

// hidden masks in a refusal what the call was about: services quote the ID that a call names.
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

// Code returns the service's code in err, or "" if there is none.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// IsRefusal reports whether the service answered and said no, so that the call certainly changed nothing. A failure
// of the server, and no answer, leave that open.
func IsRefusal(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code != "" && e.HTTPStatus >= 400 && e.HTTPStatus < 500
}

// IsAbsent reports whether the service said that what a call is about does not exist.
func IsAbsent(err error) bool { return strings.HasPrefix(Code(err), "EntityNotExist") }

// IsDenied reports whether the service said that the caller lacks a permission.
func IsDenied(err error) bool {
	code := Code(err)
	return code == "NoPermission" || strings.HasPrefix(code, "Forbidden")
}

// IsThrottled reports whether the service was too busy to take the call, which so changed nothing.
func IsThrottled(err error) bool { return strings.HasPrefix(Code(err), "Throttling") }

// when reads the forms of time that the services write. It is zero for "" and for what is no time ("N/A").
func when(text string) time.Time {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
