package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// AMQPPassword is a static password of ApsaraMQ for RabbitMQ.
const AMQPPassword rules.Type = "amqp-password"

func amqpPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-amqp-password", Type: AMQPPassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-amqp-password"),
		Help:        reason.New("rule.alibaba-amqp-password.help"),
		Detectors:   hosts(AMQPPassword, findAMQPPassword),
		Examples: rules.Examples{
			Match: []string{
				"spring.rabbitmq.host=1234567890123456.mq-amqp.cn-hangzhou-a.aliyuncs.com\nspring.rabbitmq.username=app\nspring.rabbitmq.password={password}\n",
				"amqp://app:{password}@amqp-cn-abc.cn-hangzhou.amqp-1.net.mq.amqp.aliyuncs.com:5672/vhost\n",
				"pika.PlainCredentials('app', '{password}')\nhost = 'amqp-cn-abc.mq-amqp.cn-hangzhou-249959-a.aliyuncs.com'\n",
			},
			NoMatch: []string{
				"spring.rabbitmq.host=1234567890123456.mq-amqp.cn-hangzhou-a.aliyuncs.com\nspring.rabbitmq.password=@rabbit.password@\n",
				"spring.rabbitmq.host=localhost\nspring.rabbitmq.password={password}\n",
			},
		},
	}
}

// findAMQPPassword finds the password that belongs to a host, in its address, beside it, or in a call that makes credentials.
func findAMQPPassword(content []byte, at int) (rules.Match, bool) {
	if m, ok := atHost(passwordWords, "amqp")(content, at); ok {
		return m, true
	}
	if _, ok := hostOf(content, at, "amqp"); !ok {
		return rules.Match{}, false
	}
	return signIn(content, max(0, at-nearby), "Credentials(")
}
