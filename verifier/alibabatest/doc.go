// Package alibabatest emulates Alibaba Cloud accounts on a loopback port, for tests and drills: nothing leaves
// the machine, and no key in it was ever a real one. The example makes up an account with a key, serves it, and
// checks the key while its status changes and the server fails.
//
// A server checks calls as the true service does: the ID, its status, the time stamp, the security token, the
// RPC V1 signature (HMAC-SHA1, GET or POST, parameters in the query, in the form or in both), the nonce. It
// refuses with the service's codes and HTTP statuses. Messages that akguard does not read are approximate, and
// so are the codes for calls that no client makes: MissingParameter, InvalidParameter, InvalidAction.NotFound.
//
// It knows STS GetCallerIdentity and no other action, and neither signatures of version ACS3 nor permissions.
package alibabatest
