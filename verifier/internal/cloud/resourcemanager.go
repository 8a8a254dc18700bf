package cloud

import (
	"context"
	"strconv"

	"github.com/akguard/akguard/rules/reason"
)

// Member is an account of a resource directory: of one organization.
type Member struct {
	ID   string // 16 digits
	Name string
}

// ListAccounts returns the accounts of the caller's resource directory, up to 20,000.
func (c *Client) ListAccounts(ctx context.Context) ([]Member, error) {
	const size = 100
	var all []Member
	for page := 1; page <= maxPages; page++ {
		var a struct {
			answer
			TotalCount int
			Accounts   struct {
				Account []struct {
					AccountID   string `json:"AccountId"`
					DisplayName string
				}
			}
		}
		params := map[string]string{"PageNumber": strconv.Itoa(page), "PageSize": strconv.Itoa(size)}
		if err := c.read(ctx, call{ResourceManager, "ListAccounts", params, nil}, &a); err != nil {
			return all, err
		}
		for _, m := range a.Accounts.Account {
			all = append(all, Member{m.AccountID, m.DisplayName})
		}
		if len(a.Accounts.Account) < size || len(all) >= a.TotalCount {
			return all, nil
		}
	}
	return all, failure(reason.New("cloud.endless-list"))
}
