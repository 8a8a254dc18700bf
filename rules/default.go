package rules

const helpRotate = "Disable the AccessKey in the RAM console first, then replace it where it is used, then delete it. " +
	"Removing it from the code, or rewriting history, does not take it back: whoever has seen it has it."

// Default returns the built-in rules, each time a new Set.
func Default() *Set {
	set, err := Compile(append(services(), pairRule(), idRule(), secretRule(), stsRule())...)
	if err != nil {
		panic(err) // the built-in rules are constants: their own test compiles them
	}
	return set
}

func pairRule() Rule {
	return Rule{
		ID: "alibaba-accesskey-pair", Type: AccessKey, Severity: Critical,
		Description: "Alibaba Cloud AccessKey pair: an ID with its secret",
		Help:        "Whoever has both parts acts as their owner, from anywhere. " + helpRotate,
		Parts:       []Part{idPart(), legacyIDPart(), namedSecretPart()},
		Examples: Examples{
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
				"1. AK **{id24}**\n2. SK **{secret}**\n", "sed 's/AK_HERE/{id16}/; s/SK_HERE/{secret}/' conf\n",
			},
			NoMatch: []string{
				"accessKeyId: {id24}\naccessKeySecret: <your-access-key-secret>\n",
				"accessKeyId: LTAIxxxxxxxxxxxx\naccessKeySecret: {secret}\n", "LTAIMessageQueueHandler1 decryptWithKmsAndReturnPlain01\n",
			},
		},
	}
}

func idRule() Rule {
	return Rule{
		ID: "alibaba-accesskey-id", Type: AccessKeyID, Severity: Medium,
		Description: "Alibaba Cloud AccessKey ID without its secret",
		Help: "An ID alone signs nothing, and stands in every presigned URL. It does say which key to look for: " +
			"search for its secret elsewhere, and disable the key if you do not know the place.",
		Parts: []Part{idPart()},
		Examples: Examples{
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

func secretRule() Rule {
	return Rule{
		ID: "alibaba-accesskey-secret", Type: AccessKeySecret, Severity: High,
		Description: "Alibaba Cloud AccessKey secret without its ID",
		Help:        "The secret works together with its ID, which is no secret. " + helpRotate,
		Parts:       []Part{namedSecretPart()},
		Examples: Examples{
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

func stsRule() Rule {
	return Rule{
		ID: "alibaba-sts", Type: STS, Severity: High,
		Description: "Alibaba Cloud temporary credential (STS)",
		Help: "It works until it expires, 12 hours at most, and cannot be disabled like a key. Find what issued it, " +
			"and have its role refused everything until then if it may still be valid: akguard revoke does that.",
		Parts: []Part{stsIDPart()},
		Examples: Examples{
			Match: []string{
				"id: {sts-id}\nsecret: {sts-secret}\ntoken: {token}\n",
				"new StsCredentials(\"{sts-id}\", \"{sts-secret}\", \"{token}\")\n",
				"{sts-id}\n",
			},
			NoMatch: []string{"STS.GetCallerIdentityRequestModel\n", "STS.xxxxxxxxxxxxxxxxxxxxxxxxx\n"},
		},
	}
}
