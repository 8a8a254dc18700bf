package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// SearchPassword is a password of Elasticsearch.
const SearchPassword rules.Type = "elasticsearch-password"

func searchPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-elasticsearch-password", Type: SearchPassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-elasticsearch-password"),
		Help:        reason.New("rule.alibaba-elasticsearch-password.help"),
		Detectors:   hosts(SearchPassword, findSearchPassword),
		Examples: rules.Examples{
			Match: []string{
				"curl -u elastic:{password} http://es-cn-abc.public.elasticsearch.aliyuncs.com:9200/_cat/indices\n",
				"http://elastic:{password}@es-cn-abc.elasticsearch.aliyuncs.com:9200\n",
				"es = Elasticsearch(['es-cn-abc.elasticsearch.aliyuncs.com'], http_auth=('elastic', '{password}'), port=9200)\n",
				"spring.elasticsearch.rest.uris=http://es-cn-abc.elasticsearch.aliyuncs.com:9200\nspring.elasticsearch.rest.username=elastic\nspring.elasticsearch.rest.password={password}\n",
				"output.elasticsearch:\n  hosts: [\"es-cn-abc.elasticsearch.aliyuncs.com:9200\"]\n  username: \"elastic\"\n  password: \"{password}\"\n",
			},
			NoMatch: []string{
				"curl -u elastic:<password> http://es-cn-abc.public.elasticsearch.aliyuncs.com:9200\n", "curl -u elastic:$ES_PASSWORD http://es-cn-abc.elasticsearch.aliyuncs.com:9200\n",
				"curl -u elastic:{password} http://localhost:9200\n",
			},
		},
	}
}

func findSearchPassword(content []byte, at int) (rules.Match, bool) {
	const part = ".elasticsearch."
	if m, ok := atHost(passwordWords, part)(content, at); ok {
		return m, true
	}
	if start, ok := hostOf(content, at+len(aliyuncs), part); ok {
		return login(content, start, "elastic")
	}
	return rules.Match{}, false
}
