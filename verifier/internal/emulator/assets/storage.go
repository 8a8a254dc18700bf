package assets

import (
	"slices"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func storageActions() map[string]services.Action {
	all := map[string]services.Action{}
	for name, run := range map[string]services.Answer{
		"DescribeImages":               describeImages,
		"DescribeImageSharePermission": describeShares,
		"ModifyImageSharePermission":   modifyShares,
		"DescribeDisks":                describeDisks,
		"DescribeAutoSnapshotPolicyEx": describeSnapshotPolicies,
		"DescribeSnapshots":            describeSnapshots,
		"CreateSnapshot":               createSnapshot,
		"DeleteSnapshot":               deleteSnapshot,
	} {
		all[name] = services.Regional("ecs:"+name, run)
	}
	return all
}

func describeImages(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.Images, func(i account.Image) string { return i.Region })
	return paged(c, "Images", "Image", here, func(i account.Image) wire.Object {
		return wire.Object{{"ImageId", i.ID}, {"ImageName", i.Name}, {"CreationTime", state.Stamp(i.Created)}, {"IsPublic", i.Public}, {"ImageOwnerAlias", "self"}}
	})
}

func image(c *services.Invocation) (*account.Image, *wire.Failure) {
	i := slices.IndexFunc(c.Account.Images, func(i account.Image) bool { return i.ID == c.Param("ImageId") && i.Region == c.Region() })
	if i < 0 {
		return nil, notFound("ImageId")
	}
	return &c.Account.Images[i], nil
}

func describeShares(c *services.Invocation) (wire.Object, *wire.Failure) {
	i, refused := image(c)
	if refused != nil {
		return nil, refused
	}
	return paged(c, "Accounts", "Account", i.Accounts, func(id string) wire.Object { return wire.Object{{"AliyunId", id}} })
}

func modifyShares(c *services.Invocation) (wire.Object, *wire.Failure) {
	i, refused := image(c)
	if refused != nil {
		return nil, refused
	}
	removed := listed(c, "RemoveAccount")
	i.Accounts = slices.DeleteFunc(slices.Clone(i.Accounts), func(id string) bool { return slices.Contains(removed, id) })
	i.Accounts = append(i.Accounts, listed(c, "AddAccount")...)
	if text := c.Param("IsPublic"); text != "" {
		i.Public = text == "true"
	}
	return nil, nil
}

func describeDisks(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.Disks, func(d account.Disk) string { return d.Region })
	return paged(c, "Disks", "Disk", here, func(d account.Disk) wire.Object {
		return wire.Object{{"DiskId", d.ID}, {"DiskName", d.Name}, {"CreationTime", state.Stamp(d.Created)}, {"EnableAutoSnapshot", d.Auto}, {"AutoSnapshotPolicyId", d.Policy}}
	})
}

func describeSnapshotPolicies(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.SnapshotPolicies, func(p account.SnapshotPolicy) string { return p.Region })
	return paged(c, "AutoSnapshotPolicies", "AutoSnapshotPolicy", here, func(p account.SnapshotPolicy) wire.Object {
		return wire.Object{{"AutoSnapshotPolicyId", p.ID}, {"AutoSnapshotPolicyName", p.Name}, {"CreationTime", state.Stamp(p.Created)}, {"DiskNums", p.Disks}}
	})
}

func describeSnapshots(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.Snapshots, func(r account.Resource) string { return r.Region })
	return paged(c, "Snapshots", "Snapshot", here, func(r account.Resource) wire.Object {
		return wire.Object{{"SnapshotId", r.ID}, {"SnapshotName", r.Name}, {"CreationTime", state.Stamp(r.Created)}}
	})
}

func createSnapshot(c *services.Invocation) (wire.Object, *wire.Failure) {
	r := account.Resource{Type: "ACS::ECS::Snapshot", ID: random("s-"), Name: c.Param("SnapshotName"), Region: c.Region(), Created: c.Now.UTC()}
	c.Account.Snapshots = append(c.Account.Snapshots, r)
	return wire.Object{{"SnapshotId", r.ID}}, nil
}

func deleteSnapshot(c *services.Invocation) (wire.Object, *wire.Failure) {
	id, before := c.Param("SnapshotId"), len(c.Account.Snapshots)
	c.Account.Snapshots = slices.DeleteFunc(c.Account.Snapshots, func(r account.Resource) bool { return r.ID == id && r.Region == c.Region() })
	if len(c.Account.Snapshots) == before {
		return nil, notFound("SnapshotId")
	}
	return nil, nil
}
