// Package revoke takes a leaked key out of use: it disables it, restricts it to addresses, deletes it, and undoes
// each of these. It is made so that the wrong thing does not happen by accident and the right one takes seconds.
//
// Everything is a Plan first, and a plan is data: what shall change, from which state to which, what may break, how
// to undo it. Making one changes nothing. Running one asks an Approver for every key, and one refusal ends all; it
// refuses if a key is no longer as the plan saw it; and it writes into a Journal before each call and after it.
// Whatever stops a run (a crash, an interrupt, a lost answer), Resume reads how things are and does what is left.
//
// Limits that hold whatever a plan says:
//
//   - A key is deleted only while Alibaba Cloud lists it as inactive, and after a time to watch it.
//   - The administrator's own key is never touched, nor anything in another account than the plan's.
//   - A call that changes something is made once, and again only if the service was too busy to take it. What became
//     of it is read, never guessed.
//   - Plans and journals hold no ID, no secret and no token: keys are found again by the fingerprint of their ID.
//
// Keys of an account itself can be changed only with another key of that account; for all else about them, and for
// keys of other accounts, a plan holds a Note that says what a person can do.
package revoke
