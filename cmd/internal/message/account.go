package message

// accountTexts are about the repositories of an organization, as GitHub lists them.
var accountTexts = texts{
	"github.glob":                {en: "{1} is no pattern for names of repositories", zh: "{1} 不是仓库名称的匹配模式"},
	"github.answer-too-large":    {en: "the answer has more than {1} bytes", zh: "响应超过 {1} 字节"},
	"github.app-incomplete":      {en: "an App needs its ID, and its installation or the name of its owner", zh: "App 需要其 ID，以及安装 ID 或所有者名称"},
	"github.app-key":             {en: "the App's private key is no RSA key in PEM", zh: "App 的私钥不是 PEM 格式的 RSA 密钥"},
	"github.app-not-installed":   {en: "the App is not installed for {1}", zh: "{1} 未安装该 App"},
	"github.limit-lasts":         {en: "GitHub limits the rate of requests for another {2}, which is too long to wait for {1}", zh: "GitHub 对请求速率的限制还将持续 {2}，超出 {1} 的等待时间"},
	"github.repository-disabled": {en: "GitHub has disabled the repository", zh: "GitHub 已停用该仓库"},
	"github.repository-blocked":  {en: "GitHub has blocked the repository ({1})", zh: "GitHub 已封锁该仓库（{1}）"},
	"github.repository-locked":   {en: "the repository is locked for a migration", zh: "该仓库因迁移而被锁定"},

	"github.repository-missing":   {en: "GitHub does not have the repository, or does not show it to this token", zh: "GitHub 没有该仓库，或未向此令牌显示它"},
	"github.marker":               {en: "{1} is no marker of an issue", zh: "{1} 不是 issue 标记"},
	"github.issues-off":           {en: "issues are turned off in {1}", zh: "{1} 已关闭 issue 功能"},
	"github.owner":                {en: "{1} is no name of an organization or user", zh: "{1} 不是组织或用户的名称"},
	"github.sso":                  {en: "the token is not authorized for the organization's single sign-on: {1}", zh: "令牌未获组织单点登录授权：{1}"},
	"github.partial-sso":          {en: "{1} organizations are hidden because the token is not authorized for their single sign-on", one: "one organization is hidden because the token is not authorized for its single sign-on", zh: "因令牌未获单点登录授权，有 {1} 个组织被隐藏"},
	"github.partial-count":        {en: "the token sees {2} of the {3} repositories of {1}", zh: "令牌只能看到 {1} 的 {3} 个仓库中的 {2} 个"},
	"github.partial-installation": {en: "the App is installed for {2} chosen repositories of {1}, and does not see the others", zh: "该 App 仅安装于 {1} 的 {2} 个选定仓库，看不到其余仓库"},
	"github.partial-enterprise":   {en: "the token sees {2} of the {3} organizations of {1}", zh: "令牌只能看到 {1} 的 {3} 个组织中的 {2} 个"},
	"github.unsure-count":         {en: "GitHub does not tell this token how many repositories {1} has", zh: "GitHub 未告知此令牌 {1} 有多少仓库"},
	"github.unsure-public":        {en: "the token sees only the public repositories of {1}", zh: "令牌只能看到 {1} 的公开仓库"},

	"github.filtered-archived":   {en: "left out by the filter on archived repositories (archived: {1})", zh: "被归档过滤条件排除（已归档：{1}）"},
	"github.filtered-fork":       {en: "left out by the filter on forks (fork: {1})", zh: "被复刻过滤条件排除（复刻：{1}）"},
	"github.filtered-visibility": {en: "left out by the filter on visibility ({1})", zh: "被可见性过滤条件排除（{1}）"},
	"github.filtered-language":   {en: "left out by the filter on languages ({1})", zh: "被语言过滤条件排除（{1}）"},
	"github.filtered-topic":      {en: "left out by the filter on topics", zh: "被主题过滤条件排除"},
	"github.filtered-glob":       {en: "left out by the filter on names", zh: "被名称过滤条件排除"},
	"github.filtered-exclude":    {en: "left out by a pattern of names to exclude", zh: "被排除名称的模式排除"},
	"github.filtered-pushed":     {en: "left out because the last push to it was on {1}", zh: "因最后一次推送在 {1} 而被排除"},
}
