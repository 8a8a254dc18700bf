package message

// githubTexts are what the API of GitHub answers.
var githubTexts = texts{
	"github.signature":    {en: "the signature of the delivery is wrong", zh: "webhook 签名错误"},
	"github.delivery":     {en: "the delivery is not what GitHub sends", zh: "webhook 内容不符合 GitHub 的格式"},
	"github.address":      {en: "the address of GitHub's API is no https URL", zh: "GitHub API 的地址不是 https URL"},
	"github.repository":   {en: "{1} is no repository on GitHub: OWNER/NAME is expected", zh: "{1} 不是 GitHub 仓库：应为 OWNER/NAME"},
	"github.unreachable":  {en: "GitHub gave no answer to {1}: {2}", zh: "GitHub 未响应 {1}：{2}"},
	"github.unauthorized": {en: "GitHub refused the token: {1}: {2} {3}", zh: "GitHub 拒绝了令牌：{1}：{2} {3}"},
	"github.forbidden":    {en: "the token has no right to {1}: {2} {3}", zh: "令牌无权执行 {1}：{2} {3}"},
	"github.refused":      {en: "GitHub refused {1}: {2} {3}", zh: "GitHub 拒绝了 {1}：{2} {3}"},
	"github.rate-limited": {en: "GitHub limits the rate of requests: {1}: {2} {3}", zh: "GitHub 限制了请求速率：{1}：{2} {3}"},
	"github.failed":       {en: "GitHub failed at {1}: {2} {3}", zh: "GitHub 执行 {1} 失败：{2} {3}"},

	"review.moved":       {en: "the pull request has moved on to commit {1}; this job is about {2}", zh: "拉取请求已更新到提交 {1}；此作业针对 {2}"},
	"review.comment":     {en: "**Alibaba Cloud credential** {1}: {2}. Disable the key, then remove it from the commits of this pull request: a commit that deletes the line leaves it in the history.", zh: "**阿里云凭证** {1}：{2}。请先禁用该密钥，再将其从此拉取请求的提交中移除：仅删除该行的提交仍会在历史中留下它。"},
	"review.fingerprint": {en: "Fingerprint {1}. If it is no secret, add it to .akguardignore of the base branch with the reason.", zh: "指纹 {1}。如果它不是机密，请在目标分支的 .akguardignore 中添加它并注明原因。"},
	"review.in-file":     {en: "It is in {1}, line {2}, in commit {3} by {4}.", zh: "位于 {1} 第 {2} 行，提交 {3}，作者 {4}。"},
	"review.in-message":  {en: "It is in the message of commit {1} by {2}.", zh: "位于 {2} 的提交 {1} 的说明中。"},
	"review.in-tag":      {en: "It is in the message of tag {1}.", zh: "位于标签 {1} 的说明中。"},
	"review.gone":        {en: "akguard does not find this credential in the pull request any more. If it was real, disable the key all the same: others may have a copy. Fingerprint {1}.", zh: "akguard 在此拉取请求中不再发现该凭证。如果它是真实的，仍请禁用该密钥：其他人可能已有副本。指纹 {1}。"},
	"review.summary":     {en: "**{1} Alibaba Cloud credentials in this pull request.**", one: "**One Alibaba Cloud credential in this pull request.**", zh: "**此拉取请求中有 {1} 个阿里云凭证。**"},
	"review.commented":   {en: "{1} of them have a comment of their own.", one: "One has a comment of its own.", zh: "其中 {1} 个有单独的评论。"},
	"review.added":       {en: "{1} more Alibaba Cloud credentials.", one: "One more Alibaba Cloud credential.", zh: "又发现 {1} 个阿里云凭证。"},
	"review.item":        {en: "{1}: {2}. {3}", zh: "{1}：{2}。{3}"},
	"review.more":        {en: "{1} more have no comment; the log of the job lists all.", one: "One more has no comment; the log of the job lists all.", zh: "另有 {1} 个没有评论；作业日志列出全部。"},
	"review.clean":       {en: "There is no Alibaba Cloud credential in this pull request any more.", zh: "此拉取请求中已没有阿里云凭证。"},
}
