package investigate

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/verifier/account"
)

const own, stranger = "1234567890123456", "9999999999999999"

const (
	office = "203.0.113.5"
	lair   = "198.51.100.66"
)

var leakTime = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// minute is a time in the exposure.
func minute(n int) time.Time { return leakTime.Add(time.Duration(n) * time.Minute) }

func newRef() account.KeyRef {
	return account.Ref(rules.NewSecret(rulestest.NewKeys(rand.Uint64()).ID24()))
}

// healthy is a reading of an account in which everything was asked and nothing is wrong.
func healthy() *account.Snapshot {
	yes, no := true, false
	old := leakTime.AddDate(0, -2, 0)
	a := &account.Snapshot{Account: own, Taken: minute(600), Since: leakTime, Leaked: []account.KeyRef{newRef()}, Regions: []string{"cn-hangzhou", "us-east-1"}}
	for _, c := range Checks() {
		for _, q := range c.Asks {
			if !a.Ledger.Asked(q) {
				a.Ledger = append(a.Ledger, account.Entry{Ask: q, Outcome: account.Seen})
			}
		}
	}
	a.Ledger = append(a.Ledger, account.Entry{Ask: account.Ask{Service: "ram", Action: "ListGroups"}, Outcome: account.Seen})
	a.Users = []account.User{{Name: "ann", Created: old, MFA: true, Login: &account.Login{Created: old, Enabled: true}, Keys: []account.Key{
		{Ref: a.Leaked[0], Created: old, Updated: minute(500), LastUsed: leakTime},
	}, Policies: []account.Attached{{Policy: "AliyunOSSFullAccess", System: true, At: old}}}}
	a.Roles = []account.Role{{Name: "web", Created: old, Updated: old, Trust: `{"Statement":[{"Effect":"Allow","Principal":{"RAM":["acs:ram::` + own + `:root"],"Service":["ecs.aliyuncs.com"]},"Action":"sts:AssumeRole"}]}`}}
	a.Policies = []account.Policy{{Name: "deploy", Created: old, Updated: old, Default: "v1", Versions: []account.Version{{ID: "v1", Created: old, Default: true}}}}
	a.Settings = account.Settings{RootMFA: &yes, RootKeys: &no, ManageOwnKeys: &no,
		PasswordPolicy: &account.PasswordPolicy{MinimumLength: 12, Lower: true, Upper: true, Digits: true, Symbols: true}}
	a.Trails.Trails = []account.Trail{{Name: "audit", Logging: true, Created: old}}
	a.SecurityGroups = []account.SecurityGroup{{ID: "sg-web", Region: "cn-hangzhou", VPC: "vpc-1", Created: old, Rules: []account.Rule{{Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: "443/443", Source: "0.0.0.0/0", Created: old}}}}
	a.Disks = []account.Disk{{ID: "d-1", Region: "cn-hangzhou", Auto: true, Policy: "sp-1"}}
	a.Buckets = []account.Bucket{{Name: "site", ACL: "private", Logging: true}}
	a.Databases = []account.Database{{ID: "rm-1", Region: "cn-hangzhou", Created: old, Allowed: []string{"10.0.0.0/8"}}}
	a.Balance = &account.Balance{Available: "1,000.00", Currency: "CNY"}
	a.Bills = []account.Bill{{Cycle: "2026-10", Product: "ecs", Amount: 300, Currency: "CNY"}, {Cycle: "2026-11", Product: "ecs", Amount: 210, Currency: "CNY"}}
	a.Events = []account.Event{use(a.Leaked[0], "GetObject", -600, office)}
	return a
}

// use is a call with a key of ann's.
func use(key account.KeyRef, name string, at int, from string, params ...string) account.Event {
	e := account.Event{ID: name + minute(at).Format(time.RFC3339Nano) + from, Time: minute(at), Service: "Ecs", Name: name, Region: "us-east-1", SourceIP: from,
		Write: true, Actor: account.Actor{Kind: account.RAMUser, Name: "ann", Key: key, Account: own}, Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		e.Params[params[i]] = params[i+1]
	}
	return e
}

// thief is what the leaked key does from the thief's address.
func thief(a *account.Snapshot, name string, at int, params ...string) *account.Event {
	a.Events = append(a.Events, use(a.Leaked[0], name, at, lair, params...))
	return &a.Events[len(a.Events)-1]
}

// findings are, for each check, the ways in which it is seen failing.
func findings() map[string][]func(a *account.Snapshot) {
	type change = func(a *account.Snapshot)
	at := minute(30)
	return map[string][]change{
		"key-used": {func(a *account.Snapshot) { thief(a, "DescribeRegions", 1) }},
		"key-usage": {func(a *account.Snapshot) {
			a.Usage = []account.Usage{{Key: a.Leaked[0], Kind: "ip", Value: lair, Last: at}}
		}},
		"users": {
			func(a *account.Snapshot) { a.Users = append(a.Users, account.User{Name: "support", Created: at}) },
			func(a *account.Snapshot) { thief(a, "CreateUser", 30, "UserName", "support") },
		},
		"keys": {
			func(a *account.Snapshot) {
				a.Users[0].Keys = append(a.Users[0].Keys, account.Key{Ref: newRef(), Active: true, Created: at})
			},
			func(a *account.Snapshot) {
				thief(a, "CreateAccessKey", 30, "UserName", "ann").Keys = []account.KeyRef{newRef()}
			},
		},
		"borrowed": {func(a *account.Snapshot) {
			thief(a, "DescribeRegions", 1)
			a.Events = append(a.Events, use(newRef(), "DescribeDisks", 2, lair))
		}},
		"offspring": {func(a *account.Snapshot) {
			born := newRef()
			thief(a, "CreateAccessKey", 30, "UserName", "ann").Keys = []account.KeyRef{born}
			a.Events = append(a.Events, use(born, "DescribeDisks", 31, "192.0.2.1"))
		}},
		"logins": {
			func(a *account.Snapshot) { a.Users[0].Login.Created = at },
			func(a *account.Snapshot) { thief(a, "UnbindMFADevice", 30, "UserName", "ann") },
		},
		"grants": {
			func(a *account.Snapshot) { a.Users[0].Policies[0].At = at },
			func(a *account.Snapshot) { a.Users[0].Groups = []account.Membership{{Group: "admins", Since: at}} },
			func(a *account.Snapshot) {
				a.Groups = []account.Group{{Name: "admins", Policies: []account.Attached{{Policy: "AdministratorAccess", At: at}}}}
			},
			func(a *account.Snapshot) {
				a.Roles[0].Policies = []account.Attached{{Policy: "AdministratorAccess", At: at}}
			},
		},
		"policies": {
			func(a *account.Snapshot) { a.Policies[0].Created = at },
			func(a *account.Snapshot) {
				a.Policies[0].Versions = append(a.Policies[0].Versions, account.Version{ID: "v2", Created: at, Default: true})
			},
			func(a *account.Snapshot) { a.Policies[0].Updated = at },
		},
		"roles": {
			func(a *account.Snapshot) { a.Roles[0].Created = at },
			func(a *account.Snapshot) { a.Roles[0].Updated = at },
			func(a *account.Snapshot) {
				a.Roles[0].Updated, a.Roles[0].Trust = at, `{"Statement":[{"Effect":"Allow","Principal":{"RAM":"acs:ram::`+stranger+`:root"}}]}`
			},
		},
		"trail-state":    {func(a *account.Snapshot) { a.Trails.Trails[0].Logging = false }},
		"trail-tampered": {func(a *account.Snapshot) { thief(a, "StopLogging", 3, "Name", "audit") }},
		"ports": {
			func(a *account.Snapshot) { addRule(a, "3389/3389", "0.0.0.0/0", at) },
			func(a *account.Snapshot) { addRule(a, "1/65535", "0.0.0.0/1", at) },
			func(a *account.Snapshot) {
				thief(a, "CreateSecurityGroup", 30, "SecurityGroupId", "sg-new")
				a.SecurityGroups = append(a.SecurityGroups, account.SecurityGroup{ID: "sg-new", Region: "us-east-1", VPC: "vpc-2", Created: at, Rules: []account.Rule{
					{Direction: "ingress", Policy: "accept", Protocol: "tcp", Ports: "22/22", Source: "0.0.0.0/0", Created: at}}})
			},
		},
		"prefix-lists": {func(a *account.Snapshot) {
			a.PrefixLists = []account.PrefixList{{ID: "pl-1", Region: "us-east-1", Created: at, Entries: []string{"0.0.0.0/0"}}}
		}},
		"instances": {
			func(a *account.Snapshot) {
				a.Instances = []account.Instance{{ID: "i-1", Region: "us-east-1", Type: "ecs.gn7i", GPU: 8, Created: at}}
			},
			func(a *account.Snapshot) { thief(a, "RunInstances", 30, "InstanceIds", `["i-1","i-2"]`) },
		},
		"fleets": {func(a *account.Snapshot) { a.Fleets = []account.Fleet{{ID: "asg-1", Created: at, Wanted: 50}} }},
		"containers": {func(a *account.Snapshot) {
			a.Containers = []account.Container{{ID: "eci-1", Created: at, Images: []string{"xmrig"}}}
		}},
		"commands": {
			func(a *account.Snapshot) {
				a.Invocations = []account.Invocation{{ID: "t-1", Created: at, Content: "curl x | sh", Instances: []string{"i-1"}}}
			},
			func(a *account.Snapshot) { thief(a, "ModifyInstanceAttribute", 30, "InstanceId", "i-1") },
		},
		"key-pairs": {func(a *account.Snapshot) {
			a.KeyPairs = []account.KeyPair{{Name: "mine", Region: "us-east-1", Created: at}}
		}},
		"images": {
			func(a *account.Snapshot) {
				thief(a, "ModifyImageSharePermission", 30, "ImageId", "m-1")
				a.Images = []account.Image{{ID: "m-1", Region: "us-east-1", Accounts: []string{stranger}}}
			},
			func(a *account.Snapshot) { thief(a, "ModifySnapshotAttribute", 30, "SnapshotId", "s-1") },
		},
		"balance": {func(a *account.Snapshot) { a.Balance.Available = "-0.01" }},
		"bill":    {func(a *account.Snapshot) { a.Bills[1].Amount = 2100 }},
		"costs": {func(a *account.Snapshot) {
			a.Instances = []account.Instance{{ID: "i-1", Region: "us-east-1", Created: at}}
			a.Today = []account.Cost{{Instance: "i-1", Region: "us-east-1", Amount: 900, Currency: "CNY"}}
		}},
		"root-mfa":  {func(a *account.Snapshot) { *a.Settings.RootMFA = false }},
		"root-keys": {func(a *account.Snapshot) { *a.Settings.RootKeys = true }},
		"user-mfa":  {func(a *account.Snapshot) { a.Users[0].MFA = false }},
		"passwords": {
			func(a *account.Snapshot) { a.Settings.PasswordPolicy.MinimumLength = 11 },
			func(a *account.Snapshot) { a.Settings.PasswordPolicy.Symbols = false },
		},
		"own-keys": {func(a *account.Snapshot) { *a.Settings.ManageOwnKeys = true }},
		"old-keys": {
			func(a *account.Snapshot) {
				a.Users[0].Keys = append(a.Users[0].Keys, account.Key{Ref: newRef(), Active: true, Created: leakTime.AddDate(-1, 0, 0), LastUsed: leakTime})
			},
			func(a *account.Snapshot) {
				a.Users[0].Keys = append(a.Users[0].Keys, account.Key{Ref: newRef(), Active: true, Created: leakTime.AddDate(-1, 0, 0)})
			},
		},
		"service-credentials": {func(a *account.Snapshot) {
			a.Users[0].Services = []account.Service{{ID: "sc-1", Service: "kafka", Created: at}}
		}},
		"providers": {
			func(a *account.Snapshot) { a.Providers = []account.Provider{{Kind: "oidc", Name: "gh", Created: at}} },
			func(a *account.Snapshot) {
				a.Providers = []account.Provider{{Kind: "saml", Name: "adfs", Created: leakTime.AddDate(-1, 0, 0), Updated: at}}
			},
		},
		"applications": {func(a *account.Snapshot) {
			a.Applications = []account.Application{{ID: "app-1", Created: leakTime.AddDate(-1, 0, 0), Secrets: []time.Time{at}}}
		}},
		"recycled": {
			func(a *account.Snapshot) {
				a.Recycled = []account.Recycled{{User: "support", Created: at, Deleted: minute(90)}}
			},
			func(a *account.Snapshot) {
				a.Recycled = []account.Recycled{{User: "ann", Key: a.Leaked[0], Deleted: minute(90)}}
			},
		},
		"restrictions": {
			func(a *account.Snapshot) { thief(a, "SetAccessKeyPolicy", 30).Keys = a.Leaked },
			func(a *account.Snapshot) {
				a.Restrictions = []account.Restriction{{Document: `{"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["0.0.0.0/1"]}]}`}}
				denied(a, "actiontrail", "LookupEvents")
			},
		},
		"backups":   {func(a *account.Snapshot) { a.Disks[0].Policy = "" }},
		"snapshots": {func(a *account.Snapshot) { thief(a, "DeleteSnapshot", 30, "SnapshotId", "s-1") }},
		"buckets": {
			func(a *account.Snapshot) {
				thief(a, "PutBucketAcl", 30, "bucketName", "site")
				a.Buckets[0].ACL = "public-read"
			},
			func(a *account.Snapshot) {
				a.Buckets[0].Policy = `{"Statement":[{"Effect":"Allow","Principal":["*"],"Action":["oss:GetObject"]}]}`
				denied(a, "actiontrail", "LookupEvents")
			},
		},
		"databases": {func(a *account.Snapshot) {
			thief(a, "ModifySecurityIps", 30, "DBInstanceId", "rm-1").Region = "cn-hangzhou"
			a.Databases[0].Allowed = []string{"0.0.0.0/0"}
		}},
		"notices": {
			func(a *account.Snapshot) { a.Leaks = []account.Leak{{Key: a.Leaked[0], URL: "https://github.com/x/y"}} },
			func(a *account.Snapshot) { a.Alarms = []account.Alarm{{Name: "Mining", At: at, Instance: "i-1"}} },
		},
		"resources": {func(a *account.Snapshot) {
			a.Resources = []account.Resource{{Type: "ACS::FC::Function", ID: "f", Created: at}}
		}},
		"ports-weak": {func(a *account.Snapshot) { addRule(a, "22/22", "0.0.0.0/0", leakTime.AddDate(0, -1, 0)) }, func(a *account.Snapshot) { addRule(a, "ssh", "0.0.0.0/0", leakTime.AddDate(0, -1, 0)) }},
		"other-acts": {func(a *account.Snapshot) { thief(a, "CreateFunction", 30, "functionName", "f") }},
	}
}

func addRule(a *account.Snapshot, ports, source string, at time.Time) {
	g := &a.SecurityGroups[0]
	g.Rules = append(g.Rules, account.Rule{Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: ports, Source: source, Created: at})
}

func denied(a *account.Snapshot, service, action string) {
	for i, e := range a.Ledger {
		if e.Service == service && e.Action == action {
			a.Ledger[i].Outcome, a.Ledger[i].Right = account.Denied, service+":"+action
		}
	}
}

func status(r Report, id string) Result {
	i := slices.IndexFunc(r.Results, func(r Result) bool { return r.Check == id })
	if i < 0 {
		return Result{}
	}
	return r.Results[i]
}

// TestEachCheck sees every check pass once, fail in each of its ways, and go blind without what it asks.
func TestEachCheck(t *testing.T) {
	all := findings()
	for _, c := range Checks() {
		if got := status(Judge(healthy(), Options{}), c.ID); got.Status != Clear {
			t.Errorf("%s: a healthy account is %s: %v", c.ID, got.Status, got.Evidence)
		}
		if len(all[c.ID]) == 0 {
			t.Errorf("%s is never seen failing", c.ID)
		}
		for i, change := range all[c.ID] {
			a := healthy()
			change(a)
			if got := status(Judge(a, Options{}), c.ID); got.Status != Found {
				t.Errorf("%s, change %d: %s", c.ID, i, got.Status)
			}
		}
		for _, q := range c.Asks {
			a := healthy()
			denied(a, q.Service, q.Action)
			if got := status(Judge(a, Options{}), c.ID); got.Status != Blind {
				t.Errorf("%s without %s: %s", c.ID, q.Action, got.Status)
			}
		}
		delete(all, c.ID)
	}
	if len(all) > 0 {
		t.Errorf("findings of no check: %v", slices.Sorted(maps.Keys(all)))
	}
}

// TestKnown has changes that somebody explains.
func TestKnown(t *testing.T) {
	a := healthy()
	a.Users = append(a.Users, account.User{Name: "new", Created: minute(30)})
	if got := status(Judge(a, Options{Known: Known{Users: []string{"new"}}}), "users").Status; got != Clear {
		t.Errorf("a known user is %s", got)
	}
	made := use(newRef(), "CreateUser", 30, office, "UserName", "new")
	made.Actor.Name = "admin"
	a.Events = append(a.Events, made)
	if got := status(Judge(a, Options{}), "users").Status; got != Clear {
		t.Errorf("a user that an administrator made is %s", got)
	}
	a.Events = append(a.Events, use(a.Leaked[0], "CreateUser", 40, lair, "UserName", "evil"))
	r := Judge(a, Options{})
	if got := status(r, "users"); len(got.Evidence) != 1 || got.Evidence[0].Subject.Name != "evil" || got.Evidence[0].State != Gone || got.Evidence[0].Maker != Thief {
		t.Errorf("users: %+v", got.Evidence)
	}
}

// TestOrder sorts what was found before what was not seen.
func TestOrder(t *testing.T) {
	a := healthy()
	thief(a, "StopLogging", 3, "Name", "audit")
	denied(a, "rds", "DescribeAccounts")
	r := Judge(a, Options{})
	if !slices.IsSortedFunc(r.Results, func(a, b Result) int { return cmp.Compare(a.Status.rank(), b.Status.rank()) }) {
		t.Error("the results are in no order")
	}
	if r.Complete() || r.Alarms() == 0 {
		t.Errorf("complete: %v, %d alarms", r.Complete(), r.Alarms())
	}
}
