package assets

import (
	"net/http"
	"slices"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Root returns the name of the element around an answer of OSS.
func Root(action string) string {
	return map[string]string{"GetService": "ListAllMyBucketsResult", "GetBucketAcl": "AccessControlPolicy", "GetBucketLogging": "BucketLoggingStatus"}[action]
}

// ossActions are about buckets. Objects hold nothing here: reading one succeeds, and is not recorded.
func ossActions() map[string]services.Action {
	all := map[string]services.Action{"GetService": services.Central("oss:ListBuckets", listBuckets)}
	for _, part := range []map[string]bucketAction{bucketReads(), bucketWrites()} {
		for name, run := range part {
			all[name] = services.Central("oss:"+name, run.answer)
		}
	}
	return all
}

// bucketAction answers a call about a bucket of the account, in its region.
type bucketAction func(c *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure)

func (run bucketAction) answer(c *services.Invocation) (wire.Object, *wire.Failure) {
	b := c.Account.Bucket(c.Param("bucketName"))
	switch {
	case b == nil:
		return nil, wire.Refusal(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist.")
	case b.Region != c.Region():
		return nil, wire.Refusal(http.StatusForbidden, "AccessDenied", "The bucket you are attempting to access must be addressed using the specified endpoint.")
	}
	return run(c, b)
}

func bucketReads() map[string]bucketAction {
	return map[string]bucketAction{
		"GetBucketAcl": func(_ *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			return wire.Object{{"AccessControlList", wire.Object{{"Grant", b.ACL}}}}, nil
		},
		"GetBucketPolicy": func(_ *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			if b.Policy == "" {
				return nil, wire.Refusal(http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist.")
			}
			return wire.Object{{"raw", b.Policy}}, nil
		},
		"GetBucketLogging": func(_ *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			if !b.Logging {
				return wire.Object{}, nil
			}
			return wire.Object{{"LoggingEnabled", wire.Object{{"TargetBucket", b.Name}, {"TargetPrefix", "log/"}}}}, nil
		},
		"GetObject": func(*services.Invocation, *account.Bucket) (wire.Object, *wire.Failure) {
			return wire.Object{{"raw", "content"}}, nil
		},
	}
}

func bucketWrites() map[string]bucketAction {
	return map[string]bucketAction{
		"PutBucketAcl": func(c *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			acl := c.Param("acl")
			if !slices.Contains([]string{"private", "public-read", "public-read-write"}, acl) {
				return nil, wire.Refusal(http.StatusBadRequest, "InvalidArgument", "no such bucket access control exists")
			}
			b.ACL = acl
			return wire.Object{{"raw", ""}}, nil
		},
		"PutBucketPolicy": func(c *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			b.Policy = c.Param("body")
			return wire.Object{{"raw", ""}}, nil
		},
		"DeleteBucketPolicy": func(_ *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			b.Policy = ""
			return wire.Object{{"raw", ""}}, nil
		},
		"PutBucketLogging": func(c *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			b.Logging = strings.Contains(c.Param("body"), "LoggingEnabled")
			return wire.Object{{"raw", ""}}, nil
		},
		"DeleteBucketLogging": func(_ *services.Invocation, b *account.Bucket) (wire.Object, *wire.Failure) {
			b.Logging = false
			return wire.Object{{"raw", ""}}, nil
		},
		"PutObject": func(*services.Invocation, *account.Bucket) (wire.Object, *wire.Failure) {
			return wire.Object{{"raw", ""}}, nil
		},
	}
}

// listBuckets lists those of all regions, wherever it is called.
func listBuckets(c *services.Invocation) (wire.Object, *wire.Failure) {
	all := []wire.Object{}
	for _, b := range c.Account.Buckets {
		all = append(all, wire.Object{{"Name", b.Name}, {"Location", "oss-" + b.Region}, {"Region", b.Region}, {"CreationDate", state.Stamp(b.Created)}})
	}
	return wire.Object{{"IsTruncated", false}, {"Buckets", wire.Object{{"Bucket", all}}}}, nil
}
