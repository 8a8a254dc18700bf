// Package pair joins the IDs of one content with the secrets that belong to them.
//
// Every secret that may belong to an ID gets a score from what a person would go by: a key name beside it, the
// distance, the order, another ID in between. The best pairs are taken first, one secret for one ID; what else
// stood near an ID is kept as its candidates, a few at most, for STS to decide. Windows and counts are capped, so
// that the cost is linear in the content whatever it holds.
package pair

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules"
)

// Options bounds the search. The zero Options means the defaults.
type Options struct {
	MaxCandidates int // secrets kept for one ID; default 5
	// Part says that the content is a part of a longer one: nothing is concluded from what it does not hold.
	Part bool
}

// Joined is one credential of a content, with the places of its parts. A part that was not seen has a zero Match.
type Joined struct {
	Credential rules.Credential
	ID         rules.Match
	Secret     rules.Match
	Token      rules.Match
	Candidates []rules.Match // other secrets that may be the ID's, best first
}

// How far from an ID its parts are looked for, in bytes and in lines.
const (
	windowBefore, windowAfter = 2048, 4096
	namedLines, bareLines     = 30, 6
	defaultMaxCandidates      = 5
)

// Join makes credentials of the parts that Set.Find saw in content. Each place of an ID is one credential, and
// so is each secret that stands alone beside a telling key name; they are ordered by place.
func Join(content []byte, parts []rules.Match, opts Options) []Joined {
	opts.MaxCandidates = cmp.Or(opts.MaxCandidates, defaultMaxCandidates)
	j := joiner{content: content, opts: opts, table: tableOf(content)}
	for _, m := range parts {
		switch m.Kind {
		case rules.KindID:
			j.ids = append(j.ids, part{Match: m})
		case rules.KindSecret:
			j.secrets = append(j.secrets, part{Match: m})
		case rules.KindSTSID:
			j.temporary = append(j.temporary, m)
		case rules.KindValue:
			j.joined = append(j.joined, j.single(m))
		}
	}
	j.triples()
	number(content, j.ids)
	j.addBareSecrets()
	number(content, j.secrets)
	j.pairs()
	j.loneSecrets()
	slices.SortStableFunc(j.joined, func(a, b Joined) int { return cmp.Compare(a.start(), b.start()) })
	return j.joined
}

func (j Joined) start() int {
	if j.ID.End > 0 {
		return j.ID.Start
	}
	return j.Secret.Start
}

// part is a match with the number of its line, counted from the first match.
type part struct {
	rules.Match
	line   int
	joined bool // it stands in some ID's credential
}

// number counts the lines of parts, which are ordered by place, in one pass.
func number(content []byte, parts []part) {
	line, at := 0, 0
	for i := range parts {
		line += bytes.Count(content[at:parts[i].Start], []byte{'\n'})
		at = parts[i].Start
		parts[i].line = line
	}
}

type joiner struct {
	content []byte
	opts    Options
	table   table
	ids     []part
	secrets []part // named ones and those that merely stand near an ID, by place
	joined  []Joined

	temporary []rules.Match // the IDs of temporary credentials, by place
}

// addBareSecrets adds the values near an ID that look like a secret and have no key name. Windows that overlap
// are read once.
func (j *joiner) addBareSecrets() {
	done := 0
	for i, id := range j.ids {
		from := max(done, linesBefore(j.content, id.Start))
		to := linesAfter(j.content, id.End, bareLines+j.above(i))
		if from >= to {
			continue
		}
		for _, m := range rules.Near(rules.KindSecret, j.content, from, to) {
			j.secrets = append(j.secrets, part{Match: m})
			to = max(to, m.End)
		}
		done = to
	}
	slices.SortStableFunc(j.secrets, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), named(b)-named(a))
	})
	j.secrets = slices.CompactFunc(j.secrets, func(a, b part) bool { return a.Start == b.Start })
}

func named(p part) int {
	if p.Named {
		return 1
	}
	return 0
}

// linesBefore returns where the window of bare values before an ID begins.
func linesBefore(content []byte, start int) int {
	from := start
	for range bareLines + 1 {
		i := bytes.LastIndexByte(content[max(0, start-windowBefore):from], '\n')
		if i < 0 {
			return max(0, start-windowBefore)
		}
		from = max(0, start-windowBefore) + i
	}
	return from
}

// above returns how many IDs stand in a list before the i-th: the secrets may stand in a list behind it.
func (j *joiner) above(i int) int {
	n := 0
	for n < min(i, maxListed) && near(j.ids[i-n-1], j.ids[i-n]) {
		n++
	}
	return n
}

// linesAfter returns where the window of bare values behind an ID ends.
func linesAfter(content []byte, end, lines int) int {
	limit := min(len(content), end+windowAfter)
	to := end
	for range lines + 1 {
		i := bytes.IndexByte(content[to:limit], '\n')
		if i < 0 {
			return limit
		}
		to += i + 1
	}
	return to
}

// edge says that a secret may belong to an ID.
type edge struct {
	id, secret int // indexes into joiner.ids and joiner.secrets
	score      int
}

func byScore(a, b edge) int { return cmp.Compare(b.score, a.score) }

// pairs gives each ID its best secret that no better pair has taken, and then as its candidates those that
// nobody has.
func (j *joiner) pairs() {
	edges := j.lists()
	if !j.opts.Part {
		edges = append(edges, j.records()...)
	}
	for i := range j.ids {
		edges = append(edges, j.edges(i)...)
	}
	slices.SortStableFunc(edges, byScore)
	ranked := make([][]int, len(j.ids))
	taken := map[int]bool{}
	for _, e := range edges {
		if len(ranked[e.id]) == 0 && !taken[e.secret] {
			ranked[e.id] = append(ranked[e.id], e.secret)
			taken[e.secret] = true
		}
	}
	for _, e := range edges {
		if len(ranked[e.id]) > 0 && len(ranked[e.id]) < j.opts.MaxCandidates && !taken[e.secret] {
			ranked[e.id] = append(ranked[e.id], e.secret)
		}
	}
	if !j.opts.Part {
		j.joinLast(ranked, taken)
	}
	for i, id := range j.ids {
		if !id.Weak || len(ranked[i]) > 0 {
			j.joined = append(j.joined, j.pair(id, ranked[i]))
		}
	}
}

// joinLast joins, however far apart they are, the only ID and the only secret with a telling name that nothing else
// has claimed.
func (j *joiner) joinLast(ranked [][]int, taken map[int]bool) {
	id, secret := -1, -1
	for i := range j.ids {
		if len(ranked[i]) == 0 && !j.ids[i].Weak {
			if id >= 0 && !j.same(j.ids[id], j.ids[i]) {
				return
			}
			id = i
		}
	}
	for s := range j.secrets {
		if j.secrets[s].Telling && !taken[s] {
			if secret >= 0 && !j.same(j.secrets[secret], j.secrets[s]) {
				return
			}
			secret = s
		}
	}
	if id >= 0 && secret >= 0 {
		ranked[id] = append(ranked[id], secret)
		taken[secret] = true
	}
}

func (j *joiner) same(a, b part) bool {
	return bytes.Equal(j.content[a.Start:a.End], j.content[b.Start:b.End])
}

// pair makes the credential of an ID and its secrets, best first; there may be none.
func (j *joiner) pair(id part, secrets []int) Joined {
	out := Joined{ID: id.Match, Credential: rules.Credential{Type: rules.AccessKeyID, ID: j.value(id.Match)}}
	for i, s := range secrets {
		j.secrets[s].joined = true
		secret := j.secrets[s].Match
		if i > 0 {
			out.Candidates = append(out.Candidates, secret)
			continue
		}
		out.Secret = secret
		out.Credential.Type, out.Credential.Secret = rules.AccessKey, j.value(secret)
	}
	return out
}

// edges scores every secret near one ID and returns a few, best first.
func (j *joiner) edges(i int) []edge {
	id := j.ids[i]
	var out []edge
	for s := j.secretAt(id.Start - windowBefore); s < j.secretAt(id.End+windowAfter); s++ {
		if score, ok := j.score(i, j.secrets[s]); ok {
			out = append(out, edge{id: i, secret: s, score: score})
		}
	}
	slices.SortStableFunc(out, byScore)
	return out[:min(len(out), 2*j.opts.MaxCandidates)]
}

// secretAt returns the index of the first secret at or behind pos.
func (j *joiner) secretAt(pos int) int {
	i, _ := slices.BinarySearchFunc(j.secrets, pos, func(p part, at int) int { return cmp.Compare(p.Start, at) })
	return i
}

// score ranks a secret for an ID: its name counts most, then how near it stands, then that it follows.
func (j *joiner) score(i int, s part) (int, bool) {
	id := j.ids[i]
	lines, score := s.line-id.line, 100
	reach := namedLines
	if !s.Named {
		reach, score = bareLines, 60
	}
	hint := 0
	if !s.Telling {
		hint = j.hint(s)
	}
	if hint == never && !s.Named {
		return 0, false
	}
	score += hint
	if lines < 0 {
		lines, score = -lines, score-12
	}
	if known, secret := j.table.tells(j.content, s.Start); known && lines == 0 {
		score = 60
		if secret {
			score = 100
		}
	}
	if j.aside(i) {
		score -= 40
	}
	if !s.Telling && j.elsewhere(i) {
		return 0, false
	}
	between := j.idsBetween(i, s)
	score -= 3*lines + 30*between
	return score, lines <= reach && between <= 3
}

// aside reports whether an ID stands in a comment behind another one, on the same line.
func (j *joiner) aside(i int) bool {
	if i == 0 || j.ids[i-1].line != j.ids[i].line {
		return false
	}
	between := j.content[j.ids[i-1].End:j.ids[i].Start]
	return len(between) < windowBefore && (bytes.Contains(between, []byte("//")) || bytes.IndexByte(between, '#') >= 0)
}

// idsBetween counts the IDs that stand between the i-th ID and a secret.
func (j *joiner) idsBetween(i int, s part) int {
	n, _ := slices.BinarySearchFunc(j.ids, s.Start, func(p part, at int) int { return cmp.Compare(p.Start, at) })
	if n > i {
		return n - i - 1
	}
	return i - n
}

// loneSecrets adds the secrets that belong to no ID and whose key name tells what they are.
func (j *joiner) loneSecrets() {
	for _, s := range j.secrets {
		if s.Telling && !s.joined {
			j.joined = append(j.joined, Joined{
				Secret:     s.Match,
				Credential: rules.Credential{Type: rules.AccessKeySecret, Secret: j.value(s.Match)},
			})
		}
	}
}

// single makes a credential that is one value.
func (j *joiner) single(m rules.Match) Joined {
	if m.Type == rules.OSSTemporaryID {
		return Joined{ID: m, Credential: rules.Credential{Type: m.Type, ID: j.value(m)}}
	}
	return Joined{Secret: m, Credential: rules.Credential{Type: m.Type, Secret: j.value(m)}}
}

func (j *joiner) value(m rules.Match) rules.Secret {
	return rules.NewSecret(string(j.content[m.Start:m.End]))
}
