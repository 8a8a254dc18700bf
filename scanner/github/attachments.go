package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/scanner/github/transport"
)

// Attachment is content of a repository that is not in git. It has no credentials, and can be stored as JSON.
type Attachment struct {
	Name   string
	Web    string // address for browsers
	API    string // where Open reads it, below the address of the API
	Author string
	Size   int64 // 0 if it is not known
	At     time.Time
	Zip    bool // the content is an archive that GitHub makes
}

// ErrTooLarge says that an attachment is larger than it may be.
var ErrTooLarge = errors.New("the attachment is too large")

// Assets lists the assets of a repository's releases that were changed since a time; zero is from the beginning.
func (a *Account) Assets(ctx context.Context, r Repository, since time.Time) ([]Attachment, error) {
	var out []Attachment
	err := list(ctx, a.api, "repos/"+r.FullName()+"/releases?per_page=100", func(page []*github.RepositoryRelease) bool {
		for _, release := range page {
			for _, asset := range release.Assets {
				if asset.GetState() == "uploaded" && !asset.GetUpdatedAt().Before(since) {
					out = append(out, Attachment{
						Name: release.GetTagName() + "/" + asset.GetName(), Web: asset.GetBrowserDownloadURL(), Author: asset.GetUploader().GetLogin(),
						API: fmt.Sprintf("repos/%s/releases/assets/%d", r.FullName(), asset.GetID()), Size: int64(asset.GetSize()), At: asset.GetUpdatedAt().UTC(),
					})
				}
			}
		}
		return true
	})
	return out, err
}

// Artifacts lists the artifacts of workflow runs that were created since a time, without those that have expired.
func (a *Account) Artifacts(ctx context.Context, r Repository, since time.Time) ([]Attachment, error) {
	var out []Attachment
	err := a.pages(ctx, "GET /repos/"+r.FullName()+"/actions/artifacts", func(page github.ListOptions) (*github.Response, error) {
		list, resp, err := a.rest.Actions.ListArtifacts(ctx, r.Owner, r.Name, &page)
		if err != nil {
			return resp, err
		}
		for _, one := range list.Artifacts { // the latest first
			if one.GetCreatedAt().Before(since) {
				resp.NextPage = 0
				break
			}
			if !one.GetExpired() {
				out = append(out, Attachment{
					Name: one.GetName(), Web: fmt.Sprintf("%s/actions/runs/%d/artifacts/%d", r.Web, one.GetWorkflowRun().GetID(), one.GetID()),
					API: fmt.Sprintf("repos/%s/actions/artifacts/%d/zip", r.FullName(), one.GetID()), Size: one.GetSizeInBytes(),
					At: one.GetCreatedAt().UTC(), Zip: true,
				})
			}
		}
		return resp, nil
	})
	return out, err
}

// Logs lists the logs of workflow runs that were created since a time and have ended. GitHub lists the last 1,000 of a
// search by time, so the runs are listed without one.
func (a *Account) Logs(ctx context.Context, r Repository, since time.Time) ([]Attachment, error) {
	var out []Attachment
	err := a.pages(ctx, "GET /repos/"+r.FullName()+"/actions/runs", func(page github.ListOptions) (*github.Response, error) {
		list, resp, err := a.rest.Actions.ListRepositoryWorkflowRuns(ctx, r.Owner, r.Name, &github.ListWorkflowRunsOptions{ListOptions: page})
		if err != nil {
			return resp, err
		}
		for _, run := range list.WorkflowRuns { // the latest first
			if run.GetCreatedAt().Before(since) {
				resp.NextPage = 0
				break
			}
			if run.GetStatus() == "completed" {
				out = append(out, Attachment{
					Name: fmt.Sprintf("%s #%d", run.GetName(), run.GetRunNumber()), Web: run.GetHTMLURL(), Author: run.GetActor().GetLogin(),
					API: fmt.Sprintf("repos/%s/actions/runs/%d/logs", r.FullName(), run.GetID()), At: run.GetCreatedAt().UTC(), Zip: true,
				})
			}
		}
		return resp, nil
	})
	return out, err
}

// Open reads an attachment. Where it is on another host, that gets no token. Reading more than limit bytes fails with
// ErrTooLarge. Of an error, Missing tells whether the attachment has expired.
func (a *Account) Open(ctx context.Context, at Attachment, limit int64) (io.ReadCloser, error) {
	if at.Size > limit {
		return nil, ErrTooLarge
	}
	call := "GET /" + at.API
	req, err := a.rest.NewRequest(http.MethodGet, at.API, nil)
	if err != nil || strings.Contains(at.API, "://") {
		return nil, newError(0, call, "")
	}
	if !at.Zip {
		req.Header.Set("Accept", "application/octet-stream")
	}
	resp, err := a.rest.BareDo(transport.Streamed(ctx), req)
	if err != nil {
		return nil, a.failed(ctx, call, err)
	}
	if resp.ContentLength > limit {
		_ = resp.Body.Close()
		return nil, ErrTooLarge
	}
	return &capped{ReadCloser: resp.Body, left: limit}, nil
}

// capped fails when more is read than is allowed.
type capped struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.ReadCloser.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
