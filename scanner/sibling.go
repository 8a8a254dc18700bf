package scanner

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
)

// folder holds the IDs without a secret and the secrets without an ID that occur in one folder, each once, and no more than
// two: whether there is one of each is the only question, and a folder may hold 100,000.
type folder struct{ ids, secrets []*group }

// pairSiblings gives an ID the secret that occurs in the same folder, or in another version of the same file: a secrets
// directory holds one value a file, and some people split a pair. It is a guess, so it is made only where the folder has
// one ID without any secret and one secret without an ID.
func pairSiblings(groups []*group) {
	folders := map[string]*folder{}
	for _, g := range groups {
		for _, o := range g.occurrences {
			if dir, ok := folderOf(o.Place); ok {
				if folders[dir] == nil {
					folders[dir] = new(folder)
				}
				folders[dir].add(g)
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		f := folders[dir]
		if len(f.ids) != 1 || len(f.secrets) != 1 || len(f.ids[0].secrets) > 0 || f.ids[0].scheme != f.secrets[0].scheme {
			continue
		}
		id, secret := f.ids[0], f.secrets[0]
		if id.context && secret.context {
			continue
		}
		id.secrets = []rules.Secret{secret.credential.Secret}
		id.credential.Type, id.credential.Secret = id.scheme.Type, secret.credential.Secret
		secret.claimed = true
	}
}

func (f *folder) add(g *group) {
	switch {
	case g.scheme == nil || g.scheme.Temporary:
	case g.lone() && !g.claimed:
		f.secrets = appendNew(f.secrets, g)
	case g.credential.Secret.IsZero():
		f.ids = appendNew(f.ids, g)
	}
}

func appendNew(list []*group, g *group) []*group {
	if len(list) > 1 || slices.Contains(list, g) {
		return list
	}
	return append(list, g)
}

// unnamed reports whether there is no evidence that a lone value is a secret: it is all of each content in which it occurs, and no
// content is named after a secret.
func (g *group) unnamed() bool {
	return g.lone() && !slices.ContainsFunc(g.occurrences, func(o occurrence) bool {
		name := strings.ToLower(cmp.Or(o.Member, o.Path))
		return !o.Whole || strings.Contains(name, "secret")
	})
}

// folderOf returns the folder of a place; ok is false for what has no path.
func folderOf(p finding.Place) (dir string, ok bool) {
	full := p.Path
	if p.Member != "" {
		full += "!/" + p.Member
	}
	return path.Dir(full), full != ""
}
