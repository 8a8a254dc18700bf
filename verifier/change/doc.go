// Package change makes changes to an account one at a time, so that whatever stops a run leaves a journal that tells the truth:
// the state is read, the intent is on disk, the call is made, its answer is on disk, and the state is read again. What a call
// did is never guessed from its answer.
//
// A [Maker] knows how to read a state, what forbids an action, and which call makes it. Package revoke has one for keys,
// package cleanup one for what a thief left.
//
// Limits: between the last reading and the call, somebody else may change the same thing.
package change
