package cloud

import (
	_ "embed"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// The names of the services, as in --endpoint and in host names.
const (
	STS             = "sts"
	RAM             = "ram"
	IMS             = "ims"
	ActionTrail     = "actiontrail"
	ResourceManager = "resourcemanager"
	ECS             = "ecs"
	ESS             = "ess"
	ECI             = "eci"
	RDS             = "rds"
	BSS             = "bssopenapi"
	SAS             = "sas"
	ResourceCenter  = "resourcecenter"
	OSS             = "oss" // has its own protocol

	// These take no AccessKey, but keys of their own.
	DashScope     = "dashscope"
	DashScopeIntl = "dashscope-intl" // of the international site, which has other keys
	DingTalk      = "dingtalk"
	Registry      = "acr" // gives out the tokens of Container Registry
)

// service is how one service is called.
type service struct {
	product, version string // as the API spells them
	regional         bool   // each region has an endpoint of its own
	pace             rate   // how often akguard calls it; the owner's own programs need calls too
	central          string // where a service answers that has another host than usual, in regions that endpoints.txt does not list
	abroad           string // where a central service answers the accounts of the international site, if not at its usual host
}

// services is the table of services. A new one is a line here; then go test -run Endpoints -update adds its endpoints
// to endpoints.txt.
//
// STS accepts 100 calls a second from an account. akguard makes a fifth of that and leaves the rest to the account's owner;
// thanks to the burst, most scans, which find few keys, never wait. RAM and IMS refuse more than about 20 a second, ActionTrail
// more than 2 of an account, all regions together. For the others, no limit is documented.
var services = map[string]service{
	STS:             {"Sts", "2015-04-01", true, rate{40, 2 * time.Second}, "", ""},
	RAM:             {"Ram", "2015-05-01", false, rate{10, time.Second}, "", ""},
	IMS:             {"Ims", "2019-08-15", false, rate{10, time.Second}, "", ""},
	ActionTrail:     {"Actiontrail", "2020-07-06", true, rate{2, time.Second}, "", ""},
	ResourceManager: {"ResourceManager", "2020-03-31", false, rate{10, time.Second}, "", ""},
	ECS:             {"Ecs", "2014-05-26", true, rate{10, time.Second}, "", ""},
	ESS:             {"Ess", "2014-08-28", true, rate{10, time.Second}, "", ""},
	ECI:             {"Eci", "2018-08-08", true, rate{10, time.Second}, "", ""},
	RDS:             {"Rds", "2014-08-15", true, rate{10, time.Second}, "", ""},
	BSS:             {"BssOpenApi", "2017-12-14", true, rate{10, time.Second}, "business.aliyuncs.com", ""},
	SAS:             {"Sas", "2018-12-03", true, rate{10, time.Second}, "tds.aliyuncs.com", ""},
	ResourceCenter:  {"ResourceCenter", "2022-12-01", false, rate{10, time.Second}, "", "resourcecenter-intl.aliyuncs.com"},
	OSS:             {"Oss", "2019-05-17", true, rate{10, time.Second}, "", ""},
	DashScope:       {"DashScope", "", false, rate{5, time.Second}, "", ""},
	DashScopeIntl:   {"DashScope", "", false, rate{5, time.Second}, "", ""},
	DingTalk:        {"DingTalk", "", false, rate{5, time.Second}, "oapi.dingtalk.com", ""},
	Registry:        {"ContainerRegistry", "", true, rate{5, time.Second}, "", ""},
}

// defaultRegion is called where no region was named. The public hosts of central services answer for all regions.
const defaultRegion = "cn-hangzhou"

// abroad is the region in which the central services of the international site are.
const abroad = "ap-southeast-1"

// regions are the public regions, in which a regional service answers at SERVICE.REGION.aliyuncs.com unless
// endpoints.txt says otherwise.
var regions = strings.Fields(`
	cn-hangzhou cn-shanghai cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-wulanchabu cn-shenzhen cn-heyuan
	cn-guangzhou cn-chengdu cn-hongkong ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 ap-southeast-3
	ap-southeast-5 ap-southeast-6 ap-southeast-7 ap-south-1 us-east-1 us-west-1 eu-west-1 eu-central-1 me-east-1
	me-central-1 cn-shanghai-finance-1`)

// endpointTable is the SDK's own map of the regions that differ, one "SERVICE REGION HOST" a line: finance and
// government regions, above all. The SDK keeps it in packages that take minutes to build, and a test compares the two.
//
//go:embed endpoints.txt
var endpointTable string

// special returns the hosts of endpointTable by service and region.
var special = sync.OnceValue(func() map[string]map[string]string {
	hosts := map[string]map[string]string{}
	for line := range strings.Lines(endpointTable) {
		f := strings.Fields(line)
		if hosts[f[0]] == nil {
			hosts[f[0]] = map[string]string{}
		}
		hosts[f[0]][f[1]] = f[2]
	}
	return hosts
})

// Regions lists the public regions.
func Regions() []string { return slices.Clone(regions) }

// Services lists the names of the services.
func Services() []string { return slices.Sorted(maps.Keys(services)) }

func knownRegion(region string) bool {
	if slices.Contains(regions, region) {
		return true
	}
	for _, hosts := range special() {
		if hosts[region] != "" {
			return true
		}
	}
	return false
}

// host returns where a service answers in a region. It is "" if the table has no endpoint for it: a guessed host may
// belong to somebody else.
func host(name, region string) string {
	s := services[name]
	switch {
	case s.abroad != "" && region == abroad:
		return s.abroad
	case !s.regional && s.central != "":
		return s.central
	case !s.regional:
		return name + ".aliyuncs.com"
	case region == "" && name == STS:
		return "sts.aliyuncs.com"
	case region == "":
		region = defaultRegion
	}
	found := special()[name][region]
	switch {
	case found != "":
		return found
	case s.central != "":
		return s.central
	case slices.Contains(regions, region):
		return usualHost(name, region)
	}
	return ""
}

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z0-9]+)+$`)

func usualHost(name, region string) string {
	switch name {
	case OSS:
		return "oss-" + region + ".aliyuncs.com"
	case Registry:
		return "dockerauth." + region + ".aliyuncs.com"
	}
	return name + "." + region + ".aliyuncs.com"
}

// Endpoint returns the URL at which a service is called. The error is a *reason.Error.
func (c *Client) Endpoint(name string) (*url.URL, error) {
	if u := c.endpoints[name]; u != nil {
		return u, nil
	}
	h := host(name, c.region)
	if h == "" && c.told && regionName.MatchString(c.region) {
		h = usualHost(name, c.region)
	}
	if h == "" {
		return nil, unknownRegion(c.region, name)
	}
	return &url.URL{Scheme: "https", Host: h}, nil
}

// Region returns the region in which a service is called, or the host of an endpoint that replaces the table's; "" if the
// service answers for all regions.
func (c *Client) Region(name string) string {
	switch u := c.endpoints[name]; {
	case !services[name].regional:
		return ""
	case u != nil:
		return u.Host
	}
	return c.regionID()
}

// regionID goes into each request as a parameter.
func (c *Client) regionID() string {
	if c.region == "" {
		return defaultRegion
	}
	return c.region
}

func unknownRegion(region, name string) error {
	if name == "" {
		return &reason.Error{Reason: reason.New("cloud.no-such-region", region), Hint: reason.New("cloud.name-region")}
	}
	return &reason.Error{Reason: reason.New("cloud.not-in-region", name, region), Hint: reason.New("cloud.name-endpoint", name)}
}

// parseEndpoint accepts a scheme and a host. It does not wrap url.Parse's error, which quotes a password in the URL.
func parseEndpoint(raw string) (*url.URL, error) {
	refuse := func(r reason.Reason) (*url.URL, error) {
		return nil, &reason.Error{Reason: r, Hint: reason.New("cloud.endpoint-hint")}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return refuse(reason.New("cloud.endpoint-not-url"))
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return refuse(reason.New("cloud.endpoint-host-only"))
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return refuse(reason.New("cloud.endpoint-plain-http", u.Host))
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse(reason.New("cloud.endpoint-scheme", u.Scheme, u.Host))
	}
	return u, nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
