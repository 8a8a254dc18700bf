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

// folder is what stands in one folder, each once.
type folder struct{ ids, secrets []*credentialGroup }

// introduce gives an ID the secret that stands in the same folder, or in another version of the same file: a secrets
// directory holds one value a file, and who is careful splits a pair. It is a guess, so it is made only where one ID
// without any secret and one secret without an ID stand there.
func introduce(groups []*credentialGroup) {
	folders := map[string]*folder{}
	for _, g := range groups {
		for _, h := range g.hits {
			if dir, ok := placeFolder(h.place); ok {
				if folders[dir] == nil {
					folders[dir] = new(folder)
				}
				folders[dir].add(g)
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		f := folders[dir]
		if len(f.ids) != 1 || len(f.secrets) != 1 || len(f.ids[0].secrets) > 0 {
			continue
		}
		secret := f.secrets[0].credential.Secret
		f.ids[0].secrets = []rules.Secret{secret}
		f.ids[0].credential.Type, f.ids[0].credential.Secret = rules.AccessKey, secret
	}
}

func (f *folder) add(g *credentialGroup) {
	switch {
	case g.credential.Type == rules.AccessKeyID && !slices.Contains(f.ids, g):
		f.ids = append(f.ids, g)
	case g.credential.Type == rules.AccessKeySecret && !slices.Contains(f.secrets, g):
		f.secrets = append(f.secrets, g)
	}
}

// unnamed reports whether the group is a secret of which nothing tells that it is one: it is all of the contents in which
// it stands, and none of them is named after a secret.
func (g *credentialGroup) unnamed() bool {
	return g.credential.Type == rules.AccessKeySecret && !slices.ContainsFunc(g.hits, func(h hit) bool {
		name := strings.ToLower(cmp.Or(h.place.Member, h.place.Path))
		return !h.bare || strings.Contains(name, "secret")
	})
}

// folder returns the folder of a place; ok is false for what has no path.
func placeFolder(p finding.Place) (dir string, ok bool) {
	full := p.Path
	if p.Member != "" {
		full += "!/" + p.Member
	}
	return path.Dir(full), full != ""
}
