package orgtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// graphql answers the queries that the client makes, each told by the field that it asks for.
func (e *exchange) graphql() {
	var in struct {
		Query     string `json:"query"`
		Variables struct{ Slug, Owner, Name, After string }
	}
	if err := json.Unmarshal(e.body, &in); err != nil || e.token == nil {
		e.fail(http.StatusBadRequest, "Problems parsing JSON")
		return
	}
	after, _ := strconv.Atoi(in.Variables.After)
	r := e.find(in.Variables.Owner, in.Variables.Name)
	var data object
	switch {
	case strings.Contains(in.Query, "enterprise(slug:"):
		data = e.enterprise(after)
	case strings.Contains(in.Query, "repositoryOwner("):
		data = e.forks(in.Variables.Owner, after)
	case r == nil:
		write(e, http.StatusOK, object{"data": nil, "errors": []object{{"type": "NOT_FOUND", "message": "Could not resolve to a Repository."}}})
		return
	case strings.Contains(in.Query, "pullRequests("):
		data = object{"repository": object{"pullRequests": without(e.pulls(r, after), "totalCount")}}
	case strings.Contains(in.Query, "discussions("):
		data = object{"repository": object{"discussions": without(e.discussions(r, after), "totalCount")}}
	default:
		e.unknown()
		return
	}
	write(e, http.StatusOK, object{"data": data})
}

// nodes returns a page of a list of GraphQL.
func nodes[T any](list []T, after, size int, show func(T) object) object {
	end := min(after+size, len(list))
	out := []object{}
	for _, one := range list[min(after, end):end] {
		out = append(out, show(one))
	}
	return object{"totalCount": len(list), "pageInfo": object{"hasNextPage": end < len(list), "endCursor": fmt.Sprint(end)}, "nodes": out}
}

// without leaves out what the query does not ask for.
func without(o object, names ...string) object {
	for _, name := range names {
		delete(o, name)
	}
	return o
}

func (e *exchange) enterprise(after int) object {
	orgs := append([]string{e.Org}, e.Others...)
	return object{"enterprise": object{"organizations": nodes(orgs, after, 100, func(login string) object { return object{"login": login} })}}
}

func (e *exchange) forks(owner string, after int) object {
	list := slices.DeleteFunc(slices.Clone(e.Repos), func(r *Repo) bool { return r.Parent == nil || r.Deleted || r.Owner != owner || !e.token.sees(r) })
	return object{"repositoryOwner": object{"repositories": without(nodes(list, after, 100, func(r *Repo) object {
		return object{"databaseId": r.ID, "parent": object{"databaseId": r.Parent.ID}}
	}), "totalCount")}}
}

func (e *exchange) pulls(r *Repo, after int) object {
	pulls := slices.DeleteFunc(slices.Clone(r.Issues), func(i *Issue) bool { return !i.Pull })
	slices.SortStableFunc(pulls, func(a, b *Issue) int { return b.At.Compare(a.At) })
	return nodes(pulls, after, 50, func(i *Issue) object {
		return object{"number": i.Number, "updatedAt": stamp(i.At), "reviews": without(nodes(r.Reviews[i.Number], 0, 50, func(c Comment) object {
			return e.note(fmt.Sprintf("%s/%s/pull/%d#pullrequestreview-%d", e.Git, r.FullName(), i.Number, c.ID), c)
		}), "pageInfo")}
	})
}

func (e *exchange) note(url string, c Comment) object {
	return object{"url": url, "body": c.Body, "updatedAt": stamp(c.At), "author": object{"login": c.Author}}
}

func (e *exchange) discussions(r *Repo, after int) object {
	return nodes(r.Discussions, after, 20, func(d Issue) object {
		url := fmt.Sprintf("%s/%s/discussions/%d", e.Git, r.FullName(), d.Number)
		out := e.note(url, Comment{Author: d.Author, Body: d.Body, At: d.At})
		out["title"] = d.Title
		out["comments"] = without(nodes(d.Comments, 0, 50, func(c Comment) object {
			one := e.note(fmt.Sprintf("%s#discussioncomment-%d", url, c.ID), c)
			one["replies"] = object{"nodes": []object{}}
			return one
		}), "totalCount", "pageInfo")
		return out
	})
}
