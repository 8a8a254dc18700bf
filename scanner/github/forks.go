package github

import (
	"context"
	"slices"
)

const forksQuery = `query($owner:String!,$after:String){repositoryOwner(login:$owner){repositories(first:100,after:$after,isFork:true,ownerAffiliations:OWNER){` +
	`pageInfo{hasNextPage endCursor} nodes{databaseId parent{databaseId}}}}}`

// forks is what forksQuery returns.
type forks struct {
	Owner struct {
		Repositories struct {
			PageInfo pageInfo `json:"pageInfo"`
			Nodes    []struct {
				ID     int64 `json:"databaseId"`
				Parent struct {
					ID int64 `json:"databaseId"`
				} `json:"parent"`
			} `json:"nodes"`
		} `json:"repositories"`
	} `json:"repositoryOwner"`
}

// parents fills in which repositories the forks of an owner were made from, which lists over REST do not say. Without an
// answer they stay unknown: then each fork is read whole.
func (l *listing) parents(ctx context.Context, owner string) {
	isFork := func(r Repository) bool { return r.Fork && r.Parent == 0 }
	if !slices.ContainsFunc(l.out.Repositories, isFork) {
		return
	}
	parent := map[int64]int64{}
	variables := map[string]any{"owner": owner, "after": nil}
	for {
		l.out.Requests++
		data, err := ask[forks](ctx, l.api, query{forksQuery, variables})
		if err != nil {
			break
		}
		list := data.Owner.Repositories
		for _, n := range list.Nodes {
			parent[n.ID] = n.Parent.ID
		}
		if variables["after"] = list.PageInfo.EndCursor; !list.PageInfo.HasNextPage || list.PageInfo.EndCursor == "" {
			break
		}
	}
	for i, r := range l.out.Repositories {
		if isFork(r) {
			l.out.Repositories[i].Parent = parent[r.ID]
		}
	}
}
