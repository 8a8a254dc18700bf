package config

import (
	"bytes"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/custom"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/suppress"
	"github.com/pelletier/go-toml/v2"
)

// ownFile is .akguard.toml.
type ownFile struct {
	BuiltIn *bool       `toml:"built-in"`
	Rules   []ownRule   `toml:"rules"`
	Allow   []allowance `toml:"allow"`
}

// allowance is an allowlist for every rule, the built-in ones too.
type allowance struct {
	Paths  []string        `toml:"paths"`
	Rules  []string        `toml:"rules"`
	Reason string          `toml:"reason"`
	Until  *toml.LocalDate `toml:"until"`
}

type ownRule struct {
	ID          string     `toml:"id"`
	Description string     `toml:"description"`
	Help        string     `toml:"help"`
	Severity    string     `toml:"severity"`
	Regex       string     `toml:"regex"`
	SecretGroup int        `toml:"secret-group"`
	Keywords    []string   `toml:"keywords"`
	Entropy     float64    `toml:"entropy"`
	Path        string     `toml:"path"`
	Allow       []ownAllow `toml:"allow"`
	Match       []string   `toml:"match"`
	NoMatch     []string   `toml:"no-match"`
}

type ownAllow struct {
	Description string   `toml:"description"`
	Paths       []string `toml:"paths"`
	Commits     []string `toml:"commits"`
	Regexes     []string `toml:"regexes"`
	Target      string   `toml:"target"`
	StopWords   []string `toml:"stop-words"`
	All         bool     `toml:"all"`
}

func parseOwn(data []byte) (Config, error) {
	var file ownFile
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&file); err != nil {
		return Config{}, err
	}
	c := Config{withoutBuiltIn: file.BuiltIn != nil && !*file.BuiltIn}
	for _, r := range file.Rules {
		rule, err := r.rule()
		if err != nil {
			return c, reason.NewError("config.rule", r.ID, err)
		}
		c.Custom = append(c.Custom, rule)
	}
	for _, a := range file.Allow {
		o := suppress.AllowOptions{Paths: a.Paths, Rules: a.Rules, Reason: a.Reason}
		if a.Until != nil {
			o.Until = a.Until.AsTime(time.UTC)
		}
		if _, err := suppress.NewAllow(o); err != nil {
			return c, err
		}
		c.allow = append(c.allow, o)
	}
	return c, nil
}

func (r ownRule) rule() (custom.Rule, error) {
	out := custom.Rule{
		ID: r.ID, Description: r.Description, Help: r.Help, Regex: r.Regex, Group: r.SecretGroup, Keywords: r.Keywords,
		Entropy: r.Entropy, Path: r.Path, Examples: rules.Examples{Match: r.Match, NoMatch: r.NoMatch},
	}
	var err error
	if out.Severity, err = severity(r.Severity); err != nil {
		return out, err
	}
	for _, a := range r.Allow {
		target, err := target(a.Target)
		if err != nil {
			return out, err
		}
		out.Allow = append(out.Allow, custom.Allow{
			Paths: a.Paths, Commits: a.Commits, Regexes: a.Regexes, Target: target, StopWords: a.StopWords, All: a.All,
		})
	}
	return out, nil
}

func severity(name string) (rules.Severity, error) {
	for _, s := range []rules.Severity{rules.Low, rules.Medium, rules.High, rules.Critical} {
		if name == s.String() {
			return s, nil
		}
	}
	if name != "" {
		return 0, reason.NewError("config.severity", name)
	}
	return 0, nil
}

func target(name string) (custom.Target, error) {
	switch name {
	case "", "secret":
		return custom.Value, nil
	case "match":
		return custom.Whole, nil
	case "line":
		return custom.Line, nil
	}
	return 0, reason.NewError("config.target", name)
}
