package read

import (
	"context"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Buckets returns the account's buckets in all regions. Who may read each has to be asked of each.
func Buckets(ctx context.Context, c *cloud.Client) ([]account.Bucket, error) {
	var all []account.Bucket
	err := cloud.Pages(func(token string) (string, error) {
		var a struct {
			XMLName     xml.Name `xml:"ListAllMyBucketsResult"`
			IsTruncated bool
			NextMarker  string
			Buckets     struct {
				Bucket []struct{ Name, Location, Region, CreationDate string }
			}
		}
		params := map[string]string{"max-keys": "1000"}
		if token != "" {
			params["marker"] = token
		}
		if err := bucketXML(ctx, c, cloud.BucketQuery{Action: "GetService", Params: params}, &a); err != nil {
			return "", err
		}
		for _, b := range a.Buckets.Bucket {
			region := b.Region
			if region == "" {
				region = strings.TrimPrefix(b.Location, "oss-")
			}
			all = append(all, account.Bucket{Name: b.Name, Region: region, Created: cloud.When(b.CreationDate)})
		}
		return marker(a.IsTruncated, a.NextMarker), nil
	})
	return all, err
}

// bucketXML makes a call and decodes its answer.
func bucketXML(ctx context.Context, c *cloud.Client, q cloud.BucketQuery, into any) error {
	body, err := c.ReadBucket(ctx, q)
	if err != nil {
		return err
	}
	if xml.Unmarshal(body, into) != nil {
		return &cloud.Error{HTTPStatus: http.StatusOK}
	}
	return nil
}

// BucketACL returns who may read and write a bucket: private, public-read or public-read-write.
func BucketACL(ctx context.Context, c *cloud.Client, name string) (string, error) {
	var a struct {
		XMLName           xml.Name `xml:"AccessControlPolicy"`
		AccessControlList struct{ Grant string }
	}
	err := bucketXML(ctx, c, cloud.BucketQuery{Action: "GetBucketAcl", Bucket: name, Params: map[string]string{"acl": ""}}, &a)
	if err == nil && a.AccessControlList.Grant == "" {
		return "", &cloud.Error{HTTPStatus: http.StatusOK}
	}
	return a.AccessControlList.Grant, err
}

// BucketPolicy returns the policy of a bucket, "" if it has none.
func BucketPolicy(ctx context.Context, c *cloud.Client, name string) (string, error) {
	body, err := c.ReadBucket(ctx, cloud.BucketQuery{Action: "GetBucketPolicy", Bucket: name, Params: map[string]string{"policy": ""}})
	if cloud.Code(err) == "NoSuchBucketPolicy" {
		return "", nil
	}
	return string(body), err
}

// BucketLogging reports whether accesses to a bucket are logged.
func BucketLogging(ctx context.Context, c *cloud.Client, name string) (bool, error) {
	var a struct {
		XMLName        xml.Name `xml:"BucketLoggingStatus"`
		LoggingEnabled struct{ TargetBucket string }
	}
	err := bucketXML(ctx, c, cloud.BucketQuery{Action: "GetBucketLogging", Bucket: name, Params: map[string]string{"logging": ""}}, &a)
	return a.LoggingEnabled.TargetBucket != "", err
}
