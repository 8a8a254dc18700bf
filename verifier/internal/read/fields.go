package read

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
)

// The lengths at which values of events are cut: policies have up to 6,144 characters, and must stay whole to be judged.
const (
	maxValue  = 500
	maxPolicy = 6200
	maxScript = 200
)

var (
	keyID     = regexp.MustCompile(`\b(?:LTAI[A-Za-z0-9]{12,26}|STS\.[A-Za-z0-9]{16,40})\b`)
	isSecret  = regexp.MustCompile(`(?i)password|secret|securitytoken|oidctoken|assertion|privatekey|credential`)
	isNaming  = regexp.MustCompile(`(?:Id|Name|Type|Status)$`) // ServiceCredentialId is no secret
	isPolicy  = regexp.MustCompile(`(?i)policy|document`)
	isScript  = regexp.MustCompile(`(?i)userdata|commandcontent`)
	isKeyName = regexp.MustCompile(`(?i)accesskeyid$|^accesskey$`)
)

// isID reports whether a text is an AccessKey ID and nothing else. IDs of the oldest form look like words.
func isID(s string) bool {
	return keyID.FindString(s) == s || len(s) == 16 && !strings.ContainsAny(s, "-_ .:/")
}

// fields are the parameters of an event, by their names with dots.
type fields struct {
	ids  IDs
	text map[string]string
	refs []account.KeyRef
}

// flatten adds a value and all that is in it.
func (f *fields) flatten(name string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			f.flatten(join(name, key), v[key])
		}
	case []any:
		for i, item := range v {
			f.flatten(join(name, strconv.Itoa(i+1)), item)
		}
	case string:
		var inner map[string]any
		if name == "" && json.Unmarshal([]byte(v), &inner) == nil {
			f.flatten("", inner)
			return
		}
		f.add(name, v)
	case nil:
	default:
		f.add(name, text(v))
	}
}

func join(name, key string) string {
	key = rules.MaskIDs(key)
	if name == "" {
		return key
	}
	return name + "." + key
}

// add keeps a value without secrets, and the AccessKeys that it names.
func (f *fields) add(name, value string) {
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case isScript.MatchString(last):
		value = Script(value)
	case isKeyName.MatchString(last):
		if value != "" {
			f.refs = append(f.refs, f.ids.add(rules.NewSecret(value)))
			f.text[name] = rules.NewSecret(value).String()
		}
		return
	case isSecret.MatchString(last) && !isNaming.MatchString(last):
		return
	}
	value = keyID.ReplaceAllStringFunc(value, func(id string) string {
		f.refs = append(f.refs, f.ids.add(rules.NewSecret(id)))
		return rules.NewSecret(id).String()
	})
	limit := maxValue
	if isPolicy.MatchString(last) {
		limit = maxPolicy
	}
	if value != "" {
		f.text[name] = cut(rules.MaskIDs(value), limit)
	}
}

// Script returns the beginning of a script, which services hold in base64, with the IDs of AccessKeys masked.
func Script(content string) string {
	if plain, err := base64.StdEncoding.DecodeString(content); err == nil && utf8.Valid(plain) {
		content = string(plain)
	}
	content = keyID.ReplaceAllStringFunc(content, func(id string) string { return rules.NewSecret(id).String() })
	return cut(rules.MaskIDs(content), maxScript)
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

// text writes a value of JSON; whole numbers without an exponent.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.FormatInt(int64(v), 10)
		}
	}
	return fmt.Sprint(value)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
