package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// RocketMQPassword is the password of an instance of ApsaraMQ for RocketMQ.
const RocketMQPassword rules.Type = "rocketmq-password"

func rocketMQPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-rocketmq-password", Type: RocketMQPassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-rocketmq-password"),
		Help:        reason.New("rule.alibaba-rocketmq-password.help"),
		Detectors:   hosts(RocketMQPassword, atHost(append([]string{"secretkey", "secret-key", "secret_key"}, passwordWords...), ".rmq.", "rmq-", ".mq-internet", "onsaddr", ".mqtt.")),
		Examples: rules.Examples{
			Match: []string{
				"rocketmq.name-server=rmq-cn-abc.cn-hangzhou.rmq.aliyuncs.com:8080\nrocketmq.producer.access-key=app\nrocketmq.producer.secret-key={password}\n",
				"rocketmq:\n  endpoints: rmq-cn-abc.cn-hangzhou.rmq.aliyuncs.com:8080\n  username: app\n  password: {password}\n",
				"endpoint = \"ep-abc.mqtt.aliyuncs.com\"\nusername = \"Signature|x|y\"\npassword = \"{password}\"\n",
			},
			NoMatch: []string{
				"endpoints: rmq-cn-abc.cn-hangzhou.rmq.aliyuncs.com:8080\npassword: ${MQ_PASSWORD1}\n",
				"name-server=localhost:9876\nsecret-key={password}\n",
			},
		},
	}
}
