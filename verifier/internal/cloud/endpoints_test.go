package cloud

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/reason"
)

var update = flag.Bool("update", false, "write endpoints.txt anew, from the SDK")

// TestEndpointsAreTheSDKs compares the table with the SDK's own, which it reads as text: importing the packages would
// cost minutes and gigabytes.
func TestEndpointsAreTheSDKs(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aliyun/alibaba-cloud-sdk-go").Output()
	if err != nil {
		t.Fatalf("finding the SDK: %v", err)
	}
	var lines []string
	entry := regexp.MustCompile(`"([a-z0-9-]+)": *"([a-z0-9.-]+)"`)
	for _, name := range Services() {
		data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "services", name, "endpoint.go"))
		if errors.Is(err, fs.ErrNotExist) && slices.Contains([]string{ECI, ResourceCenter, OSS, DashScope, DashScopeIntl, DingTalk, Registry}, name) {
			continue // the SDK asks a service of its own for these
		}
		if err != nil {
			t.Fatal(err)
		}
		if regional := strings.Contains(string(data), `EndpointType = "regional"`); regional != services[name].regional {
			t.Errorf("%s is regional: %t, by the SDK %t", name, services[name].regional, regional)
		}
		for _, m := range entry.FindAllStringSubmatch(string(data), -1) {
			lines = append(lines, name+" "+m[1]+" "+m[2]+"\n")
		}
	}
	slices.Sort(lines)
	want := strings.Join(lines, "")
	if *update {
		if err := os.WriteFile("endpoints.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != endpointTable {
		t.Error("endpoints.txt is not the SDK's table: go test -run Endpoints -update")
	}
}

func TestEndpointOfRegion(t *testing.T) {
	tests := []struct{ service, region, want string }{
		{STS, "", "sts.aliyuncs.com"},
		{STS, "cn-beijing", "sts.cn-beijing.aliyuncs.com"},
		{STS, "cn-hangzhou-finance", "sts.aliyuncs.com"},
		{STS, "cn-shenzhen-finance-1", "sts-vpc.cn-shenzhen-finance-1.aliyuncs.com"},
		{STS, "cn-north-2-gov-1", "sts-vpc.cn-north-2-gov-1.aliyuncs.com"},
		{ActionTrail, "", "actiontrail.cn-hangzhou.aliyuncs.com"},
		{ActionTrail, "ap-southeast-1", "actiontrail.ap-southeast-1.aliyuncs.com"},
		{ActionTrail, "rus-west-1-pop", "actiontrail.ap-northeast-1.aliyuncs.com"},
		{RAM, "", "ram.aliyuncs.com"},
		{IMS, "cn-beijing", "ims.aliyuncs.com"},
		{ResourceManager, "cn-shenzhen-finance-1", "resourcemanager.aliyuncs.com"},
		{ECS, "", "ecs-cn-hangzhou.aliyuncs.com"},
		{ECS, "me-central-1", "ecs.me-central-1.aliyuncs.com"},
		{ECS, "na-south-1", "ecs.na-south-1.aliyuncs.com"}, // newer than the table
		{ECS, "evil.example.com/", ""},
		{ECS, "CN-BEIJING", ""},
		{RDS, "cn-beijing", "rds.aliyuncs.com"},
		{ECI, "cn-beijing", "eci.cn-beijing.aliyuncs.com"},
		{BSS, "", "business.aliyuncs.com"},
		{BSS, "ap-southeast-1", "business.ap-southeast-1.aliyuncs.com"},
		{BSS, "cn-guangzhou", "business.aliyuncs.com"},
		{SAS, "ap-southeast-1", "tds.ap-southeast-1.aliyuncs.com"},
		{SAS, "cn-guangzhou", "tds.aliyuncs.com"},
		{ResourceCenter, "", "resourcecenter.aliyuncs.com"},
		{ResourceCenter, "ap-southeast-1", "resourcecenter-intl.aliyuncs.com"},
		{OSS, "", "oss-cn-hangzhou.aliyuncs.com"},
		{OSS, "eu-west-1", "oss-eu-west-1.aliyuncs.com"},
		{DashScope, "cn-beijing", "dashscope.aliyuncs.com"},
		{DashScopeIntl, "", "dashscope-intl.aliyuncs.com"},
		{DingTalk, "", "oapi.dingtalk.com"},
		{Registry, "", "dockerauth.cn-hangzhou.aliyuncs.com"},
		{Registry, "cn-beijing", "dockerauth.cn-beijing.aliyuncs.com"},
	}
	for _, test := range tests {
		c, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		u, err := c.In(test.region).Endpoint(test.service)
		switch {
		case test.want == "" && err == nil:
			t.Errorf("%s in %q is at %s, want none", test.service, test.region, u)
		case test.want != "" && (err != nil || u.String() != "https://"+test.want):
			t.Errorf("%s in %q is at %v, want %s; error %v", test.service, test.region, u, test.want, err)
		}
	}
}

func TestUnknownRegion(t *testing.T) {
	for _, region := range []string{"cn-atlantis", "evil.example.com/", "CN-BEIJING", "-"} {
		_, err := New(Options{Region: region})
		var known *reason.Error
		if !errors.As(err, &known) || known.Reason.Code != "cloud.no-such-region" || known.Hint.IsZero() {
			t.Errorf("%q: error %v", region, err)
		}
	}
	if _, err := New(Options{Endpoints: map[string]string{"vod": "https://vod.aliyuncs.com"}}); err == nil {
		t.Error("a service that is not in the table is accepted")
	}
	if c, err := New(Options{Region: "cn-north-2-gov-1"}); err != nil {
		t.Error(err)
	} else if u, err := c.Endpoint(ActionTrail); err == nil {
		t.Errorf("a host is guessed for a region of the user's: %s", u)
	}
	c, err := New(Options{Region: "cn-north-2-gov-1", Endpoints: map[string]string{ActionTrail: "https://trail.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := c.Endpoint(ActionTrail); err != nil || u.Host != "trail.example.com" {
		t.Errorf("an endpoint does not replace the table's: %v, %v", u, err)
	}
}

// TestRegionsAreTheSDKs wants the SDK to name each public region for some service.
func TestRegionsAreTheSDKs(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aliyun/alibaba-cloud-sdk-go").Output()
	if err != nil {
		t.Fatalf("finding the SDK: %v", err)
	}
	names, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "services", "*", "endpoint.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files, error %v", len(names), err)
	}
	var all strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, region := range regions {
		if !strings.Contains(all.String(), `"`+region+`":`) {
			t.Errorf("the SDK does not know %s", region)
		}
	}
}
