package alibabatest

import (
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// happening is the time of a call and its request ID.
type happening struct {
	requestID string
	at        time.Time
}

// record records the call as an event. Recording calls with a wrong signature is inferred, not documented.
func record(a *state.Account, req wire.Request, key state.Key, refused *wire.Failure, h happening) {
	op := req.Operation()
	e := state.Event{
		ID: state.RequestID(), Time: h.at, Name: op.Action, Service: op.Service, SourceIP: req.Source, KeyID: key.ID,
		UserAgent: req.UserAgent, Region: "cn-hangzhou", RequestID: h.requestID, PrincipalID: key.Owner.PrincipalID,
		RequestParams: make(map[string]string),
	}
	e.UserType, e.UserName = key.Owner.EventIdentity()
	if refused != nil {
		e.ErrorCode, e.ErrorMessage = refused.Code, refused.Message
	}
	for name, value := range req.Params {
		if !isProtocol(name) {
			e.RequestParams[name] = value
		}
	}
	a.PlantEvents(e)
}

// isProtocol reports whether the parameter belongs to the signature rather than to the call.
func isProtocol(name string) bool {
	return slices.Contains([]string{"Signature", "SignatureMethod", "SignatureNonce", "SignatureVersion", "Timestamp",
		"AccessKeyId", "SecurityToken", "Format", "OIDCToken"}, name)
}
