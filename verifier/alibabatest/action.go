package alibabatest

import (
	"fmt"
	"net/http"
)

// operation names what a call asks for.
type operation struct{ service, action string }

// action answers a call that key's owner made.
type action func(key Key, req request) (any, *failure)

// actions is everything that a Server can do.
func actions() map[operation]action {
	return map[operation]action{
		{"Sts", "GetCallerIdentity"}: getCallerIdentity,
	}
}

// operation reads the service off the API version: on one loopback address the host name does not tell it.
func (r request) operation() operation {
	service := ""
	switch r.params["Version"] {
	case "2015-04-01":
		service = "Sts"
	}
	return operation{service, r.params["Action"]}
}

// check refuses calls that lack a parameter of the RPC protocol, or are signed in another way.
func (r request) check() *failure {
	for _, name := range []string{"Action", "Signature", "SignatureNonce", "Timestamp", "Version"} {
		if r.params[name] == "" {
			return &failure{http.StatusBadRequest, "MissingParameter", fmt.Sprintf("%s is mandatory.", name)}
		}
	}
	if r.params["SignatureMethod"] != "HMAC-SHA1" || r.params["SignatureVersion"] != "1.0" {
		return &failure{http.StatusBadRequest, "InvalidParameter", "Only HMAC-SHA1 signatures of version 1.0 are known here."}
	}
	return nil
}

type callerIdentity struct {
	XMLName      struct{} `json:"-" xml:"GetCallerIdentityResponse"`
	IdentityType string
	RequestID    string `json:"RequestId" xml:"RequestId"`
	AccountID    string `json:"AccountId" xml:"AccountId"`
	PrincipalID  string `json:"PrincipalId" xml:"PrincipalId"`
	UserID       string `json:"UserId" xml:"UserId"`
	ARN          string `json:"Arn" xml:"Arn"`
	RoleID       string `json:"RoleId,omitempty" xml:"RoleId,omitempty"`
}

func getCallerIdentity(key Key, _ request) (any, *failure) {
	return callerIdentity{
		IdentityType: key.owner.kind,
		RequestID:    requestID(),
		AccountID:    key.account.uid,
		PrincipalID:  key.owner.principalID,
		UserID:       key.owner.userID,
		ARN:          key.owner.arn,
		RoleID:       key.owner.roleID,
	}, nil
}
