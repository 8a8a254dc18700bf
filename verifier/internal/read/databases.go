package read

import (
	"context"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

func rds(action string, params map[string]string) cloud.Query {
	return cloud.Query{Service: cloud.RDS, Action: action, Params: params}
}

// Databases returns the RDS instances of the client's region. Who may connect, and the accounts, have to be asked of each.
func Databases(ctx context.Context, c *cloud.Client, region string) ([]account.Database, error) {
	type answer struct {
		cloud.Answer
		TotalRecordCount int
		Items            struct {
			DBInstance []struct {
				DBInstanceID                              string `json:"DBInstanceId"`
				DBInstanceDescription, Engine, CreateTime string
			}
		}
	}
	var all []account.Database
	err := numbered[answer](ctx, c, rds("DescribeDBInstances", nil), 100, func(a *answer) int {
		for _, d := range a.Items.DBInstance {
			all = append(all, account.Database{ID: d.DBInstanceID, Region: region, Name: d.DBInstanceDescription, Engine: d.Engine, Created: cloud.When(d.CreateTime)})
		}
		return a.TotalRecordCount
	})
	return all, err
}

// DatabaseAddresses returns the addresses and blocks that may connect to a database.
func DatabaseAddresses(ctx context.Context, c *cloud.Client, id string) ([]string, error) {
	var a struct {
		cloud.Answer
		Items struct {
			DBInstanceIPArray []struct{ SecurityIPList string }
		}
	}
	err := c.Read(ctx, rds("DescribeDBInstanceIPArrayList", map[string]string{"DBInstanceId": id}), &a)
	var all []string
	for _, group := range a.Items.DBInstanceIPArray {
		all = append(all, strings.FieldsFunc(group.SecurityIPList, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	return all, err
}

// DatabaseAccounts returns the accounts inside a database.
func DatabaseAccounts(ctx context.Context, c *cloud.Client, id string) ([]account.DBAccount, error) {
	type answer struct {
		cloud.Answer
		TotalRecordCount int
		Accounts         struct {
			DBInstanceAccount []struct{ AccountName, AccountType string }
		}
	}
	var all []account.DBAccount
	err := numbered[answer](ctx, c, rds("DescribeAccounts", map[string]string{"DBInstanceId": id}), 100, func(a *answer) int {
		for _, n := range a.Accounts.DBInstanceAccount {
			all = append(all, account.DBAccount{Name: n.AccountName, Type: n.AccountType})
		}
		return a.TotalRecordCount
	})
	return all, err
}
