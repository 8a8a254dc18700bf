package message

// serviceTexts describe the built-in rules of single services: what was found, and which console takes it back.
var serviceTexts = texts{
	"rule.alibaba-dashscope-key": {en: "API key of Alibaba Cloud Model Studio (DashScope)", zh: "阿里云百炼（DashScope）API Key"},
	"rule.alibaba-dashscope-key.help": {
		en: "Delete the key in the Model Studio console (https://bailian.console.aliyun.com/?tab=model#/api-key), and make a new one: whoever has it spends your quota.",
		zh: "请在百炼控制台（https://bailian.console.aliyun.com/?tab=model#/api-key）删除该 Key 并新建：拿到它的人会消耗你的额度。",
	},
	"rule.alibaba-database-password": {en: "Password of a database on Alibaba Cloud", zh: "阿里云数据库的密码"},
	"rule.alibaba-database-password.help": {
		en: "Reset the account's password in the console of the database, and allow only the addresses that need it: RDS (https://rdsnext.console.aliyun.com), PolarDB (https://polardb.console.aliyun.com), Tair and Redis (https://kvstore.console.aliyun.com) or MongoDB (https://mongodb.console.aliyun.com).",
		zh: "请在相应数据库的控制台重置账号密码，并只允许必要的地址访问：RDS（https://rdsnext.console.aliyun.com）、PolarDB（https://polardb.console.aliyun.com）、Tair/Redis（https://kvstore.console.aliyun.com）或 MongoDB（https://mongodb.console.aliyun.com）。",
	},
	"rule.alibaba-elasticsearch-password": {en: "Password of Elasticsearch on Alibaba Cloud", zh: "阿里云 Elasticsearch 的密码"},
	"rule.alibaba-elasticsearch-password.help": {
		en: "Reset the password under Security in the Elasticsearch console (https://elasticsearch.console.aliyun.com), and close public access to what it does not need.",
		zh: "请在 Elasticsearch 控制台（https://elasticsearch.console.aliyun.com）的安全配置中重置密码，并关闭不必要的公网访问。",
	},
	"rule.alibaba-lindorm-password": {en: "Password of Lindorm on Alibaba Cloud", zh: "阿里云 Lindorm 的密码"},
	"rule.alibaba-lindorm-password.help": {
		en: "Change the user's password, and restrict the allowlist of the instance in the Lindorm console (https://lindorm.console.aliyun.com).",
		zh: "请修改该用户的密码，并在 Lindorm 控制台（https://lindorm.console.aliyun.com）收紧实例的白名单。",
	},
	"rule.alibaba-hologres-password": {en: "Password of Hologres on Alibaba Cloud", zh: "阿里云 Hologres 的密码"},
	"rule.alibaba-hologres-password.help": {
		en: "Reset the password of the account under user management in the Hologres console (https://hologram.console.aliyun.com).",
		zh: "请在 Hologres 控制台（https://hologram.console.aliyun.com）的用户管理中重置该账号的密码。",
	},
	"rule.alibaba-kafka-password": {en: "SASL password of Kafka on Alibaba Cloud", zh: "阿里云 Kafka 的 SASL 密码"},
	"rule.alibaba-kafka-password.help": {
		en: "Delete the SASL user and make a new one in the console of ApsaraMQ for Kafka (https://kafka.console.aliyun.com): whoever has it reads and writes the topics.",
		zh: "请在云消息队列 Kafka 版控制台（https://kafka.console.aliyun.com）删除该 SASL 用户并新建：拥有它的人可以读写 Topic。",
	},
	"rule.alibaba-rocketmq-password": {en: "Password of an instance of RocketMQ or MQTT on Alibaba Cloud", zh: "阿里云 RocketMQ 或 MQTT 实例的密码"},
	"rule.alibaba-rocketmq-password.help": {
		en: "Reset the instance's password under intelligent identification or access control in the console of ApsaraMQ (https://ons.console.aliyun.com).",
		zh: "请在云消息队列控制台（https://ons.console.aliyun.com）的身份识别或访问控制中重置实例密码。",
	},
	"rule.alibaba-amqp-password": {en: "Static password of RabbitMQ on Alibaba Cloud", zh: "阿里云 RabbitMQ 的静态密码"},
	"rule.alibaba-amqp-password.help": {
		en: "Delete the static user name and password and make a new pair in the console of ApsaraMQ for RabbitMQ (https://amqp.console.aliyun.com). If it was made from an AccessKey, disable that too.",
		zh: "请在云消息队列 RabbitMQ 版控制台（https://amqp.console.aliyun.com）删除该静态用户名密码并新建。如果它由 AccessKey 生成，请同时禁用该 AccessKey。",
	},
	"rule.alibaba-pai-eas-token": {en: "Token of a model service of PAI-EAS", zh: "PAI-EAS 模型服务的 Token"},
	"rule.alibaba-pai-eas-token.help": {
		en: "Update the service with a new token in the PAI console (https://pai.console.aliyun.com): whoever has it calls the model at your cost.",
		zh: "请在 PAI 控制台（https://pai.console.aliyun.com）为该服务更换 Token：拥有它的人可以调用模型，费用由你承担。",
	},
	"rule.alibaba-api-gateway-appcode": {en: "APPCODE of Alibaba Cloud API Gateway", zh: "阿里云 API 网关的 APPCODE"},
	"rule.alibaba-api-gateway-appcode.help": {
		en: "Reset the AppCode of the app in the API Gateway console (https://apigateway.console.aliyun.com): whoever has it calls the APIs that you bought.",
		zh: "请在 API 网关控制台（https://apigateway.console.aliyun.com）重置应用的 AppCode：拥有它的人可以调用你购买的 API。",
	},
	"rule.alibaba-iot-device-secret": {en: "Secret of a device of IoT Platform", zh: "物联网平台的设备密钥"},
	"rule.alibaba-iot-device-secret.help": {
		en: "Delete the device and register it again in the IoT Platform console (https://iot.console.aliyun.com): with the secret, anybody speaks for the device.",
		zh: "请在物联网平台控制台（https://iot.console.aliyun.com）删除并重新注册该设备：拥有密钥的人可以冒充它。",
	},
	"rule.alibaba-emas-app-secret": {en: "Secret of an app of EMAS", zh: "EMAS 应用的 AppSecret"},
	"rule.alibaba-emas-app-secret.help": {
		en: "Reset the secret of the app in the EMAS console (https://emas.console.aliyun.com), and release the app with the new one.",
		zh: "请在 EMAS 控制台（https://emas.console.aliyun.com）重置该应用的 AppSecret，并用新值发布应用。",
	},
	"rule.alibaba-nls-token": {en: "Access token of Intelligent Speech Interaction", zh: "智能语音交互的访问令牌"},
	"rule.alibaba-nls-token.help": {
		en: "It expires within days. Find the AccessKey that it was made with, and the project in the console of Intelligent Speech Interaction (https://nls-portal.console.aliyun.com).",
		zh: "它会在数日内过期。请查明生成它的 AccessKey，并在智能语音交互控制台（https://nls-portal.console.aliyun.com）检查该项目。",
	},
	"rule.alibaba-directmail-password": {en: "SMTP password of DirectMail", zh: "邮件推送（DirectMail）的 SMTP 密码"},
	"rule.alibaba-directmail-password.help": {
		en: "Set a new SMTP password for the sender address in the DirectMail console (https://dm.console.aliyun.com): whoever has it sends mail in your name.",
		zh: "请在邮件推送控制台（https://dm.console.aliyun.com）为该发信地址设置新的 SMTP 密码：拥有它的人可以以你的名义发信。",
	},
	"rule.alibaba-ram-console-password": {en: "Console password of a RAM user", zh: "RAM 用户的控制台密码"},
	"rule.alibaba-ram-console-password.help": {
		en: "Reset the user's password and require MFA in the RAM console (https://ram.console.aliyun.com/users): whoever has it logs in as the user.",
		zh: "请在 RAM 控制台（https://ram.console.aliyun.com/users）重置该用户的密码并要求 MFA：拥有它的人可以以该用户身份登录。",
	},
	"rule.alibaba-codeup-password": {en: "Password of Codeup in the address of a repository", zh: "代码库地址中的 Codeup 密码"},
	"rule.alibaba-codeup-password.help": {
		en: "Set a new clone password under personal settings, HTTPS password, in Codeup (https://codeup.aliyun.com): whoever has it reads and writes your repositories.",
		zh: "请在 Codeup（https://codeup.aliyun.com）个人设置的 HTTPS 密码中重置克隆密码：拥有它的人可以读写你的代码库。",
	},
	"rule.alibaba-yunxiao-token": {en: "Personal access token of Yunxiao (Codeup)", zh: "云效（Codeup）个人访问令牌"},
	"rule.alibaba-yunxiao-token.help": {
		en: "Delete the token under personal settings, access tokens, in Yunxiao (https://devops.aliyun.com): whoever has it reads and writes your repositories.",
		zh: "请在云效（https://devops.aliyun.com）的个人设置中删除该访问令牌：拥有它的人可以读写你的代码库。",
	},
	"rule.alibaba-dingtalk-app-secret": {en: "Secret of an app of DingTalk", zh: "钉钉应用的 AppSecret"},
	"rule.alibaba-dingtalk-app-secret.help": {
		en: "Reset the secret of the app in the console for DingTalk developers (https://open-dev.dingtalk.com): with it, anybody acts as the app.",
		zh: "请在钉钉开发者后台（https://open-dev.dingtalk.com）重置该应用的 AppSecret：拥有它的人可以以该应用的身份操作。",
	},
	"rule.alibaba-dingtalk-robot-secret": {en: "Signing secret of a DingTalk robot", zh: "钉钉机器人的加签密钥"},
	"rule.alibaba-dingtalk-robot-secret.help": {
		en: "Reset the robot's security settings in its group in DingTalk (https://open.dingtalk.com/document/robots/custom-robot-access), or add a new robot: with the secret and the address, anybody writes to the group.",
		zh: "请在钉钉群中重置机器人的安全设置（https://open.dingtalk.com/document/robots/custom-robot-access），或新建机器人：拥有密钥和地址的人都可以向群里发消息。",
	},
	"rule.alibaba-dingtalk-robot-token": {en: "Address of a DingTalk robot with its token", zh: "带有 token 的钉钉机器人地址"},
	"rule.alibaba-dingtalk-robot-token.help": {
		en: "Remove the robot from its group in DingTalk (https://open.dingtalk.com/document/robots/custom-robot-access) and add a new one: whoever has the address writes to the group.",
		zh: "请在钉钉中将机器人移出群聊并新建（https://open.dingtalk.com/document/robots/custom-robot-access）：拥有该地址的人可以向群里发消息。",
	},
	"rule.alibaba-acr-login": {en: "Login to Alibaba Cloud Container Registry", zh: "阿里云容器镜像服务的登录凭证"},
	"rule.alibaba-acr-login.help": {
		en: "Reset the registry password under access credentials in the Container Registry console (https://cr.console.aliyun.com): whoever has it can pull your images and push others.",
		zh: "请在容器镜像服务控制台（https://cr.console.aliyun.com）的访问凭证中重置密码：拥有它的人可以拉取你的镜像，也可以推送自己的镜像。",
	},
}
