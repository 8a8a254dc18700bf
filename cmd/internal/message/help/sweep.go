package help

// sweepHelpTexts are the help texts of akguard sweep.
var sweepHelpTexts = texts{
	"help.sweep.short": {en: "Scan all repositories of an organization", zh: "扫描组织的所有代码仓库"},
	"help.sweep.long": {
		en: `Scan all repositories of an organization, of a user or of an enterprise, on one machine or on many.`,
		zh: `扫描组织、用户或企业的所有代码仓库，可在一台或多台机器上进行。`,
	},
	"help.sweep-github.short": {en: "Scan all repositories of a GitHub organization", zh: "扫描 GitHub 组织的所有代码仓库"},
	"help.sweep-github.long": {
		en: `Scan all repositories of organizations, users and enterprises on GitHub, and of those that --repo names. Each
repository is scanned whole: every ref, those of pull requests too, the wiki, and commits that somebody pushed away or
whose branch was deleted, as long as GitHub serves them. Nothing is checked out, no code runs, and no configuration of
a repository counts.

With --issues, --assets, --actions and --gists, akguard also reads what is not in the repositories. --create-issues
opens one issue in a repository for each live credential that it has, and never a second one.

akguard remembers which refs a repository had. The next sweep fetches only what was added since, and where nothing was,
it makes one small request. A sweep that was interrupted goes on where it was when you run the same command again.

At the end the sum is proved: what was listed was scanned, or the report says why not, and the exit code is 3. That is
so too if GitHub shows only a part of an organization, unless you give --allow-partial.

The token comes from AKGUARD_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN, from --token-file, or from an App (--app-id and
--app-key). It needs to read contents, metadata and administration (for the list of what was pushed away); as a
classic token, the scope repo. It is sent to the host of the API and of git alone. akguard keeps to GitHub's limits: it
waits when GitHub says so, and goes on by itself.

More machines help with --listen, or with a NATS cluster that --nats names: run akguard sweep worker on each. The
credential for the queue is in AKGUARD_NATS_TOKEN (or AKGUARD_NATS_TOKEN_FILE).

The state is in --state; by default below ~/.local/state/akguard. Secrets in it are masked, unless you give
--show-secrets.

{1}`,
		zh: `扫描 GitHub 上组织、用户和企业的所有仓库，以及 --repo 指定的仓库。每个仓库都会完整扫描：所有引用（包括拉取请求的
引用）、wiki，以及被强制推送覆盖或所在分支已删除、但 GitHub 仍可提供的提交。不检出任何文件，不运行任何代码，仓库自带的
配置不生效。

使用 --issues、--assets、--actions 和 --gists 时，还会读取仓库之外的内容。--create-issues 为仓库中每个有效凭证创建
一个 issue，且不会重复创建。

akguard 会记住仓库的引用。下一次扫描只获取此后新增的内容；没有变化的仓库只需一次很小的请求。被中断的扫描，再次运行相同
命令即可继续。

结束时会核对总数：列出的仓库要么已扫描，要么在报告中说明原因，此时退出码为 3。如果 GitHub 只显示组织的一部分，也是如此，
除非使用 --allow-partial。

令牌来自 AKGUARD_GITHUB_TOKEN、GITHUB_TOKEN 或 GH_TOKEN、--token-file，或 App（--app-id、--app-key）。它需要读取
contents、metadata 和 administration（用于列出被推送覆盖的内容）；经典令牌需要 repo 权限。令牌只发送给 API 和 git 的
主机。akguard 遵守 GitHub 的限制：需要等待时会等待，然后自动继续。

使用 --listen，或用 --nats 指定 NATS 集群，可让更多机器参与：在每台机器上运行 akguard sweep worker。队列凭证在
AKGUARD_NATS_TOKEN（或 AKGUARD_NATS_TOKEN_FILE）中。

状态保存在 --state 指定的目录，默认位于 ~/.local/state/akguard 下。除非使用 --show-secrets，其中的密钥均已打码。

{1}`,
	},
	"help.sweep-github.example": {
		en: `  akguard sweep github --org acme
  akguard sweep github --org acme --no-forks --format html --output acme.html
  akguard sweep github --repo acme/shop --repo acme/api
  akguard sweep github --org acme --api-url https://github.acme.example/api/v3`,
		zh: `  akguard sweep github --org acme
  akguard sweep github --org acme --no-forks --format html --output acme.html
  akguard sweep github --repo acme/shop --repo acme/api
  akguard sweep github --org acme --api-url https://github.acme.example/api/v3`,
	},
	"help.sweep-worker.short": {en: "Work for a sweep that another machine has begun", zh: "为另一台机器发起的扫描工作"},
	"help.sweep-worker.long": {
		en: `Take repositories from the queue that --nats names and scan them, until Ctrl-C. The queue is a NATS cluster with
JetStream, or a sweep that runs with --listen. Any number of workers can join and leave; a repository whose worker
dies is given to another one.

A worker needs a token of its own, as sweep github does; tokens are in no job. The credential for the queue is in
AKGUARD_NATS_TOKEN (or AKGUARD_NATS_TOKEN_FILE), or in a .creds file that AKGUARD_NATS_CREDENTIALS names.

{1}`,
		zh: `从 --nats 指定的队列中取出仓库并扫描，直到按下 Ctrl-C。队列可以是带 JetStream 的 NATS 集群，或以 --listen 运行的扫描。
任意数量的工作进程可以随时加入和退出；工作进程中断时，其仓库会交给另一个进程。

与 sweep github 一样，工作进程需要自己的令牌；任务中不含令牌。队列凭证在 AKGUARD_NATS_TOKEN（或
AKGUARD_NATS_TOKEN_FILE）中，或在 AKGUARD_NATS_CREDENTIALS 指定的 .creds 文件中。

{1}`,
	},
	"help.sweep-worker.example": {
		en: `  akguard sweep worker --nats tls://queue.acme.example:4222`,
		zh: `  akguard sweep worker --nats tls://queue.acme.example:4222`,
	},
	"help.sweep-watch.short": {en: "Scan what is pushed to an organization, as it is pushed", zh: "在代码推送到组织时立即扫描"},
	"help.sweep-watch.long": {
		en: `Scan what is added to the repositories of organizations and users, and report keys that were not there before, until
Ctrl-C. akguard polls the list of events, which GitHub shows with a delay; or, with --webhook, takes the deliveries of
webhooks: their signatures are checked with the secret in the file that --webhook-secret names.

With --issues and --assets it also looks when somebody writes or releases something, and with --actions when a run of
a workflow ends, of which webhooks alone tell.

What an earlier sweep has read with the same state is known: sweep the organization once before.

{1}`,
		zh: `扫描组织和用户的仓库中新增的内容，报告之前没有的密钥，直到按下 Ctrl-C。akguard 会轮询事件列表（GitHub 会延迟显示）；
使用 --webhook 时则接收 webhook，并用 --webhook-secret 指定文件中的密钥校验签名。

使用 --issues 和 --assets 时，有人发表内容或发布版本时也会扫描；使用 --actions 时，工作流运行结束后也会扫描，
但只有 webhook 会通知工作流运行。

此前以相同状态扫描过的内容视为已知：请先对组织做一次完整扫描。

{1}`,
	},
	"help.sweep-watch.example": {
		en: `  akguard sweep watch --org acme
  akguard sweep watch --org acme --webhook 127.0.0.1:8080 --webhook-secret secret.txt`,
		zh: `  akguard sweep watch --org acme
  akguard sweep watch --org acme --webhook 127.0.0.1:8080 --webhook-secret secret.txt`,
	},
	"flag.webhook":                     {en: "take the deliveries of webhooks at this `ADDRESS`, in place of polling", zh: "在此 `ADDRESS` 接收 webhook，代替轮询"},
	"flag.webhook-secret":              {en: "`FILE` with the secret of the webhook", zh: "webhook 密钥文件 `FILE`"},
	"flag.every":                       {en: "poll for pushes each `DURATION`, for events as often as GitHub allows", zh: "每隔 `DURATION` 轮询推送；事件的轮询不超过 GitHub 允许的频率"},
	"flag.sweep-watch.config":          {en: "read rules from `FILE`, in the format of akguard or gitleaks", zh: "从 `FILE` 读取规则（akguard 或 gitleaks 格式）"},
	"flag.sweep-watch.state":           {en: "the `FOLDER` of a sweep that was made before", zh: "之前扫描所用的状态 `FOLDER`"},
	"flag.org":                         {en: "sweep the repositories of this organization `NAME`; repeatable", zh: "扫描组织 `NAME` 的仓库；可重复"},
	"flag.user":                        {en: "sweep the repositories of this user `NAME`; repeatable", zh: "扫描用户 `NAME` 的仓库；可重复"},
	"flag.enterprise":                  {en: "sweep the organizations of the enterprise with this `SLUG`; repeatable", zh: "扫描企业 `SLUG` 的所有组织；可重复"},
	"flag.repo":                        {en: "sweep the repository `OWNER/NAME`, whatever the filters; repeatable", zh: "扫描仓库 `OWNER/NAME`，不受过滤条件影响；可重复"},
	"flag.include":                     {en: "sweep only names that match this `PATTERN`; repeatable", zh: "只扫描名称匹配 `PATTERN` 的仓库；可重复"},
	"flag.exclude":                     {en: "leave out names that match this `PATTERN`; repeatable", zh: "排除名称匹配 `PATTERN` 的仓库；可重复"},
	"flag.visibility":                  {en: "sweep only public, private or internal repositories; repeatable", zh: "只扫描 public、private 或 internal 仓库；可重复"},
	"flag.language":                    {en: "sweep only repositories in this `LANGUAGE`; repeatable", zh: "只扫描使用 `LANGUAGE` 的仓库；可重复"},
	"flag.topic":                       {en: "sweep only repositories with this `TOPIC`; repeatable", zh: "只扫描带有主题 `TOPIC` 的仓库；可重复"},
	"flag.no-forks":                    {en: "leave out forks", zh: "排除复刻"},
	"flag.no-archived":                 {en: "leave out archived repositories", zh: "排除已归档的仓库"},
	"flag.pushed-since":                {en: "sweep only repositories that somebody pushed to since this `DATE`", zh: "只扫描自 `DATE` 以来有推送的仓库"},
	"flag.api-url":                     {en: "`URL` of the API, for Enterprise Server and data residency", zh: "API 的 `URL`，用于 Enterprise Server 和数据驻留"},
	"flag.token-file":                  {en: "read the token from `FILE`", zh: "从 `FILE` 读取令牌"},
	"flag.app-id":                      {en: "authenticate as the App with this `ID`", zh: "以此 `ID` 的 App 身份认证"},
	"flag.app-key":                     {en: "PEM `FILE` with the key of the App", zh: "App 密钥的 PEM 文件 `FILE`"},
	"flag.app-installation":            {en: "use installation `N` of the App for all owners (default that of each owner)", zh: "对所有所有者使用 App 的安装 `N`（默认为各所有者自己的安装）"},
	"flag.nats":                        {en: "`URL` of a NATS cluster with JetStream, or of a sweep that listens", zh: "带 JetStream 的 NATS 集群的 `URL`，或正在监听的扫描的地址"},
	"flag.nats-ca":                     {en: "trust the certificates in this PEM `FILE` for the queue", zh: "队列连接信任此 PEM 文件 `FILE` 中的证书"},
	"flag.workers":                     {en: "`N` repositories are scanned at once", zh: "同时扫描 `N` 个仓库"},
	"flag.max-disk":                    {en: "give up a repository whose pack is larger than `SIZE`", zh: "放弃打包文件大于 `SIZE` 的仓库"},
	"flag.max-time":                    {en: "give up a repository that takes longer than this `DURATION`", zh: "放弃耗时超过 `DURATION` 的仓库"},
	"flag.state":                       {en: "remember the sweep in this `FOLDER`", zh: "在此 `FOLDER` 中保存扫描状态"},
	"flag.listen":                      {en: "accept workers of other machines at this `ADDRESS`, such as 0.0.0.0:4222", zh: "在此 `ADDRESS` 接受其他机器的工作进程，如 0.0.0.0:4222"},
	"flag.listen-cert":                 {en: "PEM `FILE` with the certificate for --listen", zh: "--listen 的证书 PEM 文件 `FILE`"},
	"flag.listen-key":                  {en: "PEM `FILE` with the key of that certificate", zh: "该证书密钥的 PEM 文件 `FILE`"},
	"flag.sweep-github.config":         {en: "read rules from `FILE`, in the format of akguard or gitleaks", zh: "从 `FILE` 读取规则（akguard 或 gitleaks 格式）"},
	"flag.sweep-worker.config":         {en: "read rules from `FILE`, in the format of akguard or gitleaks", zh: "从 `FILE` 读取规则（akguard 或 gitleaks 格式）"},
	"flag.sweep-github.fail-on":        {en: "exit with 1 for `WHICH` findings: any, live or never", zh: "对哪些（`WHICH`）发现以 1 退出：any、live 或 never"},
	"flag.sweep-github.endpoint":       {en: "call a service of Alibaba Cloud at another URL, `SERVICE=URL`; repeatable", zh: "使用其他 URL 调用阿里云服务，`SERVICE=URL`；可重复"},
	"flag.issues":                      {en: "also read issues, pull requests and discussions, with comments and reviews", zh: "同时读取 issue、拉取请求和讨论及其评论与审查"},
	"flag.assets":                      {en: "also read the assets of releases", zh: "同时读取发布的附件"},
	"flag.actions":                     {en: "also read logs and artifacts of GitHub Actions", zh: "同时读取 GitHub Actions 的日志和制品"},
	"flag.gists":                       {en: "also scan the gists of members and users", zh: "同时扫描成员和用户的 gist"},
	"flag.create-issues":               {en: "open an issue in a repository for each of its credentials that is live, or for `ANY`", zh: "为仓库中每个有效凭证创建 issue；any 表示所有凭证：`ANY`"},
	"flag.sweep-github.max-memory":     {en: "hold at most `SIZE` of a repository's objects in memory", zh: "最多在内存中保留仓库的 `SIZE` 对象"},
	"flag.sweep-github.verify-timeout": {en: "stop all checks after this `TIME`; 0 is no limit", zh: "到 `TIME` 后停止所有验证；0 表示不限"},
	"flag.sweep-github.blast-radius":   {en: "report what live keys can do; `WHO` asks: admin, leaked-key, none", zh: "报告有效密钥的权限；由 `WHO` 查询：admin、leaked-key 或 none"},
	"flag.notify":                      {en: "tell the chats and webhooks that the environment names, once for each owner and key", zh: "向环境变量指定的聊天和 webhook 发送通知，每个负责人和密钥一次"},
	"flag.again":                       {en: "begin a new sweep, although the last one was interrupted", zh: "即使上次扫描被中断，也开始新的扫描"},
	"flag.all-heads":                   {en: "ask about lost commits of every repository, not only where one is likely", zh: "查询每个仓库被推送覆盖的提交，而不仅是有迹象的仓库"},
	"flag.allow-partial":               {en: "exit with 0 although GitHub shows only a part of the organization", zh: "即使 GitHub 只显示组织的一部分，也以 0 退出"},
}
