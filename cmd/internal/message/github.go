package message

// githubTexts are what the API of GitHub answers.
var githubTexts = texts{
	"github.address":      {en: "the address of GitHub's API is no https URL", zh: "GitHub API 的地址不是 https URL"},
	"github.repository":   {en: "{1} is no repository on GitHub: OWNER/NAME is expected", zh: "{1} 不是 GitHub 仓库：应为 OWNER/NAME"},
	"github.unreachable":  {en: "GitHub gave no answer to {1}: {2}", zh: "GitHub 未响应 {1}：{2}"},
	"github.unauthorized": {en: "GitHub refused the token: {1}: {2} {3}", zh: "GitHub 拒绝了令牌：{1}：{2} {3}"},
	"github.forbidden":    {en: "the token has no right to {1}: {2} {3}", zh: "令牌无权执行 {1}：{2} {3}"},
	"github.refused":      {en: "GitHub refused {1}: {2} {3}", zh: "GitHub 拒绝了 {1}：{2} {3}"},
	"github.rate-limited": {en: "GitHub limits the rate of requests: {1}: {2} {3}", zh: "GitHub 限制了请求速率：{1}：{2} {3}"},
	"github.failed":       {en: "GitHub failed at {1}: {2} {3}", zh: "GitHub 执行 {1} 失败：{2} {3}"},
}
