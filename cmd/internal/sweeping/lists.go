package sweeping

import (
	"context"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/sweep"
)

// listsBucket has the lists of repositories of the last sweep. A list that has not changed costs nothing of the hourly limit. Its tag
// holds for one token, so there is nothing to keep for an App, whose tokens last an hour.
const listsBucket = "lists"

// recall gives the account the lists of the last sweep. Without them, all is sent again.
func (r *githubRun) recall(ctx context.Context) {
	bucket, account, ok := r.lists(ctx)
	if !ok {
		return
	}
	_ = bucket.Each(ctx, "", func(key string, value []byte) error {
		account.Recall(key, value)
		return nil
	})
}

// remember keeps the lists of this sweep in place of those of the last one.
func (r *githubRun) remember(ctx context.Context) {
	bucket, account, ok := r.lists(ctx)
	if !ok {
		return
	}
	lists := account.Lists()
	var old []string
	_ = bucket.Each(ctx, "", func(key string, _ []byte) error {
		if lists[key] == nil {
			old = append(old, key)
		}
		return nil
	})
	for _, key := range old {
		if _, revision, err := bucket.Get(ctx, key); err == nil {
			_ = bucket.Delete(ctx, key, revision)
		}
	}
	for key, list := range lists {
		if _, revision, err := bucket.Get(ctx, key); err == nil && len(list) <= sweep.MaxValue {
			_, _ = bucket.Put(ctx, key, list, revision)
		}
	}
}

func (r *githubRun) lists(ctx context.Context) (sweep.Bucket, *github.Account, bool) {
	if r.opts.forge.app != "" {
		return nil, nil, false
	}
	account, err := r.pool.account.of(ctx, "")
	if err != nil {
		return nil, nil, false
	}
	bucket, err := r.queue.Bucket(ctx, listsBucket)
	return bucket, account, err == nil
}
