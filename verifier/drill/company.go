package drill

import (
	"fmt"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/alibabatest"
)

const (
	home = "cn-hangzhou"
	away = "us-west-1" // where the company has nothing
)

// found makes the company as it was before the leak.
func (d *Drill) found() error {
	a := d.Account
	d.clock = d.Leak.AddDate(0, -3, 0)
	a.Configure(alibabatest.Settings{
		Alias: "shop", RootMFA: true, EventDelay: delay, Regions: []string{home, "cn-beijing", away},
		PasswordPolicy: alibabatest.PasswordPolicy{MinimumLength: 12, Lowercase: true, Uppercase: true, Numbers: true, Symbols: true},
	})
	for _, name := range []string{"deployer", "ci", "backup", "anna", "incident"} {
		a.AddUser(alibabatest.User{Name: name, Created: d.clock, Console: name == "anna", MFA: name == "anna", MFARequired: name == "anna"})
		d.company[name] = a.AddKey(name).Credential()
	}
	d.Leaked, d.Admin = d.company["deployer"], d.company["incident"]
	a.AddGroup("developers", "ci")
	a.AddRole(alibabatest.Role{Name: "web", Created: d.clock})
	if err := a.AddPolicy("deploy", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:PutObject"],"Resource":["*"]}]}`); err != nil {
		return err
	}
	for _, name := range []string{"deployer", "ci", "anna", "incident"} {
		if err := a.Attach("user/"+name, "AdministratorAccess"); err != nil {
			return err
		}
	}
	if err := a.Attach("user/backup", "deploy"); err != nil {
		return err
	}
	d.equip()
	return d.past()
}

// equip adds what the company runs.
func (d *Drill) equip() {
	a, at := d.Account, d.clock
	a.AddTrail(account.Trail{Name: "audit", Region: home, Logging: true, Created: at, Updated: at, Bucket: "shop-audit", EventRW: "All", Regions: "All"})
	a.AddSecurityGroup(account.SecurityGroup{ID: "sg-web", Region: home, Name: "web", VPC: "vpc-shop", Created: at, Rules: []account.Rule{
		{ID: "sgr-https", Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: "443/443", Priority: "1", Source: "0.0.0.0/0", Created: at},
		{ID: "sgr-ssh", Direction: "ingress", Policy: "Accept", Protocol: "TCP", Ports: "22/22", Priority: "1", Source: "203.0.113.0/24", Created: at},
	}})
	for _, name := range []string{"web-1", "web-2"} {
		a.AddInstance(account.Instance{ID: "i-" + name, Region: home, Name: name, Type: "ecs.g7.large", CPU: 2, Status: "Running", Created: at, Groups: []string{"sg-web"}})
		a.AddDisk(account.Disk{ID: "d-" + name, Region: home, Name: name, Created: at, Auto: true, Policy: "sp-daily"})
	}
	a.AddSnapshotPolicy(account.SnapshotPolicy{ID: "sp-daily", Region: home, Name: "daily", Created: at, Disks: 2})
	a.AddSnapshot(home, "s-web-1")
	a.AddImage(account.Image{ID: "m-web", Region: home, Name: "web", Created: at})
	for _, name := range []string{"shop-assets", "shop-backups", "shop-audit"} {
		a.AddBucket(account.Bucket{Name: name, Region: home, Created: at, ACL: "private", Logging: true})
	}
	a.AddDatabase(account.Database{ID: "rm-shop", Region: home, Name: "shop", Engine: "MySQL", Created: at, Allowed: []string{"10.0.0.0/8"}, Accounts: []account.DBAccount{{Name: "shop", Type: "Normal"}}})
	month, last := d.Began.UTC().Format("2006-01"), d.Began.UTC().AddDate(0, 0, -d.Began.UTC().Day()).Format("2006-01")
	passed := float64(d.Began.UTC().Day()) / 30
	a.SetMoney(account.Money{Balance: &account.Balance{Available: "5,000.00", Currency: "CNY"}, Bills: []account.Bill{
		{Cycle: last, Product: "ecs", Amount: 900, Currency: "CNY"}, {Cycle: month, Product: "ecs", Amount: 900 * passed, Currency: "CNY"},
	}})
}

// past is the month before the leak: programs use the leaked key from the company's servers.
func (d *Drill) past() error {
	for i := range 20 {
		d.clock = d.Leak.Add(-time.Duration(i+1) * 31 * time.Hour)
		if _, err := d.call(d.Leaked, servers, "Ecs", "DescribeInstances", "RegionId", home); err != nil {
			return err
		}
	}
	return nil
}

// work is what the company does during the exposure: n calls, some of which make users, rules and instances.
func (d *Drill) work(n int) []step {
	var out []step
	for i := range n {
		at := d.Leak.Add(time.Duration(d.random.Int64N(int64(leakedBefore - time.Minute))))
		out = append(out, step{at, d.job(i)})
	}
	return out
}

func (d *Drill) job(i int) func() error {
	do := func(user, from, service, action string, pairs ...string) func() error {
		return func() error {
			_, err := d.call(d.company[user], from, service, action, pairs...)
			return err
		}
	}
	name := fmt.Sprint("job-", i)
	switch i % 10 {
	case 1:
		return do("anna", office, "Ram", "CreateUser", "UserName", name)
	case 2:
		return do("ci", servers, "Ecs", "RunInstances", "RegionId", home, "InstanceType", "ecs.g7.large", "InstanceName", name)
	case 3:
		return do("anna", office, "Ecs", "AuthorizeSecurityGroup", "RegionId", home, "SecurityGroupId", "sg-web", "IpProtocol", "tcp", "PortRange", fmt.Sprintf("%d/%d", 10000+i, 10000+i), "SourceCidrIp", "203.0.113.0/24", "Policy", "accept", "Priority", "1")
	case 4:
		return do("ci", servers, "Ecs", "DescribeSecurityGroups", "RegionId", home)
	case 5:
		return do("anna", office, "Ram", "ListUsers")
	case 6:
		return do("anna", office, "Ram", "CreatePolicy", "PolicyName", name, "PolicyDocument", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Resource":["*"]}]}`)
	}
	return do("deployer", servers, "Ecs", "DescribeInstances", "RegionId", home) // the leaked key, from where it always was
}
