package investigate

import (
	"fmt"

	"github.com/akguard/akguard/rules/reason"
)

// A product costs suspiciously more if it costs more than growth times what it cost last month in the same number of days, and the
// difference is more than least.
const (
	billGrowth = 2
	billLeast  = 10
)

// billGrown asks which products cost more than last month.
func billGrown() Check {
	return Check{ID: "bill", Severity: High, Asks: ask("bssopenapi", "QueryBillOverview"), judge: func(s *scene) []Evidence {
		this, last := s.Taken.UTC().Format("2006-01"), s.Taken.UTC().AddDate(0, 0, -s.Taken.UTC().Day()).Format("2006-01")
		month := map[string]map[string]float64{this: {}, last: {}}
		currency := map[string]string{}
		for _, b := range s.Bills {
			if month[b.Cycle] != nil {
				month[b.Cycle][b.Product] += b.Amount
				currency[b.Product] = b.Currency
			}
		}
		passed := float64(s.Taken.UTC().Day()) / 30
		var out []Evidence
		for product, now := range month[this] {
			usual := month[last][product] * passed
			if now > billGrowth*usual && now-usual > billLeast {
				what := reason.New("investigate.bill", product, fmt.Sprintf("%.2f %s", now, currency[product]), fmt.Sprintf("%.2f %s", usual, currency[product]))
				out = append(out, Evidence{What: what, Subject: Subject{Kind: kindResource, Name: product}, Maker: Nobody})
			}
		}
		return out
	}}
}
