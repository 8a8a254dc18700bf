// Package revocation has the data of a revocation, and of a clean-up: the plan, the journal of its run, and the history that the journals of a
// folder record. Packages revoke and cleanup make plans and carry them out; an action of a clean-up is about a [Thing], or a key.
//
// A plan and a journal hold no ID, no secret and no token: a key is named by the fingerprint of its ID. A journal is a
// write-ahead log: each record is on disk before the run continues, so that whatever stops a run leaves a file from which
// another one can go on. Plan.Check refuses what akguard would not plan, because a plan may have been a file that somebody
// edited.
//
// Limits: the package makes no call, and knows nothing of the current state of a key.
package revocation
