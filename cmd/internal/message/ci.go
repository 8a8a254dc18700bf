package message

// ciTexts are what akguard ci says.
var ciTexts = texts{
	"ci.nothing":           {en: "nothing to judge: {1} deleted a ref", zh: "无需检查：{1} 删除了引用"},
	"ci.judged":            {en: "judged {1} commits ({2})", one: "judged one commit ({2})", zh: "已检查 {1} 个提交（{2}）"},
	"ci.judged-of":         {en: "judged {1} commits ({2}); the event says {3}", one: "judged one commit ({2}); the event says {3}", zh: "已检查 {1} 个提交（{2}）；事件中为 {3} 个"},
	"ci.judged-whole":      {en: "judged the whole repository ({1})", zh: "已检查整个仓库（{1}）"},
	"ci.other-count":       {en: "{1} commits were judged, but the event says that the change has {2}: fetch the whole history (fetch-depth: 0) and run again", zh: "检查了 {1} 个提交，但事件表明变更有 {2} 个：请获取完整历史（fetch-depth: 0）后重新运行"},
	"ci.make-whole":        {en: "history is missing in this clone; this brings it: {1}", zh: "此克隆缺少历史；可用以下命令补全：{1}"},
	"ci.missing":           {en: "this clone lacks what the change is compared with", zh: "此克隆缺少与变更比较的内容"},
	"ci.missing.hint":      {en: "run: {1}  (or akguard ci --fetch)", zh: "请运行：{1}（或 akguard ci --fetch）"},
	"ci.fetch-failed":      {en: "git fetch: {1}", zh: "git fetch：{1}"},
	"ci.fetch-failed.hint": {en: "git has printed why; check the credentials of the checkout", zh: "git 已输出原因；请检查检出所用的凭证"},
	"ci.before-missing":    {en: "the commit before the push, {1}, is not in this clone: what the push adds to the other branches was judged", zh: "此克隆中没有推送之前的提交 {1}：检查的是推送相对于其他分支所增加的内容"},
	"ci.stale-merge":       {en: "the merge that is checked out is older than the pull request, whose head is {1}; run the job again", zh: "检出的合并提交早于拉取请求的当前提交 {1}；请重新运行作业"},
	"ci.event-unreadable":  {en: "the event could not be read, so everything was judged", zh: "无法读取事件，因此检查了全部内容"},
	"ci.no-base":           {en: "nothing says what was there before, so everything was judged; --base REF compares", zh: "没有信息说明之前的状态，因此检查了全部内容；可用 --base REF 进行比较"},
	"ci.not-github":        {en: "--comment and --check are for GitHub Actions", zh: "--comment 和 --check 仅用于 GitHub Actions"},
	"ci.no-token":          {en: "there is no token to comment with: pass it to the job as {1}", zh: "没有可用于评论的令牌：请将其作为 {1} 传给作业"},
	"ci.no-comments":       {en: "comments are missing on the pull request, and annotations are in their place: {1}", zh: "拉取请求上缺少评论，改以注解显示：{1}"},
	"ci.no-check":          {en: "the check run is missing or incomplete: {1}", zh: "检查运行缺失或不完整：{1}"},
	"ci.commented":         {en: "findings that count: {1}; with a review comment: {2}; as annotations: {3}", zh: "计入的发现：{1} 个；有评审评论的：{2} 个；以注解显示的：{3} 个"},
	"ci.no-summary":        {en: "the job summary could not be written: {1}", zh: "无法写入作业摘要：{1}"},
	"ci.more-annotations":  {en: "and {1} more; the log and the job summary list all", zh: "另有 {1} 项；日志和作业摘要中有完整列表"},
	"ci.annotation.title":  {en: "Alibaba Cloud credential", zh: "阿里云凭证"},
	"ci.annotation.new":    {en: "{1}, {2}. Disable the key, and remove it from the commits. Fingerprint {3}", zh: "{1}，{2}。请禁用该密钥，并从提交中删除。指纹 {3}"},
	"ci.annotation.old":    {en: "{1} was there before: introduced in commit {2} by {3} on {4}. It does not count", zh: "{1} 此前已有：由 {3} 于 {4} 在提交 {2} 中引入，不计入"},

	"usage.ci-event":      {en: "the file that {1} names could not be read: {2}", zh: "无法读取 {1} 指定的文件：{2}"},
	"usage.ci-event.hint": {en: "run akguard ci in a job of the platform, or name the ends with --base and --head", zh: "请在该平台的作业中运行 akguard ci，或用 --base 和 --head 指定两端"},
}
