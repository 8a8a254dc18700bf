package storage_test

import (
	"testing"

	"github.com/go-git/go-git/v5/storage/test"
	"gopkg.in/check.v1"

	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/storage"
)

func Test(t *testing.T) { check.TestingT(t) }

// suite is go-git's own acceptance suite for storages.
type suite struct{ test.BaseStorageSuite }

var _ = check.Suite(&suite{})

func (s *suite) SetUpTest(c *check.C) {
	s.BaseStorageSuite = test.NewBaseStorageSuite(storage.New(c.MkDir(), odb.Limits{}))
}
