// Package pair joins the IDs of one content with the secrets that belong to them. It knows no vendor: the scheme of a
// match says which parts are joined, and what to call the result.
//
// Every secret that may belong to an ID gets a score from the evidence that a person would use: a key name beside it, the distance,
// the order, another ID in between. The best pairs are taken first, one secret for one ID. The other secrets near an ID
// are kept as its candidates, a few at most, for the verifier to decide. Windows and counts are capped, so that the cost
// is linear in the content, whatever it holds.
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
	// Part says that the content is a part of a longer one, so that nothing follows from what is missing in it.
	Part bool
}

// Joined is one credential of a content, with the places of its parts. A part that was not seen has a zero Match.
type Joined struct {
	Credential rules.Credential
	ID         rules.Match
	Secret     rules.Match
	Token      rules.Match
	Candidates []rules.Match // other secrets that may be the ID's, best first
	More       bool          // there are still more, past the limit
	Basis      Basis         // why Secret is paired with the ID
}

// Basis is the strength of the evidence that a secret belongs to an ID.
type Basis uint8

// The bases, weakest first.
const (
	NoBasis  Basis = iota // there is no secret
	Guessed               // by its place alone, or over a distance: there is no evidence that the two belong together
	Together              // they are placed as the parts of one credential are
)

// How far from an ID its parts are looked for, in bytes and in lines. A secret with a key name may be a few
// entries further in a configuration file. Without a name, only the ID nearby shows that a value is a secret at all.
const (
	windowBefore, windowAfter = 2048, 4096
	namedLines, unnamedLines  = 30, 6
	defaultMaxCandidates      = 5
)

// Join makes credentials of the matches that Set.Find returned for a content. Each place of an ID is one credential, and
// so is each secret that counts alone. They are ordered by place.
func Join(content []byte, found []rules.Match, opts Options) []Joined {
	opts.MaxCandidates = cmp.Or(opts.MaxCandidates, defaultMaxCandidates)
	var out []Joined
	var schemes []*rules.Scheme
	for _, m := range found {
		if m.Kind.Single() {
			out = append(out, single(content, m))
		} else if !slices.Contains(schemes, m.Scheme) {
			schemes = append(schemes, m.Scheme)
		}
	}
	table := tableOf(content)
	for _, scheme := range schemes {
		j := joiner{content: content, opts: opts, table: table, scheme: scheme}
		if j.sort(found); scheme.Temporary {
			j.triples()
		} else {
			j.pairs()
		}
		out = append(out, j.joined...)
	}
	slices.SortStableFunc(out, func(a, b Joined) int { return cmp.Compare(a.Anchor().Start, b.Anchor().Start) })
	return out
}

// Anchor is the part that says where the credential is: its ID, or a secret without one.
func (j Joined) Anchor() rules.Match {
	if j.ID.End > 0 {
		return j.ID
	}
	return j.Secret
}

// single makes a credential of one value.
func single(content []byte, m rules.Match) Joined {
	value := rules.NewSecret(string(content[m.Start:m.End]))
	if m.Kind == rules.KindLabel {
		return Joined{ID: m, Credential: rules.Credential{Type: m.Type, ID: value}}
	}
	return Joined{Secret: m, Credential: rules.Credential{Type: m.Type, Secret: value}}
}

// part is a match with the number of its line, counted from the first match.
type part struct {
	rules.Match
	line   int
	joined bool // it is part of some ID's credential
	// hasName says that a name is before it; stem is what the name says besides which part it is.
	hasName bool
	stem    string
	hint    int // of a secret
	kind    lineOf
	far     bool // it has no key name, but one that is telling enough to look at it from afar: sk
}

func (p part) named() bool { return p.Confidence >= rules.Named }

func (p part) certain() bool { return p.Confidence == rules.Certain }

// countLines numbers the lines of parts, which are ordered by place, in one pass.
func countLines(content []byte, parts []part) {
	line, at := 0, 0
	for i := range parts {
		line += bytes.Count(content[at:parts[i].Start], []byte{'\n'})
		at = parts[i].Start
		parts[i].line = line
	}
}

// joiner joins the parts of one scheme.
type joiner struct {
	content []byte
	opts    Options
	table   table
	scheme  *rules.Scheme
	ids     []part
	secrets []part // those with a key name and those near an ID, by place
	joined  []Joined
}

// sort picks the parts of the scheme.
func (j *joiner) sort(found []rules.Match) {
	for _, m := range found {
		switch {
		case m.Scheme != j.scheme:
		case m.Kind == rules.KindID:
			j.ids = append(j.ids, part{Match: m})
		case m.Kind == rules.KindSecret:
			j.secrets = append(j.secrets, part{Match: m})
		}
	}
	countLines(j.content, j.ids)
}

// addUnnamedSecrets adds the values near an ID that look like a secret and have no key name. Windows that overlap are
// read once.
func (j *joiner) addUnnamedSecrets() {
	done, far := 0, 0
	for i, id := range j.ids {
		from := max(done, linesBefore(j.content, id.Start))
		to := linesAfter(j.content, id.End, unnamedLines+j.above(i))
		if from >= to {
			continue
		}
		for _, m := range j.near(rules.KindSecret, from, to) {
			j.secrets = append(j.secrets, part{Match: m})
			to = max(to, m.End)
		}
		done = to
		if limit := linesAfter(j.content, id.End, namedLines); limit > max(to, far) {
			j.addFar(max(to, far), limit)
			far = limit
		}
	}
	slices.SortStableFunc(j.secrets, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(min(b.Confidence, rules.Named), min(a.Confidence, rules.Named)))
	})
	j.secrets = slices.CompactFunc(j.secrets, func(a, b part) bool { return a.Start == b.Start })
	countLines(j.content, j.secrets)
}

// addFar adds the values that have a common short name of a secret: sk.
func (j *joiner) addFar(from, to int) {
	for _, m := range j.near(rules.KindSecret, from, to) {
		words := wordsOf(nameOf(j.content, m.Start))
		if n := len(words); n > 0 && (words[n-1] == "sk" || n > 1 && words[n-2] == "sk") {
			j.secrets = append(j.secrets, part{Match: m, far: true})
		}
	}
}

// near returns the values of a kind that look right without a key name.
func (j *joiner) near(kind rules.Kind, from, to int) []rules.Match {
	found := j.scheme.Near(kind, j.content, from, to)
	for i := range found {
		found[i].Kind, found[i].Type, found[i].Scheme = kind, j.scheme.Type, j.scheme
	}
	return found
}

// linesBefore returns where the window of unnamed values before an ID begins.
func linesBefore(content []byte, start int) int {
	from := start
	for range unnamedLines + 1 {
		i := bytes.LastIndexByte(content[max(0, start-windowBefore):from], '\n')
		if i < 0 {
			return max(0, start-windowBefore)
		}
		from = max(0, start-windowBefore) + i
	}
	return from
}

// above returns how many IDs precede the i-th in a list. The list of their secrets may follow.
func (j *joiner) above(i int) int {
	n := 0
	for n < min(i, maxListed) && near(j.ids[i-n-1], j.ids[i-n]) {
		n++
	}
	return n
}

// linesAfter returns where the window of unnamed values after an ID ends.
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
	listed     bool // by the order of two lists
	byName     bool // nothing else has their stem
}

func byScore(a, b edge) int { return cmp.Compare(b.score, a.score) }

// ranking assigns secrets to IDs.
type ranking struct {
	secrets [][]int      // of each ID: indexes into joiner.secrets, best first
	basis   []Basis      // of each ID: why it gets its best one
	taken   map[int]bool // secrets that are some ID's best one
}

// pairs gives each ID its best secret that no better pair has taken. The secrets that are left become its candidates.
func (j *joiner) pairs() {
	j.addUnnamedSecrets()
	j.readNames()
	readLines(j.content, j.ids)
	readLines(j.content, j.secrets)
	edges := append(j.lists(), j.byNames()...)
	if !j.opts.Part {
		edges = append(edges, j.records()...)
	}
	for i := range j.ids {
		edges = append(edges, j.edges(i)...)
	}
	slices.SortStableFunc(edges, byScore)
	r := j.rank(edges)
	if !j.opts.Part {
		j.joinLast(r)
	}
	for i, id := range j.ids {
		if id.Confidence != rules.Weak || len(r.secrets[i]) > 0 {
			j.joined = append(j.joined, j.pair(i, r))
		}
	}
	j.loneSecrets()
}

// rank takes the edges, best first.
func (j *joiner) rank(edges []edge) ranking {
	r := ranking{make([][]int, len(j.ids)), make([]Basis, len(j.ids)), map[int]bool{}}
	for _, e := range edges {
		if len(r.secrets[e.id]) == 0 && !r.taken[e.secret] {
			r.secrets[e.id] = append(r.secrets[e.id], e.secret)
			r.basis[e.id] = j.basis(e)
			r.taken[e.secret] = true
		}
	}
	for _, e := range edges {
		if n := len(r.secrets[e.id]); n > 0 && n < j.opts.MaxCandidates && !r.taken[e.secret] {
			r.secrets[e.id] = append(r.secrets[e.id], e.secret)
		}
	}
	return r
}

// joinLast joins, however far apart they are, the only ID and the only certain secret that are left.
func (j *joiner) joinLast(r ranking) {
	id, secret := -1, -1
	for i := range j.ids {
		if len(r.secrets[i]) == 0 && j.ids[i].Confidence != rules.Weak {
			if id >= 0 && !j.same(j.ids[id], j.ids[i]) {
				return
			}
			id = i
		}
	}
	for s := range j.secrets {
		if j.secrets[s].certain() && !r.taken[s] {
			if secret >= 0 && !j.same(j.secrets[secret], j.secrets[s]) {
				return
			}
			secret = s
		}
	}
	if id >= 0 && secret >= 0 {
		r.secrets[id] = append(r.secrets[id], secret)
		r.basis[id] = Guessed
		r.taken[secret] = true
	}
}

func (j *joiner) same(a, b part) bool {
	return bytes.Equal(j.content[a.Start:a.End], j.content[b.Start:b.End])
}

// pair makes the credential of an ID and its secrets.
func (j *joiner) pair(i int, r ranking) Joined {
	id := j.ids[i].Match
	out := Joined{ID: id, Credential: rules.Credential{Type: j.scheme.IDType, ID: j.value(id)}, Basis: r.basis[i]}
	for n, s := range r.secrets[i] {
		j.secrets[s].joined = true
		secret := j.secrets[s].Match
		if n > 0 {
			out.Candidates = append(out.Candidates, secret)
			continue
		}
		out.Secret = secret
		out.Credential.Type, out.Credential.Secret = j.scheme.Type, j.value(secret)
	}
	out.More = len(r.secrets[i]) >= j.opts.MaxCandidates && j.countNear(i, r.taken) > len(r.secrets[i])-1
	return out
}

// countNear counts the secrets that may be an ID's and are no other's.
func (j *joiner) countNear(i int, taken map[int]bool) int {
	n := 0
	for _, e := range j.scored(i) {
		if !taken[e.secret] {
			n++
		}
	}
	return n
}

// edges returns the best secrets of one ID. Twice as many as it may keep are enough, because better pairs may take some.
func (j *joiner) edges(i int) []edge {
	out := j.scored(i)
	slices.SortStableFunc(out, byScore)
	return out[:min(len(out), 2*j.opts.MaxCandidates)]
}

// scored returns every secret near one ID that may be its own, with its score.
func (j *joiner) scored(i int) []edge {
	id := j.ids[i]
	var out []edge
	for s := j.secretAt(id.Start - windowBefore); s < j.secretAt(id.End+windowAfter); s++ {
		if score, ok := j.score(i, j.secrets[s]); ok {
			out = append(out, edge{id: i, secret: s, score: score})
		}
	}
	return out
}

// secretAt returns the index of the first secret at or after pos.
func (j *joiner) secretAt(pos int) int {
	i, _ := slices.BinarySearchFunc(j.secrets, pos, func(p part, at int) int { return cmp.Compare(p.Start, at) })
	return i
}

// The parts of a score. They were set so that the labelled corpus is paired as people pair it; only their order and
// their sums matter.
const (
	namedScore   = 100 // a key name beside the secret says more than any distance within reach
	certainScore = 115 // the vendor's own name: more than any hint adds to another
	unnamedScore = 60
	beforeScore  = -12 // the secret comes first, which is rarer: worth four lines of distance
	asideScore   = -40 // the ID is in a comment after another ID, and so most likely replaced by it
	lineScore    = -3  // for each line between: 30 lines, the reach of a name, cost less than the name is worth
	betweenScore = -30 // for each ID in between: one outweighs half of what a name is worth
	maxBetween   = 3   // IDs in between, after which a secret is never the ID's
)

// score ranks a secret for an ID: its name counts most, then how near it is, then that it follows.
func (j *joiner) score(i int, s part) (int, bool) {
	id := j.ids[i]
	distance, score, reach := s.line-id.line, namedScore, namedLines
	switch {
	case s.certain():
		score = certainScore
	case s.far:
		score = unnamedScore
	case !s.named():
		reach, score = unnamedLines, unnamedScore
	}
	hint := 0
	if !s.certain() {
		hint = s.hint
	}
	if hint == never && !s.named() {
		return 0, false
	}
	score += hint
	if j.nextArgument(id, s) {
		score = certainScore
	}
	if distance < 0 {
		distance, score = -distance, score+beforeScore
	}
	if known, secret := j.table.column(j.content, s.Start); known {
		score = unnamedScore
		if secret && distance == 0 {
			score = namedScore
		}
	}
	if j.aside(i) {
		score += asideScore
	}
	if !s.certain() && j.elsewhere(i) {
		return 0, false
	}
	between := j.idsBetween(i, s)
	score += lineScore*distance + betweenScore*between + stems(id, s) + lines(id.kind, s.kind)
	return score, distance <= reach && between <= maxBetween
}

// maxArgument is how far the end of an argument is from the beginning of the next one, in bytes.
const maxArgument = 64

// nextArgument reports whether a secret is the argument that follows an ID in a call, or its neighbour in a list.
func (j *joiner) nextArgument(id, s part) bool {
	if s.Start < id.End || s.Start-id.End > maxArgument {
		return false
	}
	between := j.content[id.End:s.Start]
	return bytes.IndexByte(between, ',') >= 0 && len(bytes.Trim(between, "\"'` \t\r\n,")) == 0
}

// aside reports whether an ID is in a comment that follows another ID on the same line.
func (j *joiner) aside(i int) bool {
	if i == 0 || j.ids[i-1].line != j.ids[i].line {
		return false
	}
	between := j.content[j.ids[i-1].End:j.ids[i].Start]
	return len(between) < windowBefore && (bytes.Contains(between, []byte("//")) || bytes.IndexByte(between, '#') >= 0)
}

// idsBetween counts the IDs between the i-th ID and a secret.
func (j *joiner) idsBetween(i int, s part) int {
	n, _ := slices.BinarySearchFunc(j.ids, s.Start, func(p part, at int) int { return cmp.Compare(p.Start, at) })
	if n > i {
		return n - i - 1
	}
	return i - n
}

// loneSecrets adds the secrets that belong to no ID and count alone.
func (j *joiner) loneSecrets() {
	if j.scheme.SecretType == "" {
		return
	}
	for _, s := range j.secrets {
		if s.certain() && !s.joined {
			j.joined = append(j.joined, Joined{
				Secret:     s.Match,
				Credential: rules.Credential{Type: j.scheme.SecretType, Secret: j.value(s.Match)},
			})
		}
	}
}

func (j *joiner) value(m rules.Match) rules.Secret {
	return rules.NewSecret(string(j.content[m.Start:m.End]))
}
