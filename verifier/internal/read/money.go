package read

import (
	"context"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// billed is what every answer of BSS holds. It says Success=false where other services answer with an HTTP error.
type billed struct {
	cloud.Answer
	Success       bool
	Code, Message string
}

func (b *billed) err() error {
	if b.Success {
		return nil
	}
	return cloud.Refusal(&b.Answer, b.Code, b.Message)
}

func bss(action string, params map[string]string) cloud.Query {
	return cloud.Query{Service: cloud.BSS, Action: action, Params: params}
}

// Balance returns what the account can spend.
func Balance(ctx context.Context, c *cloud.Client) (*account.Balance, error) {
	var a struct {
		billed
		Data struct{ AvailableAmount, Currency string }
	}
	if err := c.Read(ctx, bss("QueryAccountBalance", nil), &a); err != nil {
		return nil, err
	}
	if err := a.err(); err != nil {
		return nil, err
	}
	if a.Data.AvailableAmount == "" {
		return nil, cloud.NotUnderstood(&a.Answer)
	}
	return &account.Balance{Available: a.Data.AvailableAmount, Currency: a.Data.Currency}, nil
}

type billItem struct {
	ProductCode, ProductName, Currency string
	PretaxAmount                       float64
	InstanceID, BillingDate, Region    string
}

// Bills returns what each product cost in a month, such as 2026-11.
func Bills(ctx context.Context, c *cloud.Client, cycle string) ([]account.Bill, error) {
	var a struct {
		billed
		Data struct {
			Items struct{ Item []billItem }
		}
	}
	if err := c.Read(ctx, bss("QueryBillOverview", map[string]string{"BillingCycle": cycle}), &a); err != nil {
		return nil, err
	}
	var all []account.Bill
	for _, i := range a.Data.Items.Item {
		all = append(all, account.Bill{Cycle: cycle, Product: i.ProductCode, Name: i.ProductName, Amount: i.PretaxAmount, Currency: i.Currency})
	}
	return all, a.err()
}

// Costs returns what each instance cost on a day, such as 2026-11-28.
func Costs(ctx context.Context, c *cloud.Client, day string) ([]account.Cost, error) {
	type answer struct {
		billed
		Data struct {
			NextToken string
			Items     []billItem
		}
	}
	var all []account.Cost
	var refused error
	q := bss("DescribeInstanceBill", map[string]string{"BillingCycle": day[:len("2026-11")], "BillingDate": day, "Granularity": "DAILY", "MaxResults": "300"})
	err := pages[answer](ctx, c, q, "NextToken", func(a *answer) string {
		if refused = a.err(); refused != nil {
			return ""
		}
		for _, i := range a.Data.Items {
			all = append(all, account.Cost{Day: day, Product: i.ProductCode, Instance: i.InstanceID, Region: i.Region, Amount: i.PretaxAmount, Currency: i.Currency})
		}
		return a.Data.NextToken
	})
	if err == nil {
		err = refused
	}
	return all, err
}
