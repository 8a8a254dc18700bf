package cloud

import (
	"errors"
	"flag"
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
		{ActionTrail, "cn-north-2-gov-1", ""},
		{RAM, "", "ram.aliyuncs.com"},
		{IMS, "cn-beijing", "ims.aliyuncs.com"},
		{ResourceManager, "cn-shenzhen-finance-1", "resourcemanager.aliyuncs.com"},
	}
	for _, test := range tests {
		c, err := New(Options{Region: test.region})
		if err != nil {
			t.Fatal(err)
		}
		u, err := c.Endpoint(test.service)
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
	if _, err := New(Options{Endpoints: map[string]string{"oss": "https://oss.aliyuncs.com"}}); err == nil {
		t.Error("a service that is not in the table is accepted")
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
