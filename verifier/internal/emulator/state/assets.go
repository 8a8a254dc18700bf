package state

import (
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/account"
)

// Assets are what an account has besides identities, in the types in which akguard reads it.
type Assets struct {
	account.Network
	account.Compute
	account.Data
	account.Money
	Snapshots []account.Resource // of disks
	Leaks     []Leak
	Alarms    []account.Alarm
}

// Leak is a leaked key as Security Center knows it.
type Leak struct {
	KeyID, URL, Dealt string
	At                time.Time
}

// AddInstance adds an instance, or replaces the one of its ID.
func (a *Account) AddInstance(i account.Instance) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Instances = put(a.Instances, i, func(old account.Instance) bool { return old.ID == i.ID })
}

// AddSecurityGroup adds a security group, or replaces the one of its ID.
func (a *Account) AddSecurityGroup(g account.SecurityGroup) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.SecurityGroups = put(a.SecurityGroups, g, func(old account.SecurityGroup) bool { return old.ID == g.ID })
}

// AddRule adds a rule to a security group, which must exist.
func (a *Account) AddRule(group string, r account.Rule) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if r.ID == "" {
		r.ID = "sgr-" + RandomText(lower, 20)
	}
	if g := a.SecurityGroup(group); g != nil {
		g.Rules = append(slices.Clone(g.Rules), r)
	}
}

// SecurityGroup returns a security group, nil if there is none of that ID. The caller holds Mu.
func (a *Account) SecurityGroup(id string) *account.SecurityGroup {
	for i := range a.SecurityGroups {
		if a.SecurityGroups[i].ID == id {
			return &a.SecurityGroups[i]
		}
	}
	return nil
}

// AddPrefixList adds a prefix list, or replaces the one of its ID.
func (a *Account) AddPrefixList(l account.PrefixList) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.PrefixLists = put(a.PrefixLists, l, func(old account.PrefixList) bool { return old.ID == l.ID })
}

// AddFleet adds a scaling group or an auto-provisioning group, or replaces the one of its ID.
func (a *Account) AddFleet(f account.Fleet) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Fleets = put(a.Fleets, f, func(old account.Fleet) bool { return old.ID == f.ID })
}

// AddContainer adds a container group, or replaces the one of its ID.
func (a *Account) AddContainer(c account.Container) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Containers = put(a.Containers, c, func(old account.Container) bool { return old.ID == c.ID })
}

// AddInvocation adds a command that was run, or replaces the one of its ID.
func (a *Account) AddInvocation(n account.Invocation) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Invocations = put(a.Invocations, n, func(old account.Invocation) bool { return old.ID == n.ID })
}

// AddKeyPair adds an SSH key pair, or replaces the one of its name in its region.
func (a *Account) AddKeyPair(k account.KeyPair) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.KeyPairs = put(a.KeyPairs, k, func(old account.KeyPair) bool { return old.Name == k.Name && old.Region == k.Region })
}

// AddImage adds an image, or replaces the one of its ID.
func (a *Account) AddImage(i account.Image) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Images = put(a.Images, i, func(old account.Image) bool { return old.ID == i.ID })
}

// AddSnapshot adds a snapshot of a disk.
func (a *Account) AddSnapshot(region, id string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Snapshots = append(a.Snapshots, account.Resource{Type: "ACS::ECS::Snapshot", ID: id, Region: region, Created: a.Now()})
}

// AddDisk adds a disk, or replaces the one of its ID.
func (a *Account) AddDisk(d account.Disk) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Disks = put(a.Disks, d, func(old account.Disk) bool { return old.ID == d.ID })
}

// AddSnapshotPolicy adds a snapshot policy, or replaces the one of its ID.
func (a *Account) AddSnapshotPolicy(p account.SnapshotPolicy) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.SnapshotPolicies = put(a.SnapshotPolicies, p, func(old account.SnapshotPolicy) bool { return old.ID == p.ID })
}

// AddResource adds something to the resource center.
func (a *Account) AddResource(r account.Resource) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Assets.Compute.Resources = append(a.Assets.Compute.Resources, r)
}

// AddBucket adds a bucket, or replaces the one of its name.
func (a *Account) AddBucket(b account.Bucket) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Buckets = put(a.Buckets, b, func(old account.Bucket) bool { return old.Name == b.Name })
}

// Bucket returns a bucket, nil if there is none of that name. The caller holds Mu.
func (a *Account) Bucket(name string) *account.Bucket {
	for i := range a.Buckets {
		if a.Buckets[i].Name == name {
			return &a.Buckets[i]
		}
	}
	return nil
}

// AddDatabase adds a database, or replaces the one of its ID.
func (a *Account) AddDatabase(d account.Database) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Databases = put(a.Databases, d, func(old account.Database) bool { return old.ID == d.ID })
}

// Database returns a database, nil if there is none of that ID. The caller holds Mu.
func (a *Account) Database(id string) *account.Database {
	for i := range a.Databases {
		if a.Databases[i].ID == id {
			return &a.Databases[i]
		}
	}
	return nil
}

// SetMoney replaces the balance, the bills and the costs of the day.
func (a *Account) SetMoney(m account.Money) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Money = m
}

// AddLeak has Security Center know that a key leaked.
func (a *Account) AddLeak(l Leak) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Leaks = append(a.Leaks, l)
}

// AddAlarm has Security Center find something suspicious.
func (a *Account) AddAlarm(n account.Alarm) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Alarms = append(a.Alarms, n)
}
