package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
)

// hosts returns the detector of values that belong to a host on aliyuncs.com.
func hosts(t rules.Type, detect func(content []byte, at int) (rules.Match, bool)) []rules.Detector {
	part := rules.Part{Name: string(t), Kind: rules.KindValue, Type: t, Literals: []string{aliyuncs}, Hidden: []string{"aliyuncs"}, Reach: reach}
	return []rules.Detector{value{part, detect}}
}

// atHost returns what finds the password that belongs to a host with one of the parts in it: in its address, whatever the
// scheme is, or beside it.
func atHost(words []string, parts ...string) func(content []byte, at int) (rules.Match, bool) {
	return func(content []byte, at int) (rules.Match, bool) {
		end := at + len(aliyuncs)
		start, ok := hostOf(content, end, parts...)
		if !ok {
			return rules.Match{}, false
		}
		if m, ok := inAddress(content, start, func([]byte) bool { return true }); ok {
			return m, true
		}
		return beside(content, start, end, words)
	}
}

// login finds the password that is joined with a user, as in -u user:password or ("user", "password"), within reach of an
// offset.
func login(content []byte, at int, user string) (rules.Match, bool) {
	from, to := max(0, at-nearby), min(len(content), at+nearby)
	for from < to {
		i := bytes.Index(content[from:to], []byte(user))
		if i < 0 {
			break
		}
		end := from + i + len(user)
		from = end
		switch {
		case end+1 < to && content[end] == ':' && content[end+1] != '/':
			if m, ok := password(content, end+1, "@ \t\"'"); ok {
				return m, true
			}
		case end < to && isQuote(content[end]):
			if at := skipAll(content, end+1, to, ", \t:"); at < to && at > end+1 && isQuote(content[at]) {
				v := named{start: at + 1, end: quotedEnd(content, at+1, content[at]), quoted: true}
				if m, ok := v.chosen(content); ok {
					return m, true
				}
			}
		}
	}
	return rules.Match{}, false
}

// signIn finds the password that is the second argument of a call, within reach after an offset.
func signIn(content []byte, from int, call string) (rules.Match, bool) {
	to := min(len(content), from+nearby)
	i := bytes.Index(content[from:to], []byte(call))
	if i < 0 {
		return rules.Match{}, false
	}
	at := from + i + len(call)
	comma := bytes.IndexByte(content[at:to], ',')
	if comma < 0 {
		return rules.Match{}, false
	}
	at = skipAll(content, at+comma+1, to, " \t\r\n")
	if at >= to || !isQuote(content[at]) {
		return rules.Match{}, false
	}
	v := named{start: at + 1, end: quotedEnd(content, at+1, content[at]), quoted: true}
	return v.chosen(content)
}
