// Package revoke takes a leaked key out of use: it disables it, restricts it to addresses, deletes it, and undoes each of
// these. Its design makes accidents hard and the right action quick.
//
// Everything starts as a Plan, and a plan is data: what changes, from which state to which, what may break, and how to
// undo it. Making a plan changes nothing. There are two ways to carry one out:
//
//   - Run is for one plan that a person has read. It asks an Approver about every key, and a single denial, or a key that has
//     changed since, vetoes the whole run, unless that key is already as it is to be.
//   - Freeze is for the minutes after a leak. It reads, plans, asks and changes each key by itself, several at the same time:
//     none keeps another waiting, and none vetoes another.
//
// Both write to a Journal before and after each call. Whatever stops them (a crash, an interrupt, a lost answer), Resume reads
// the current state and does the rest.
//
// Limits that hold whatever a plan says:
//
//   - A key is deleted only while Alibaba Cloud lists it as inactive, and only after the watch time.
//   - The administrator's own key is never touched, nor anything in another account than the plan's.
//   - A call that changes something is made once, and repeated only if the service was too busy to take it, or if it
//     disables or restricts a key and was not seen to. Its effect is read, never guessed.
//   - Answers that contradict each other leave the state unknown: a key is gone only if STS does not know its ID either.
//   - All times are the service's: this machine's clock may be wrong.
//   - Plans and journals hold no ID, no secret and no token: keys are found again by the fingerprint of their ID.
//
// Keys of an account itself (root) can be changed only with another key of that account. For everything else about them,
// and for keys of other accounts, a plan holds a Note with what a person can do.
package revoke
