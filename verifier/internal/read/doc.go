// Package read asks Alibaba Cloud what an account has, and returns it as the types of package account: a function for each
// question, a file for each area. It makes the calls and reads the pages; package survey decides which questions are asked,
// and what their failure means.
//
// A function that fails in the middle of a list returns what came before, with the error.
//
// Limits: what the service does not say stays empty. Nothing secret is returned but the IDs of AccessKeys, apart and as
// secrets, so that a key can be followed.
package read

import (
	"context"
	"maps"
	"strconv"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// IDs are the AccessKey IDs behind references.
type IDs map[account.KeyRef]rules.Secret

// add remembers an ID, and returns its reference.
func (ids IDs) add(id rules.Secret) account.KeyRef {
	ref := account.Ref(id)
	if ref != "" {
		ids[ref] = id
	}
	return ref
}

// pages reads all pages of a list. It sends the token of each page in the parameter named token; take gets each answer and
// returns the token of the next page, "" after the last.
func pages[T any, P interface {
	*T
	cloud.Decoded
}](ctx context.Context, c *cloud.Client, q cloud.Query, token string, take func(P) string) error {
	return cloud.Pages(func(next string) (string, error) {
		var a T
		page := q
		page.Paged = true
		page.Params = with(q.Params, token, next)
		if err := c.Read(ctx, page, P(&a)); err != nil {
			return "", err
		}
		return take(&a), nil
	})
}

// numbered reads all pages of a list that numbers its pages. take gets each answer and returns how many items there are in
// all pages.
func numbered[T any, P interface {
	*T
	cloud.Decoded
}](ctx context.Context, c *cloud.Client, q cloud.Query, size int, take func(P) (total int)) error {
	return counted[T, P](ctx, c, q, "PageNumber", size, take)
}

// current is numbered for Security Center, which has another name for the number.
func current[T any, P interface {
	*T
	cloud.Decoded
}](ctx context.Context, c *cloud.Client, q cloud.Query, size int, take func(P) (total int)) error {
	return counted[T, P](ctx, c, q, "CurrentPage", size, take)
}

func counted[T any, P interface {
	*T
	cloud.Decoded
}](ctx context.Context, c *cloud.Client, q cloud.Query, name string, size int, take func(P) (total int)) error {
	page := 1
	q.Params = with(q.Params, "PageSize", strconv.Itoa(size))
	return pages[T, P](ctx, c, q, name, func(a P) string {
		if total := take(a); page*size >= total {
			return ""
		}
		page++
		return strconv.Itoa(page)
	})
}

// with returns the parameters with one more.
func with(params map[string]string, name, value string) map[string]string {
	all := maps.Clone(params)
	if all == nil {
		all = map[string]string{}
	}
	all[name] = value
	return all
}

// marker returns the marker of the next page of a list of RAM or IMS.
func marker(truncated bool, next string) string {
	if truncated {
		return next
	}
	return ""
}
