package incident

// checkTexts say of each check what it asks, why it matters, and what to do about what it finds.
var checkTexts = texts{
	"investigate.key-used.question": {en: "What did the leaked key do?", zh: "泄露的密钥做了什么？"},
	"investigate.key-used.why":      {en: "Whoever uses the key from an unfamiliar address is the thief.", zh: "从陌生地址使用该密钥的人就是窃取者。"},
	"investigate.key-used.fix":      {en: "Disable the key, then undo what it did: the following checks name it.", zh: "禁用该密钥，再撤销它所做的操作：后面的检查会逐一列出。"},

	"investigate.key-usage.question": {en: "From which addresses was the leaked key used?", zh: "泄露的密钥从哪些地址被使用？"},
	"investigate.key-usage.why":      {en: "ActionTrail remembers for 400 days where a key was used, even for calls that it does not record as events.", zh: "操作审计保留 400 天的密钥使用来源，包括不记录为事件的调用。"},
	"investigate.key-usage.fix":      {en: "Compare the addresses with those of your programs; name yours in the file of --known.", zh: "与自己程序的地址核对；把自己的地址写入 --known 文件。"},

	"investigate.users.question": {en: "Which RAM users were created?", zh: "创建了哪些 RAM 用户？"},
	"investigate.users.why":      {en: "A new user outlives the leaked key.", zh: "新用户在密钥失效后仍然可用。"},
	"investigate.users.fix":      {en: "Delete the user after you have disabled its keys and its log-in profile.", zh: "先禁用其密钥和登录配置，再删除该用户。"},

	"investigate.keys.question": {en: "Which AccessKeys were created?", zh: "创建了哪些 AccessKey？"},
	"investigate.keys.why":      {en: "A new key of an old user is the back door that is overlooked most often.", zh: "为已有用户新建的密钥是最容易被忽视的后门。"},
	"investigate.keys.fix":      {en: "Disable the key now, and delete it when nothing of yours uses it.", zh: "立即禁用该密钥，确认没有自己的程序使用后再删除。"},

	"investigate.borrowed.question": {en: "Which other identities acted from the addresses of the thief?", zh: "还有哪些身份从窃取者的地址操作过？"},
	"investigate.borrowed.why":      {en: "They have probably leaked too.", zh: "它们很可能也已泄露。"},
	"investigate.borrowed.fix":      {en: "Disable their keys as well, or name the address in the file of --known if it is yours.", zh: "同样禁用它们的密钥；如果地址属于自己，请写入 --known 文件。"},

	"investigate.offspring.question": {en: "What did the identities do that the thief created?", zh: "窃取者创建的身份做了什么？"},
	"investigate.offspring.why":      {en: "A thief goes on with a new key so that a search for the first one finds nothing.", zh: "窃取者会换用新密钥，使对旧密钥的搜索一无所获。"},
	"investigate.offspring.fix":      {en: "Remove these identities first, then undo what they did.", zh: "先清除这些身份，再撤销其操作。"},

	"investigate.logins.question": {en: "Who was given access to the console?", zh: "谁被授予了控制台登录权限？"},
	"investigate.logins.why":      {en: "A log-in profile lets somebody in without any key, and a removed second factor makes it easy.", zh: "登录配置不需要密钥即可进入；移除多因素认证会更容易。"},
	"investigate.logins.fix":      {en: "Delete the log-in profile, and set the password of a user of yours again, with a second factor.", zh: "删除该登录配置；对自己的用户重设密码并启用多因素认证。"},

	"investigate.grants.question": {en: "Which rights were granted?", zh: "授予了哪些权限？"},
	"investigate.grants.why":      {en: "With more rights, a harmless identity becomes an administrator.", zh: "权限提升会让普通身份变成管理员。"},
	"investigate.grants.fix":      {en: "Detach the policy, or remove the user from the group.", zh: "解除授权，或将用户移出用户组。"},

	"investigate.policies.question": {en: "Which policies were created or changed?", zh: "创建或修改了哪些权限策略？"},
	"investigate.policies.why":      {en: "A new version of an attached policy grants rights to everybody who has it, and leaves no event of attaching.", zh: "已授权策略的新版本会改变所有持有者的权限，且不产生授权事件。"},
	"investigate.policies.fix":      {en: "Set the earlier version as the default, and delete the new one.", zh: "将之前的版本设为默认，再删除新版本。"},

	"investigate.roles.question": {en: "Which roles were created, or trust somebody else?", zh: "创建了哪些角色，或信任了外部身份？"},
	"investigate.roles.why":      {en: "A role that trusts a foreign account lets the thief back in without any key of yours.", zh: "信任外部账号的角色使窃取者无需您的密钥即可返回。"},
	"investigate.roles.fix":      {en: "Restore the trust policy, or delete the role.", zh: "恢复信任策略，或删除该角色。"},

	"investigate.trail-state.question": {en: "Does a trail record what happens?", zh: "跟踪是否在记录操作？"},
	"investigate.trail-state.why":      {en: "Without a trail, events are gone after 90 days.", zh: "没有跟踪时，事件只保留 90 天。"},
	"investigate.trail-state.fix":      {en: "Start logging again.", zh: "重新开启日志记录。"},

	"investigate.trail-tampered.question": {en: "Who stopped, changed or deleted a trail?", zh: "谁停止、修改或删除了跟踪？"},
	"investigate.trail-tampered.why":      {en: "A thief who switches off the record has something to hide.", zh: "关闭记录的窃取者必有所隐瞒。"},
	"investigate.trail-tampered.fix":      {en: "Start logging again, and restore the trail as it was.", zh: "重新开启日志记录，并恢复原来的跟踪。"},

	"investigate.ports.question": {en: "Which ports were opened to the world?", zh: "哪些端口被开放给公网？"},
	"investigate.ports.why":      {en: "22 and 3389 let somebody in, 2375 and 6379 run code, and miners use 3333, 4444, 5555, 7777 and 14444.", zh: "22 和 3389 可登录，2375 和 6379 可执行代码，挖矿程序使用 3333、4444、5555、7777 和 14444。"},
	"investigate.ports.fix":      {en: "Revoke the rule.", zh: "撤销该规则。"},

	"investigate.prefix-lists.question": {en: "Which lists of addresses were opened to the world?", zh: "哪些前缀列表被改为包含公网？"},
	"investigate.prefix-lists.why":      {en: "A rule that refers to a list does not show what is in it.", zh: "引用前缀列表的规则不显示其内容。"},
	"investigate.prefix-lists.fix":      {en: "Remove the entries from the list.", zh: "从列表中移除这些条目。"},

	"investigate.instances.question": {en: "Which instances were started?", zh: "启动了哪些实例？"},
	"investigate.instances.why":      {en: "Miners start the largest ones, in regions where nobody looks.", zh: "挖矿者会在无人关注的地域启动最大规格的实例。"},
	"investigate.instances.fix":      {en: "Stop the instance to stop the costs; keep its disk as evidence, then release it.", zh: "停止实例以停止计费；保留磁盘作为证据后再释放。"},

	"investigate.fleets.question": {en: "What starts instances by itself?", zh: "哪些资源会自动启动实例？"},
	"investigate.fleets.why":      {en: "If you release the instances, it starts new ones.", zh: "释放实例后它会再次启动新的实例。"},
	"investigate.fleets.fix":      {en: "Delete the group before you release its instances.", zh: "先删除该组，再释放其实例。"},

	"investigate.containers.question": {en: "Which container groups were started?", zh: "启动了哪些容器组？"},
	"investigate.containers.why":      {en: "They cost money, and no list of instances shows them.", zh: "它们会产生费用，而实例列表中看不到。"},
	"investigate.containers.fix":      {en: "Delete the container group.", zh: "删除该容器组。"},

	"investigate.commands.question": {en: "What was run inside instances?", zh: "在实例内执行了什么？"},
	"investigate.commands.why":      {en: "Whoever ran a command in an instance may have left something there.", zh: "在实例内执行过命令的人可能留下了后门。"},
	"investigate.commands.fix":      {en: "Treat the instance as compromised: take a snapshot, then rebuild it.", zh: "将该实例视为已被入侵：先创建快照，再重建。"},

	"investigate.key-pairs.question": {en: "Which SSH key pairs were created or imported?", zh: "创建或导入了哪些 SSH 密钥对？"},
	"investigate.key-pairs.why":      {en: "A key pair opens every instance that it is bound to.", zh: "密钥对可登录所有绑定的实例。"},
	"investigate.key-pairs.fix":      {en: "Detach and delete the key pair.", zh: "解绑并删除该密钥对。"},

	"investigate.images.question": {en: "Which images and snapshots were shared?", zh: "共享了哪些镜像和快照？"},
	"investigate.images.why":      {en: "A shared image is a copy of your disks in another account.", zh: "共享镜像等于把磁盘复制到其他账号。"},
	"investigate.images.fix":      {en: "Stop sharing it; consider the data on it as stolen.", zh: "取消共享；其中的数据应视为已被窃取。"},

	"investigate.balance.question": {en: "Is there money left?", zh: "余额是否充足？"},
	"investigate.balance.why":      {en: "With a negative balance, services stop.", zh: "余额为负时服务会停止。"},
	"investigate.balance.fix":      {en: "Call 95187, and turn off automatic payment.", zh: "致电 95187，并关闭自动支付。"},

	"investigate.bill.question": {en: "Which products cost more than last month?", zh: "哪些产品的费用比上月增加？"},
	"investigate.bill.why":      {en: "The bill shows what no event shows: traffic, messages and model calls.", zh: "账单能反映事件中看不到的流量、短信和模型调用。"},
	"investigate.bill.fix":      {en: "Look up the instances of the product, and switch off what you do not know.", zh: "查看该产品的实例，关闭不认识的资源。"},

	"investigate.costs.question": {en: "What do the things cost that the thief created?", zh: "窃取者创建的资源产生了多少费用？"},
	"investigate.costs.why":      {en: "What costs most should be switched off first.", zh: "花费最多的应首先关闭。"},
	"investigate.costs.fix":      {en: "Stop it first.", zh: "首先停止它。"},

	"investigate.root-mfa.question": {en: "Does the account itself log in with a second factor?", zh: "主账号是否启用了多因素认证？"},
	"investigate.root-mfa.why":      {en: "The account can do everything, and a password leaks easily.", zh: "主账号拥有全部权限，而密码容易泄露。"},
	"investigate.root-mfa.fix":      {en: "Bind an MFA device to the account.", zh: "为主账号绑定 MFA 设备。"},

	"investigate.root-keys.question": {en: "Does the account itself have AccessKeys?", zh: "主账号是否有 AccessKey？"},
	"investigate.root-keys.why":      {en: "No policy limits such a key.", zh: "任何策略都无法限制这样的密钥。"},
	"investigate.root-keys.fix":      {en: "Delete them, and use those of RAM users.", zh: "删除它们，改用 RAM 用户的密钥。"},

	"investigate.user-mfa.question": {en: "Which users log in without a second factor?", zh: "哪些用户登录时没有多因素认证？"},
	"investigate.user-mfa.why":      {en: "A password that leaked is enough.", zh: "只要密码泄露就会被登录。"},
	"investigate.user-mfa.fix":      {en: "Require MFA for the console.", zh: "要求控制台登录启用 MFA。"},

	"investigate.passwords.question": {en: "Must passwords be strong?", zh: "密码强度是否足够？"},
	"investigate.passwords.why":      {en: "The guide asks for 12 characters of four classes.", zh: "安全指南要求 12 位以上并包含四类字符。"},
	"investigate.passwords.fix":      {en: "Set the password policy in the RAM console.", zh: "在 RAM 控制台设置密码策略。"},

	"investigate.own-keys.question": {en: "May users create keys for themselves?", zh: "用户能否自行创建密钥？"},
	"investigate.own-keys.why":      {en: "With one leaked password, the thief makes keys.", zh: "密码一旦泄露，窃取者即可创建密钥。"},
	"investigate.own-keys.fix":      {en: "Switch it off in the security settings of RAM.", zh: "在 RAM 安全设置中关闭。"},

	"investigate.old-keys.question": {en: "Which keys are older than 90 days?", zh: "哪些密钥超过 90 天？"},
	"investigate.old-keys.why":      {en: "The older a key is, the more places have it.", zh: "密钥越旧，散布的地方越多。"},
	"investigate.old-keys.fix":      {en: "Rotate the key; delete it if nothing uses it.", zh: "轮换该密钥；无人使用则删除。"},

	"investigate.service-credentials.question": {en: "Which credentials of single services were created?", zh: "创建了哪些服务专用凭证？"},
	"investigate.service-credentials.why":      {en: "No list of AccessKeys shows them.", zh: "它们不会出现在 AccessKey 列表中。"},
	"investigate.service-credentials.fix":      {en: "Delete the credential.", zh: "删除该凭证。"},

	"investigate.providers.question": {en: "Which identity providers were created or changed?", zh: "创建或修改了哪些身份提供商？"},
	"investigate.providers.why":      {en: "Whoever controls the provider can log in as a role.", zh: "控制身份提供商的人可以以角色身份登录。"},
	"investigate.providers.fix":      {en: "Delete the provider, or restore its metadata.", zh: "删除该身份提供商，或恢复其元数据。"},

	"investigate.applications.question": {en: "Which OAuth applications were created?", zh: "创建了哪些 OAuth 应用？"},
	"investigate.applications.why":      {en: "An application acts for users who log in with it.", zh: "应用可以代表登录的用户操作。"},
	"investigate.applications.fix":      {en: "Delete the application or its secret.", zh: "删除该应用或其密钥。"},

	"investigate.recycled.question": {en: "What can be restored?", zh: "哪些内容可以被恢复？"},
	"investigate.recycled.why":      {en: "A deleted key comes back from the recycle bin with one call, of the thief too.", zh: "被删除的密钥只需一次调用即可从回收站恢复，窃取者也可以。"},
	"investigate.recycled.fix":      {en: "Delete it from the recycle bin for good.", zh: "从回收站彻底删除。"},

	"investigate.restrictions.question": {en: "Do network policies of keys let the world in?", zh: "密钥的网络策略是否放行公网？"},
	"investigate.restrictions.why":      {en: "A policy of a key replaces that of the account, so it can widen access.", zh: "密钥策略会取代账号策略，因此可能放宽访问。"},
	"investigate.restrictions.fix":      {en: "Restore the policy.", zh: "恢复该策略。"},

	"investigate.backups.question": {en: "Which disks have no automatic snapshots?", zh: "哪些磁盘没有自动快照？"},
	"investigate.backups.why":      {en: "Without a snapshot, deleted data is gone.", zh: "没有快照，被删除的数据无法恢复。"},
	"investigate.backups.fix":      {en: "Apply an automatic snapshot policy to the disk.", zh: "为磁盘启用自动快照策略。"},

	"investigate.snapshots.question": {en: "Which backups were deleted?", zh: "删除了哪些备份？"},
	"investigate.snapshots.why":      {en: "Whoever deletes backups prepares to blackmail you.", zh: "删除备份往往是勒索的前奏。"},
	"investigate.snapshots.fix":      {en: "Take a new snapshot now.", zh: "立即创建新的快照。"},

	"investigate.buckets.question": {en: "Which buckets can everybody read?", zh: "哪些存储桶可被公开访问？"},
	"investigate.buckets.why":      {en: "Reads of objects are not recorded.", zh: "对象的读取不会被记录。"},
	"investigate.buckets.fix":      {en: "Set the bucket to private.", zh: "将存储桶设为私有。"},

	"investigate.databases.question": {en: "Which databases can the world reach?", zh: "哪些数据库可从公网访问？"},
	"investigate.databases.why":      {en: "A database that everybody reaches is attacked within minutes.", zh: "对公网开放的数据库几分钟内就会遭到攻击。"},
	"investigate.databases.fix":      {en: "Remove the addresses from the allow list, delete the accounts that are not yours, and reset the passwords.", zh: "从白名单移除这些地址，删除不属于自己的账号，并重置密码。"},

	"investigate.notices.question": {en: "What did the vendor notice?", zh: "云厂商发现了什么？"},
	"investigate.notices.why":      {en: "Security Center looks for leaked keys and for miners.", zh: "云安全中心会检测泄露的密钥和挖矿行为。"},
	"investigate.notices.fix":      {en: "Deal with the notice in Security Center.", zh: "在云安全中心处理该告警。"},

	"investigate.resources.question": {en: "What else was created?", zh: "还创建了什么？"},
	"investigate.resources.why":      {en: "Thieves use services that nobody looks at.", zh: "窃取者会使用无人关注的服务。"},
	"investigate.resources.fix":      {en: "Delete it if it is not yours.", zh: "如果不是自己的，请删除。"},

	"investigate.ports-weak.question": {en: "Which ports have been open to the world all along?", zh: "哪些端口一直对公网开放？"},
	"investigate.ports-weak.why":      {en: "The next thief looks for them.", zh: "下一个窃取者会寻找它们。"},
	"investigate.ports-weak.fix":      {en: "Limit the rule to your own addresses.", zh: "将规则限制为自己的地址。"},

	"investigate.other-acts.question": {en: "What else did the thief change?", zh: "窃取者还修改了什么？"},
	"investigate.other-acts.why":      {en: "No other check is about these calls.", zh: "其他检查不涉及这些调用。"},
	"investigate.other-acts.fix":      {en: "Undo the change, or delete what it made.", zh: "撤销该修改，或删除其产物。"},
}
