package alibabatest

import "net/http"

// The resource directory is known by the list of its members alone, in a single folder.

func directoryActions() map[string]action {
	return map[string]action{
		"ListAccounts": {permission: "resourcemanager:ListAccounts", run: locked(listAccounts)},
	}
}

// listAccounts answers the management account only; the code for others is inferred.
func listAccounts(c *call) (object, *failure) {
	number, refused := c.number("PageNumber", 1, 1_000_000, 1)
	if refused != nil {
		return nil, refused
	}
	size, refused := c.number("PageSize", 1, 100, 10)
	if refused != nil {
		return nil, refused
	}
	members := c.account.members
	if len(members) == 0 {
		return nil, &failure{http.StatusConflict, "ResourceDirectoryNotInUse", "The resource directory is not in use."}
	}
	total := len(members)
	from := min((number-1)*size, total)
	return object{
		{"TotalCount", total},
		{"PageNumber", number},
		{"PageSize", size},
		list("Accounts", "Account", members[from:min(from+size, total)], func(m *Account) object {
			return object{
				{"AccountId", m.uid},
				{"DisplayName", "member-" + m.uid},
				{"ResourceDirectoryId", "rd-" + c.account.uid},
				{"FolderId", "fd-" + c.account.uid},
				{"Status", "CreateSuccess"},
				{"Type", "ResourceAccount"},
				{"JoinMethod", "created"},
			}
		}),
	}, nil
}
