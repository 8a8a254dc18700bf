package services

import (
	"net/http"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// The emulated resource directory has only a list of members, in a single folder.

func directoryActions() map[string]Action {
	return map[string]Action{
		"ListAccounts": {permission: "resourcemanager:ListAccounts", Run: locked(listAccounts)},
	}
}

// listAccounts answers the management account only; the code for others is inferred.
func listAccounts(c *Invocation) (wire.Object, *wire.Failure) {
	number, refused := c.number("PageNumber", 1, 1_000_000, 1)
	if refused != nil {
		return nil, refused
	}
	size, refused := c.number("PageSize", 1, 100, 10)
	if refused != nil {
		return nil, refused
	}
	members := c.Account.Members
	if len(members) == 0 {
		return nil, wire.Refusal(http.StatusConflict, "ResourceDirectoryNotInUse", "The resource directory is not in use.")
	}
	total := len(members)
	from := min((number-1)*size, total)
	return wire.Object{
		{"TotalCount", total},
		{"PageNumber", number},
		{"PageSize", size},
		list("Accounts", "Account", members[from:min(from+size, total)], func(m *state.Account) wire.Object {
			return wire.Object{
				{"AccountId", m.Number},
				{"DisplayName", "member-" + m.Number},
				{"ResourceDirectoryId", "rd-" + c.Account.Number},
				{"FolderId", "fd-" + c.Account.Number},
				{"Status", "CreateSuccess"},
				{"Type", "ResourceAccount"},
				{"JoinMethod", "created"},
			}
		}),
	}, nil
}
