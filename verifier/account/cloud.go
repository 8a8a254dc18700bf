package account

import "time"

// Network is who can reach the account's machines.
type Network struct {
	SecurityGroups []SecurityGroup `json:"securityGroups,omitempty"`
	PrefixLists    []PrefixList    `json:"prefixLists,omitempty"`
}

// SecurityGroup is a firewall around instances.
type SecurityGroup struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	Name    string    `json:"name,omitempty"`
	VPC     string    `json:"vpc,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Managed bool      `json:"managed,omitempty"` // by a service of the vendor
	Rules   []Rule    `json:"rules,omitempty"`
}

// Rule is a rule of a security group, as the service writes it.
type Rule struct {
	ID          string    `json:"id,omitempty"`
	Direction   string    `json:"direction"`          // ingress, egress
	Policy      string    `json:"policy"`             // Accept or Drop, in any case
	Protocol    string    `json:"protocol"`           // TCP, UDP, ICMP, ICMPv6, GRE, ALL, in any case
	Ports       string    `json:"ports"`              // 22/22, -1/-1 for all
	Priority    string    `json:"priority,omitempty"` // 1 is the strongest, 100 the weakest
	Source      string    `json:"source,omitempty"`   // an IPv4 address or block
	Source6     string    `json:"source6,omitempty"`
	SourceGroup string    `json:"sourceGroup,omitempty"`
	PrefixList  string    `json:"prefixList,omitempty"`
	PortList    string    `json:"portList,omitempty"` // the name of a list of ports
	NIC         string    `json:"nic,omitempty"`      // internet or intranet, in the classic network
	Created     time.Time `json:"created,omitzero"`
	Description string    `json:"description,omitempty"`
}

// PrefixList is a named list of address blocks that rules refer to.
type PrefixList struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	Name    string    `json:"name,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Entries []string  `json:"entries,omitempty"`
}

// Compute is what runs, and what can start something.
type Compute struct {
	Instances        []Instance       `json:"instances,omitempty"`
	Fleets           []Fleet          `json:"fleets,omitempty"`
	Containers       []Container      `json:"containers,omitempty"`
	Invocations      []Invocation     `json:"invocations,omitempty"`
	KeyPairs         []KeyPair        `json:"keyPairs,omitempty"`
	Images           []Image          `json:"images,omitempty"`
	Disks            []Disk           `json:"disks,omitempty"`
	SnapshotPolicies []SnapshotPolicy `json:"snapshotPolicies,omitempty"`
	Resources        []Resource       `json:"resources,omitempty"` // of all services, as ResourceCenter lists them
}

// Instance is an ECS instance.
type Instance struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	Name    string    `json:"name,omitempty"`
	Type    string    `json:"type,omitempty"` // ecs.gn7i-c8g1.2xlarge
	CPU     int       `json:"cpu,omitempty"`
	GPU     int       `json:"gpu,omitempty"`
	Status  string    `json:"status,omitempty"`
	Created time.Time `json:"created,omitzero"`
	KeyPair string    `json:"keyPair,omitempty"`
	Role    string    `json:"role,omitempty"`
	Public  []string  `json:"public,omitempty"` // addresses
	Groups  []string  `json:"groups,omitempty"` // security groups
	Spot    bool      `json:"spot,omitempty"`
}

// Running reports whether the instance costs money now.
func (i Instance) Running() bool { return i.Status != "Stopped" && i.Status != "Deleted" }

// Fleet is something that starts instances by itself: a scaling group or an auto-provisioning group.
type Fleet struct {
	Kind    string    `json:"kind"` // scaling, provisioning
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	Name    string    `json:"name,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Wanted  int       `json:"wanted,omitempty"` // instances
}

// Container is an ECI container group.
type Container struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	Name    string    `json:"name,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Images  []string  `json:"images,omitempty"`
	Status  string    `json:"status,omitempty"`
}

// Invocation is a command that Cloud Assistant ran inside instances.
type Invocation struct {
	ID        string    `json:"id"`
	Region    string    `json:"region"`
	Name      string    `json:"name,omitempty"`
	Created   time.Time `json:"created,omitzero"`
	Content   string    `json:"content,omitempty"` // the command's first 200 characters; AccessKey IDs masked
	Instances []string  `json:"instances,omitempty"`
}

// KeyPair is an SSH key pair.
type KeyPair struct {
	Name    string    `json:"name"`
	Region  string    `json:"region"`
	Created time.Time `json:"created,omitzero"`
}

// Image is an image or a snapshot of a disk that other accounts can read.
type Image struct {
	ID       string    `json:"id"`
	Region   string    `json:"region"`
	Name     string    `json:"name,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Accounts []string  `json:"accounts,omitempty"` // with whom it is shared
	Public   bool      `json:"public,omitempty"`
}

// Disk is a disk.
type Disk struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	Name    string    `json:"name,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Auto    bool      `json:"auto,omitempty"`   // automatic snapshots are on
	Policy  string    `json:"policy,omitempty"` // the snapshot policy, "" for none
}

// SnapshotPolicy is a schedule of automatic snapshots.
type SnapshotPolicy struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	Name    string    `json:"name,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Disks   int       `json:"disks,omitempty"`
}

// Data is where data is kept, and who can read it.
type Data struct {
	Buckets   []Bucket   `json:"buckets,omitempty"`
	Databases []Database `json:"databases,omitempty"`
}

// Bucket is an OSS bucket.
type Bucket struct {
	Name    string    `json:"name"`
	Region  string    `json:"region,omitempty"`
	Created time.Time `json:"created,omitzero"`
	ACL     string    `json:"acl,omitempty"`    // private, public-read, public-read-write
	Policy  string    `json:"policy,omitempty"` // JSON; "" for none
	Logging bool      `json:"logging,omitempty"`
}

// Database is an RDS instance.
type Database struct {
	ID       string      `json:"id"`
	Region   string      `json:"region"`
	Name     string      `json:"name,omitempty"`
	Engine   string      `json:"engine,omitempty"`
	Created  time.Time   `json:"created,omitzero"`
	Allowed  []string    `json:"allowed,omitempty"` // addresses and blocks that may connect
	Accounts []DBAccount `json:"accounts,omitempty"`
}

// DBAccount is an account inside a database.
type DBAccount struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"` // Super, Normal
}

// Money is what the account has and spends.
type Money struct {
	Balance *Balance `json:"balance,omitempty"`
	Bills   []Bill   `json:"bills,omitempty"`
	Today   []Cost   `json:"today,omitempty"`
}

// Balance is what can be spent.
type Balance struct {
	Available string `json:"available"` // in the unit of the currency, as the service writes it
	Currency  string `json:"currency"`
}

// Bill is what one product cost in a month.
type Bill struct {
	Cycle    string  `json:"cycle"` // 2026-11
	Product  string  `json:"product"`
	Name     string  `json:"name,omitempty"`
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency,omitempty"`
}

// Cost is what one instance cost on a day.
type Cost struct {
	Day      string  `json:"day"` // 2026-11-28
	Product  string  `json:"product"`
	Instance string  `json:"instance,omitempty"`
	Region   string  `json:"region,omitempty"`
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency,omitempty"`
}

// Notices are what the vendor noticed by itself.
type Notices struct {
	Leaks  []Leak  `json:"leaks,omitempty"`
	Alarms []Alarm `json:"alarms,omitempty"`
}

// Leak is a leaked key that Security Center found.
type Leak struct {
	Key   KeyRef    `json:"key"`
	At    time.Time `json:"at,omitzero"`
	URL   string    `json:"url,omitempty"`
	Dealt string    `json:"dealt,omitempty"` // what was done about it
}

// Alarm is an event that Security Center finds suspicious.
type Alarm struct {
	ID       string    `json:"id,omitempty"`
	Name     string    `json:"name"`
	At       time.Time `json:"at,omitzero"`
	Instance string    `json:"instance,omitempty"`
	Level    string    `json:"level,omitempty"`
	Status   string    `json:"status,omitempty"`
}
