// Package revoke takes a leaked key out of use: it disables it, restricts it to addresses, deletes it, and undoes each of
// these. Its design makes accidents hard and the right action quick.
//
// Everything starts as a Plan, and a plan is data: what changes, from which state to which, what may break, and how to
// undo it. Making a plan changes nothing. Running one asks an Approver about every key, and a single denial vetoes the
// whole run. A run refuses keys that have changed since the plan was made, and writes to a Journal before and after each
// call. Whatever stops a run (a crash, an interrupt, a lost answer), Resume reads the current state and does the rest.
//
// Limits that hold whatever a plan says:
//
//   - A key is deleted only while Alibaba Cloud lists it as inactive, and only after the watch time.
//   - The administrator's own key is never touched, nor anything in another account than the plan's.
//   - A call that changes something is made once, and repeated only if the service was too busy to take it. Its effect
//     is read, never guessed.
//   - Answers that contradict each other leave the state unknown: a key is gone only if STS does not know its ID either.
//   - All times are the service's: this machine's clock may be wrong.
//   - Plans and journals hold no ID, no secret and no token: keys are found again by the fingerprint of their ID.
//
// Keys of an account itself (root) can be changed only with another key of that account. For everything else about them,
// and for keys of other accounts, a plan holds a Note with what a person can do.
package revoke
