package planted

import (
	"encoding/hex"
	"os"
	"path/filepath"
)

// MultiPackChain replaces the multi-pack-index by a chain of one layer for each pack, as git 2.47 and later write it. A
// layer has the format of a multi-pack-index of its packs alone. It returns the chain's folder.
func (r *Repo) MultiPackChain() string {
	r.t.Helper()
	packs := filepath.Join(r.objects(), "pack")
	dir := filepath.Join(packs, "multi-pack-index.d")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	indexes, _ := filepath.Glob(filepath.Join(packs, "pack-*.idx"))
	single, chain := filepath.Join(packs, "multi-pack-index"), ""
	for _, index := range indexes {
		r.Feed(filepath.Base(index)+"\n", "multi-pack-index", "write", "--stdin-packs")
		data, err := os.ReadFile(single)
		if err != nil {
			r.t.Fatal(err)
		}
		hash := hex.EncodeToString(data[len(data)-r.Format.Size():])
		if err := os.Rename(single, filepath.Join(dir, "multi-pack-index-"+hash+".midx")); err != nil {
			r.t.Fatal(err)
		}
		chain += hash + "\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "multi-pack-index-chain"), []byte(chain), 0o644); err != nil {
		r.t.Fatal(err)
	}
	return dir
}
