// Package cleanup makes harmless what a thief left in an account, as an investigation found it: it disables keys, deletes log-in
// profiles, takes away rights, puts back versions of policies and the trust of roles, has trails record again, revokes rules of
// security groups, and stops instances. Package revoke takes the leaked key itself out of use.
//
// A clean-up is planned, approved and recorded as a revocation is, with the types of package revocation, under the journal that
// package change writes. What differs is that no act vetoes another: each is about something that is wrong by itself. What has
// changed since the plan was made is left alone and reported, and what is already as it is to be is no failure.
//
// Rights and log-ins come before resources, so that the thief cannot put back what is taken from him. Nothing is deleted that is
// evidence or that could be put back: a user stays, without keys and rights, and so does the thief's version of a policy. Only
// a log-in profile is gone, with its password.
//
// What is never touched: the account itself (root), the user or role that acts, and whatever the caller names as known.
//
// Limits: what the report does not name is not found here. What a check finds and no act closes is for a person, and a note of
// the plan says so. Between the last reading of a state and the call, somebody else may change it.
package cleanup
