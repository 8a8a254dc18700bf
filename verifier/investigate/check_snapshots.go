package investigate

import (
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// snapshotsDeleted asks which backups the thief deleted.
func snapshotsDeleted() Check {
	return Check{ID: "snapshots", Severity: Critical, Asks: events(), judge: func(s *scene) []Evidence {
		what := func(e account.Event) reason.Reason { return reason.New("investigate.snapshot-deleted", e.Name) }
		return s.acts(what, "DeleteSnapshot", "DeleteSnapshotGroup", "DeleteAutoSnapshotPolicy", "CancelAutoSnapshotPolicy", "DeleteBackup")
	}}
}
