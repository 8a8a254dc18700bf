package survey_test

import (
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/investigate"
)

const (
	region   = "cn-hangzhou"
	stranger = "5012345678901234"
)

// quiet is an account in which nothing is wrong: all of it was made long before the leak.
func quiet(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	old := time.Now().AddDate(0, 0, -60)
	s.server.SetClock(func() time.Time { return old })
	s.account.Configure(alibabatest.Settings{RootMFA: true, PasswordPolicy: alibabatest.PasswordPolicy{MinimumLength: 12, Lowercase: true, Uppercase: true, Numbers: true, Symbols: true}})
	for _, name := range []string{"boss", "worker"} {
		s.account.AddUser(alibabatest.User{Name: name, Created: old, Console: name == "boss", MFA: true})
	}
	s.leaked, s.admin = s.account.AddKey("worker"), s.account.AddKey("boss")
	for _, name := range []string{"boss", "worker"} {
		s.must(s.account.Attach("user/"+name, "AdministratorAccess"))
	}
	s.must(s.account.AddPolicy("deploy", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:PutObject"],"Resource":["*"]}]}`))
	s.account.AddGroup("staff")
	s.account.AddRole(alibabatest.Role{Name: "web", Created: old})
	s.account.AddTrail(account.Trail{Name: "audit", Region: region, Logging: true, Created: old, Updated: old, Bucket: "logs"})
	s.account.AddSecurityGroup(account.SecurityGroup{ID: "sg-web", Region: region, VPC: "vpc-1", Created: old})
	s.account.AddInstance(account.Instance{ID: "i-web", Region: region, Type: "ecs.g7.large", Status: "Running", Created: old})
	s.account.AddDisk(account.Disk{ID: "d-web", Region: region, Created: old, Auto: true, Policy: "sp-1"})
	s.account.AddSnapshot(region, "s-web")
	s.account.AddImage(account.Image{ID: "m-web", Region: region, Created: old})
	s.account.AddBucket(account.Bucket{Name: "site", Region: region, Created: old, ACL: "private"})
	s.account.AddDatabase(account.Database{ID: "rm-1", Region: region, Created: old, Allowed: []string{"10.0.0.0/8"}})
	s.account.SetMoney(account.Money{Balance: &account.Balance{Available: "100.00", Currency: "CNY"}})
	s.options.Admin, s.options.Leaked[0] = admin{s.admin}, s.leaked.Credential().ID
	return s
}

// thief makes a call with the leaked key an hour ago. Pairs are names and values of parameters.
func (s *stage) thief(service, action string, pairs ...string) {
	s.t.Helper()
	params := map[string]string{"RegionId": region}
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	_, err := s.server.Perform(alibabatest.Caller{KeyID: s.leaked.Credential().ID.Reveal(), SourceIP: "198.51.100.66"}, service, action, params)
	s.must(err)
}

// flips are, for each check, one change for which it fails.
func flips() map[string]func(s *stage, at time.Time) {
	type flip = func(s *stage, at time.Time)
	call := func(service, action string, pairs ...string) flip {
		return func(s *stage, _ time.Time) { s.thief(service, action, pairs...) }
	}
	settings := func(change func(*alibabatest.Settings)) flip {
		return func(s *stage, _ time.Time) {
			all := alibabatest.Settings{RootMFA: true, PasswordPolicy: alibabatest.PasswordPolicy{MinimumLength: 12, Lowercase: true, Uppercase: true, Numbers: true, Symbols: true}}
			change(&all)
			s.account.Configure(all)
		}
	}
	month := time.Now().UTC().Format("2006-01")
	return map[string]flip{
		"key-used":  call("Ecs", "DescribeRegions"),
		"key-usage": call("Ecs", "DescribeRegions"),
		"users":     call("Ram", "CreateUser", "UserName", "support"),
		"keys":      call("Ram", "CreateAccessKey", "UserName", "boss"),
		"borrowed": func(s *stage, _ time.Time) {
			s.thief("Ecs", "DescribeRegions")
			_, err := s.server.Perform(alibabatest.Caller{KeyID: s.admin.Credential().ID.Reveal(), SourceIP: "198.51.100.66"}, "Ram", "CreateGroup", map[string]string{"GroupName": "x"})
			s.must(err)
		},
		"offspring": func(s *stage, _ time.Time) {
			s.thief("Ram", "CreateAccessKey", "UserName", "boss")
			keys := s.account.Keys("boss")
			_, err := s.server.Perform(alibabatest.Caller{KeyID: keys[len(keys)-1].Credential().ID.Reveal(), SourceIP: "192.0.2.9"}, "Ram", "CreateGroup", map[string]string{"GroupName": "x"})
			s.must(err)
		},
		"logins":         call("Ram", "CreateLoginProfile", "UserName", "worker", "Password", "Xy7!kdow82Lq"),
		"grants":         call("Ram", "AddUserToGroup", "UserName", "worker", "GroupName", "staff"),
		"policies":       call("Ram", "CreatePolicyVersion", "PolicyName", "deploy", "PolicyDocument", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`, "SetAsDefault", "true"),
		"roles":          call("Ram", "UpdateRole", "RoleName", "web", "NewAssumeRolePolicyDocument", `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::`+stranger+`:root"]}}]}`),
		"trail-state":    call("Actiontrail", "StopLogging", "Name", "audit"),
		"trail-tampered": call("Actiontrail", "StopLogging", "Name", "audit"),
		"ports":          call("Ecs", "AuthorizeSecurityGroup", "SecurityGroupId", "sg-web", "IpProtocol", "tcp", "PortRange", "22/22", "SourceCidrIp", "0.0.0.0/0", "Policy", "accept", "Priority", "1"),
		"prefix-lists":   call("Ecs", "CreatePrefixList", "PrefixListName", "all", "AddressFamily", "IPv4", "MaxEntries", "2", "Entry.1.Cidr", "0.0.0.0/1", "Entry.2.Cidr", "128.0.0.0/1"),
		"instances":      call("Ecs", "RunInstances", "InstanceType", "ecs.gn7i-c8g1.2xlarge"),
		"fleets":         call("Ess", "CreateScalingGroup", "ScalingGroupName", "fill", "MinSize", "1", "MaxSize", "9"),
		"containers":     call("Eci", "CreateContainerGroup", "ContainerGroupName", "proxy", "Container.1.Image", "xmrig/xmrig"),
		"commands":       call("Ecs", "RunCommand", "InstanceId.1", "i-web", "CommandContent", "id", "Type", "RunShellScript"),
		"key-pairs":      call("Ecs", "ImportKeyPair", "KeyPairName", "ops", "PublicKeyBody", "ssh-ed25519 AAAA"),
		"images":         call("Ecs", "ModifyImageSharePermission", "ImageId", "m-web", "AddAccount.1", stranger),
		"snapshots":      call("Ecs", "DeleteSnapshot", "SnapshotId", "s-web"),
		"buckets":        call("Oss", "PutBucketAcl", "bucketName", "site", "acl", "public-read"),
		"databases":      call("Rds", "ModifySecurityIps", "DBInstanceId", "rm-1", "SecurityIps", "0.0.0.0/0"),
		"providers":      call("Ims", "CreateOIDCProvider", "OIDCProviderName", "gh", "IssuerUrl", "https://token.example.com", "ClientIds", "x"),
		"applications":   call("Ims", "CreateApplication", "AppName", "tool"),
		"other-acts":     call("Ram", "CreateGroup", "GroupName", "x"),
		"service-credentials": func(s *stage, at time.Time) {
			s.account.AddServiceCredential("worker", account.Service{ID: "SC1", Service: "kafka", Active: true, Created: at})
		},
		"recycled": func(s *stage, _ time.Time) { s.thief("Ram", "CreateUser", "UserName", "x"); s.account.RecycleUser("x") },
		"restrictions": func(s *stage, _ time.Time) {
			s.thief("Ims", "SetAccessKeyPolicy", "UserPrincipalName", "worker@"+s.account.Domain(), "UserAccessKeyId", s.leaked.Credential().ID.Reveal(),
				"AccessKeyPolicy", `{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["0.0.0.0/0"]}]}`)
		},
		"resources": func(s *stage, at time.Time) {
			s.account.AddResource(account.Resource{Type: "ACS::FC::Function", ID: "f", Region: region, Created: at})
		},
		"balance": func(s *stage, _ time.Time) {
			s.account.SetMoney(account.Money{Balance: &account.Balance{Available: "-1.00", Currency: "CNY"}})
		},
		"bill": func(s *stage, _ time.Time) {
			s.account.SetMoney(account.Money{Bills: []account.Bill{{Cycle: month, Product: "dashscope", Amount: 900, Currency: "CNY"}}})
		},
		"costs": func(s *stage, at time.Time) {
			s.account.AddInstance(account.Instance{ID: "i-new", Region: region, Status: "Running", Created: at})
			s.account.SetMoney(account.Money{Today: []account.Cost{{Day: time.Now().UTC().Format(time.DateOnly), Product: "ecs", Instance: "i-new", Region: region, Amount: 90, Currency: "CNY"}}})
		},
		"root-mfa":  settings(func(o *alibabatest.Settings) { o.RootMFA = false }),
		"passwords": settings(func(o *alibabatest.Settings) { o.PasswordPolicy.Symbols = false }),
		"own-keys":  settings(func(o *alibabatest.Settings) { o.UsersManageKeys = true }),
		"root-keys": func(s *stage, _ time.Time) { s.account.AddRootKey() },
		"user-mfa":  func(s *stage, _ time.Time) { s.account.AddUser(alibabatest.User{Name: "boss", Console: true}) },
		"old-keys": func(s *stage, _ time.Time) {
			old := time.Now().AddDate(0, 0, -200)
			s.server.SetClock(func() time.Time { return old })
			s.account.AddKey("boss")
		},
		"backups": func(s *stage, at time.Time) { s.account.AddDisk(account.Disk{ID: "d-2", Region: region, Created: at}) },
		"notices": func(s *stage, at time.Time) {
			s.account.AddAlarm(account.Alarm{Name: "Mining", At: at, Instance: "i-web", Level: "serious"})
		},
		"ports-weak": func(s *stage, _ time.Time) {
			s.account.AddRule("sg-web", account.Rule{Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: "3389/3389", Source: "0.0.0.0/0", Priority: "1", Created: time.Now().AddDate(0, 0, -30)})
		},
	}
}

// TestEachCheckOfAnAccount sees each check pass in a quiet account, and fail when one thing is flipped.
func TestEachCheckOfAnAccount(t *testing.T) {
	judge := func(s *stage) map[string]investigate.Result {
		s.server.SetClock(time.Now)
		out := map[string]investigate.Result{}
		for _, r := range investigate.Judge(s.read(), investigate.Options{}).Results {
			out[r.Check] = r
		}
		return out
	}
	before := judge(quiet(t))
	all := flips()
	for _, c := range investigate.Checks() {
		if r := before[c.ID]; r.Status == investigate.Found {
			t.Errorf("%s: a quiet account is %s: %v", c.ID, r.Status, r.Evidence)
		}
		flip, ok := all[c.ID]
		if !ok {
			t.Errorf("%s is never seen failing", c.ID)
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			s, at := quiet(t), time.Now().Add(-time.Hour)
			s.server.SetClock(func() time.Time { return at })
			flip(s, at)
			if r := judge(s)[c.ID]; r.Status != investigate.Found {
				t.Errorf("%s: %v", r.Status, r.Blind)
			}
		})
	}
}
