package github

import (
	"bytes"
	"context"
	"net/http"
)

// CodeOwners returns the file of code owners of the default branch; nil if there is none.
func (a *Account) CodeOwners(ctx context.Context, r Repository) ([]byte, error) {
	for _, path := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"} {
		address := "repos/" + r.FullName() + "/contents/" + path
		req, err := a.rest.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			return nil, a.failed(ctx, "GET /"+address, err)
		}
		req.Header.Set("Accept", "application/vnd.github.raw+json")
		var text bytes.Buffer
		_, err = a.rest.Do(ctx, req, &text)
		if err = a.failed(ctx, "GET /"+address, err); err == nil {
			return text.Bytes(), nil
		}
		if !Missing(err) {
			return nil, err
		}
	}
	return nil, nil
}
