package config

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/custom"
	"github.com/akguard/akguard/rules/reason"
)

// Try runs each rule on its examples. It returns the examples that fail, and how many there are.
func (c Config) Try() (failures []reason.Reason, tried int, err error) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, r := range c.Custom {
		set, err := alone(r)
		if err != nil {
			return nil, 0, err
		}
		for i, text := range slices.Concat(r.Examples.Match, r.Examples.NoMatch) {
			tried++
			wanted := i < len(r.Examples.Match)
			matches, _ := set.Find([]byte(expand(text, rng)))
			found := len(matches) > 0
			switch {
			case wanted && !found:
				failures = append(failures, reason.New("config.example-missed", r.ID, strconv.Quote(text)))
			case found && !wanted:
				failures = append(failures, reason.New("config.example-found", r.ID, strconv.Quote(text)))
			}
		}
	}
	return failures, tried, nil
}

func alone(r custom.Rule) (*rules.Set, error) {
	list, err := custom.Compile(r)
	if err != nil {
		return nil, err
	}
	return rules.Compile(list...)
}

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

var (
	placeholder = regexp.MustCompile(`\{(alnum|hex|upper|lower|digit):(\d{1,4})\}`)
	alphabets   = map[string]string{"alnum": digits + upper + lower, "hex": digits + "abcdef", "upper": upper, "lower": lower, "digit": digits}
)

// expand puts random characters into an example, so that none of them has to hold a secret.
func expand(text string, rng *rand.Rand) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		parts := placeholder.FindStringSubmatch(found)
		n, _ := strconv.Atoi(parts[2]) // four digits at most
		out := make([]byte, n)
		for i := range out {
			out[i] = alphabets[parts[1]][rng.IntN(len(alphabets[parts[1]]))]
		}
		return string(out)
	})
}
