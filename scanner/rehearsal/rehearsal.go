// Package rehearsal writes the repository of a rehearsal: a small project in whose history somebody committed a key, and removed
// it again without taking it out of use.
package rehearsal

import (
	"fmt"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/internal/git/compose"
)

// Leak is what leaks.
type Leak struct {
	Key rules.Credential
	At  time.Time // when it was committed
}

// Write makes the repository in a folder, which must be empty or not there.
func Write(dir string, l Leak) error {
	who := func(message string, at time.Time, files map[string]string) compose.Commit {
		return compose.Commit{Message: message, Author: "Anna Chen", Email: "anna@example.com", At: at, Write: files}
	}
	config := fmt.Sprintf("ALIBABA_CLOUD_ACCESS_KEY_ID=%s\nALIBABA_CLOUD_ACCESS_KEY_SECRET=%s\nOSS_ENDPOINT=oss-cn-hangzhou.aliyuncs.com\nOSS_BUCKET=shop-assets\n", l.Key.ID.Reveal(), l.Key.Secret.Reveal())
	without := "OSS_ENDPOINT=oss-cn-hangzhou.aliyuncs.com\nOSS_BUCKET=shop-assets\n"
	return compose.Repository(dir,
		who("start the shop", l.At.AddDate(0, 0, -9), map[string]string{"README.md": "# shop\n\nThe web shop.\n", "main.py": strings.Repeat("print(\"hello\")\n", 3)}),
		who("list the articles", l.At.AddDate(0, 0, -2), map[string]string{"shop/articles.py": "ARTICLES = []\n", ".env.example": without}),
		who("upload pictures", l.At, map[string]string{"config/prod.env": config, "shop/upload.py": "import oss2\n"}),
		who("remove the configuration", l.At.Add(3*time.Minute), map[string]string{"config/prod.env": without}),
	)
}
