package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// KafkaPassword is a SASL password of ApsaraMQ for Kafka.
const KafkaPassword rules.Type = "kafka-password"

func kafkaPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-kafka-password", Type: KafkaPassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-kafka-password"),
		Help:        reason.New("rule.alibaba-kafka-password.help"),
		Detectors:   hosts(KafkaPassword, atHost(passwordWords, "alikafka")),
		Examples: rules.Examples{
			Match: []string{
				"bootstrap.servers=alikafka-pre-cn-abc-1.alikafka.aliyuncs.com:9093,alikafka-pre-cn-abc-2.alikafka.aliyuncs.com:9093\nsecurity.protocol=SASL_SSL\nsasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alikafka\" password=\"{password}\";\n",
				"KafkaProducer(bootstrap_servers=['alikafka-pre-cn-abc-1.alikafka.aliyuncs.com:9093'],\n  sasl_mechanism='PLAIN',\n  sasl_plain_username='app',\n  sasl_plain_password='{password}')\n",
				"kafka:\n  brokers: alikafka-post-cn-abc-1-vpc.alikafka.aliyuncs.com:9094\n  sasl.username: app\n  sasl.password: {password}\n",
			},
			NoMatch: []string{
				"bootstrap.servers=alikafka-pre-cn-abc-1.alikafka.aliyuncs.com:9093\nsasl.password=******\n",
				"bootstrap.servers=localhost:9093\nsasl.password={password}\n",
			},
		},
	}
}
