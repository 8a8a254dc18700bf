package accesskey

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Rules returns the rules of AccessKeys: of a pair, and of each part without the other.
func Rules() []rules.Rule { return []rules.Rule{pairRule(), idRule(), secretRule()} }

func pairRule() rules.Rule {
	return rules.Rule{
		ID: "alibaba-accesskey-pair", Type: rules.AccessKey, Severity: rules.Critical,
		Description: reason.New("rule.alibaba-accesskey-pair"),
		Help:        reason.New("rule.alibaba-accesskey-pair.help"),
		Detectors:   Detectors(),
		Examples: rules.Examples{
			Match: []string{
				"accessKeyId: {id24}\naccessKeySecret: {secret}\n",
				"auth = oss2.Auth('{id16}', '{secret}')\n",
				"# {id24}\n# {secret}\n",
				"ALIBABA_CLOUD_ACCESS_KEY_ID={id24}\nALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}\n",
				"access-key: ${OSS_AK:{id24}}\nsecret-key: ${OSS_SK:{secret}}\n",
				"echo -e \"[default]\\n{id16}\\n{secret}\\n\"\n",
				"密钥{id24}密码：{secret}。\n",
				"auth = oss2.Auth('{legacy-id}', '{secret}')\n",
				"String accessKeyId = \"{legacy-id}\";\nString accessKeySecret = \"{secret}\";\n",
				"getProfile(\"cn-hangzhou\", \"{legacy-id}\", \"{secret}\")\n", "getProfile(\"ap-southeast-1\", \"{legacy-id}\", \"{secret}\")\n",
				"new OSSClient(\"http://oss.aliyuncs.com\", \"{legacy-id}\", \"{secret}\");\n", "ODPS('{legacy-id}', '{secret}', 'p')\n",
				"define('OSS_ACCESS_ID', '{legacy-id}');\ndefine('OSS_ACCESS_KEY', '{secret}');\n",
				"aliyun:\n  accessId: {legacy-id}\n  accessKey: {secret}\n",
				"\xda\x18{id24}\xda\x1e{secret}z#http://oss-cn-hangzhou.aliyuncs.com", "\xb8{id24}\xbe{secret}\xa1x",
				"1. AK **{id24}**\n2. SK **{secret}**\n", "sed 's/AK_HERE/{id16}/; s/SK_HERE/{secret}/' conf\n",
			},
			NoMatch: []string{
				"accessKeyId: {id24}\naccessKeySecret: <your-access-key-secret>\n",
				"accessKeyId: LTAIxxxxxxxxxxxx\naccessKeySecret: {secret}\n", "LTAIMessageQueueHandler1 decryptWithKmsAndReturnPlain01\n",
			},
		},
	}
}

func idRule() rules.Rule {
	return rules.Rule{
		ID: "alibaba-accesskey-id", Type: rules.AccessKeyID, Severity: rules.Medium,
		Description: reason.New("rule.alibaba-accesskey-id"),
		Help:        reason.New("rule.alibaba-accesskey-id.help"),
		Detectors:   []rules.Detector{idDetector{}},
		Examples: rules.Examples{
			Match: []string{
				"https://b.oss-cn-hangzhou.aliyuncs.com/a?OSSAccessKeyId={id24}&Signature=x\n",
				"x-oss-credential={id24}%2F20240501%2Fcn-hangzhou%2Foss%2Faliyun_v4_request\n",
				"key%3D{id16}%26\n",
			},
			NoMatch: []string{
				"LTAItestAccessKeyId1\n", "LTAI5tABCDEFGHIJKLMNOPQR\n", "LTAI4G****************\n", "VOLTAICa1B2c3D4e5F6\n",
				"CONSULTAINFORMACION2024abc\n", "LTAI5tQzRwSxEdCrFvTg****\n", "LTAI\n", "LTAIabcdefghijkl\n",
				"LTAIMessageQueueHandler1\n", "LTAI5tInvalidKeyInvalid1\n", "**LTAI5tQzRwSxEdCrFvTg****\n",
				"{secret}/{id24}/{secret}{secret}{secret}\n", "s_{id16}abc\n", "{secret}{secret}\n{id16}==\n", "accessKey = \"{legacy-id}\"\n",
			},
		},
	}
}

func secretRule() rules.Rule {
	return rules.Rule{
		ID: "alibaba-accesskey-secret", Type: rules.AccessKeySecret, Severity: rules.High,
		Description: reason.New("rule.alibaba-accesskey-secret"),
		Help:        reason.New("rule.alibaba-accesskey-secret.help"),
		Detectors:   []rules.Detector{secretDetector{}},
		Examples: rules.Examples{
			Match: []string{
				"accessKeySecret = \"{secret}\"\n", "ALIYUN_SECRET_KEY={secret}\n", "AccessKeySecret：\n{secret}\n",
				"Ali_Secret=\"{secret}\"\n", "aliyun:\n  oss:\n    secret-key: {secret}\n", "- name: OSS_ACCESS_KEY_SECRET\n  value: {secret}\n",
				"accessKeySecret:\n  prod: {secret}\n",
			},
			NoMatch: []string{
				"secret = \"{secret}\"\n", "secret-key: {secret}\n", "accessKeySecret: ${SK}\netag: {secret}\n", "accessKeySecret = decryptWithKmsAndReturnPlain01(x)\n", "accessKeySecret = \"getAccessKeySecretFromEnviron1\"\n",
				"accessKeySecret: {secret}{secret}\n", "accessKeySecret: ******************************\n",
			},
		},
	}
}
