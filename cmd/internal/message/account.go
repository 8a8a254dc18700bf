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

	"github.filtered-archived":   {en: "left out by the filter on archived repositories (archived: {1})", zh: "被归档过滤条件排除（已归档：{1}）"},
	"github.filtered-fork":       {en: "left out by the filter on forks (fork: {1})", zh: "被复刻过滤条件排除（复刻：{1}）"},
	"github.filtered-visibility": {en: "left out by the filter on visibility ({1})", zh: "被可见性过滤条件排除（{1}）"},
	"github.filtered-language":   {en: "left out by the filter on languages ({1})", zh: "被语言过滤条件排除（{1}）"},
	"github.filtered-topic":      {en: "left out by the filter on topics", zh: "被主题过滤条件排除"},
	"github.filtered-glob":       {en: "left out by the filter on names", zh: "被名称过滤条件排除"},
	"github.filtered-exclude":    {en: "left out by a pattern of names to exclude", zh: "被排除名称的模式排除"},
	"github.filtered-pushed":     {en: "left out because the last push to it was on {1}", zh: "因最后一次推送在 {1} 而被排除"},
}
