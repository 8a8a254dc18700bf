package config

import (
	"strings"

	"github.com/akguard/akguard/rules/custom"
	"github.com/akguard/akguard/rules/reason"
	"github.com/pelletier/go-toml/v2"
)

// gitleaksFile is the part of a .gitleaks.toml that akguard reads. Both spellings of allow lists are in use.
type gitleaksFile struct {
	Extend     gitleaksExtend
	Rules      []gitleaksRule
	AllowList  *gitleaksAllow  `toml:"allowlist"`
	AllowLists []gitleaksAllow `toml:"allowlists"`
}

type gitleaksExtend struct {
	UseDefault    bool     `toml:"useDefault"`
	Path          string   `toml:"path"`
	URL           string   `toml:"url"`
	DisabledRules []string `toml:"disabledRules"`
}

type gitleaksRule struct {
	ID          string
	Description string
	Regex       string
	SecretGroup int `toml:"secretGroup"`
	Keywords    []string
	Entropy     float64
	Path        string
	SkipReport  bool            `toml:"skipReport"`
	Required    []any           `toml:"required"`
	AllowList   *gitleaksAllow  `toml:"allowlist"`
	AllowLists  []gitleaksAllow `toml:"allowlists"`
}

type gitleaksAllow struct {
	TargetRules []string `toml:"targetRules"`
	Condition   string
	Paths       []string
	Commits     []string
	Regexes     []string
	RegexTarget string   `toml:"regexTarget"`
	StopWords   []string `toml:"stopwords"`
}

func parseGitleaks(data []byte) (Config, error) {
	var file gitleaksFile
	if err := toml.Unmarshal(data, &file); err != nil {
		return Config{}, err
	}
	if file.Extend.Path != "" || file.Extend.URL != "" {
		return Config{}, reason.NewError("config.extend")
	}
	var c Config
	if file.Extend.UseDefault {
		c.ignore(reason.New("config.ignored-default"))
	}
	global, err := file.allow()
	if err != nil {
		return c, err
	}
	for _, r := range file.Rules {
		switch {
		case r.Regex == "":
			c.ignore(reason.New("config.ignored-path-only", r.ID))
		case r.SkipReport:
			c.ignore(reason.New("config.ignored-skip-report", r.ID))
		default:
			if len(r.Required) > 0 {
				c.ignore(reason.New("config.ignored-required", r.ID))
			}
			rule, err := r.rule(global)
			if err != nil {
				return c, reason.NewError("config.rule", r.ID, err)
			}
			c.Custom = append(c.Custom, rule)
		}
	}
	return c, nil
}

func (c *Config) ignore(what reason.Reason) { c.Ignored = append(c.Ignored, what) }

// allow returns the allow lists of the file by the rule that they are for; "" is all rules.
func (f gitleaksFile) allow() (map[string][]custom.Allow, error) {
	lists := f.AllowLists
	if f.AllowList != nil {
		lists = append(lists, *f.AllowList)
	}
	out := map[string][]custom.Allow{}
	for _, a := range lists {
		list, err := a.allow()
		if err != nil {
			return nil, reason.NewError("config.allowlists", err)
		}
		if len(a.TargetRules) == 0 {
			out[""] = append(out[""], list)
		}
		for _, id := range a.TargetRules {
			out[id] = append(out[id], list)
		}
	}
	return out, nil
}

func (r gitleaksRule) rule(global map[string][]custom.Allow) (custom.Rule, error) {
	out := custom.Rule{
		ID: r.ID, Description: strings.TrimSuffix(r.Description, "."), Regex: r.Regex, Group: r.SecretGroup,
		Keywords: r.Keywords, Entropy: r.Entropy, Path: r.Path,
	}
	lists := r.AllowLists
	if r.AllowList != nil {
		lists = append(lists, *r.AllowList)
	}
	for _, a := range lists {
		list, err := a.allow()
		if err != nil {
			return out, reason.NewError("config.allowlists", err)
		}
		out.Allow = append(out.Allow, list)
	}
	out.Allow = append(append(out.Allow, global[""]...), global[r.ID]...)
	return out, nil
}

func (a gitleaksAllow) allow() (custom.Allow, error) {
	out := custom.Allow{Paths: a.Paths, Commits: a.Commits, Regexes: a.Regexes, StopWords: a.StopWords}
	switch strings.ToUpper(a.Condition) {
	case "", "OR", "||":
	case "AND", "&&":
		out.All = true
	default:
		return out, reason.NewError("config.condition", a.Condition)
	}
	var err error
	out.Target, err = target(a.RegexTarget)
	return out, err
}
