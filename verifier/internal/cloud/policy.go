package cloud

import (
	"context"
	"encoding/json"
)

// Policy names a permission policy of RAM. Document is set by GetPolicy and GetPolicyVersion only.
type Policy struct {
	Type     string // System or Custom
	Name     string
	Version  string // the default version, "v1"
	Document string // JSON
}

type policyInfo struct {
	PolicyType     string
	PolicyName     string
	DefaultVersion string
}

type policiesAnswer struct {
	answer
	Policies *struct{ Policy []policyInfo } // nil: not understood
}

func (c *Client) policies(ctx context.Context, action, owner, name string) ([]Policy, error) {
	var a policiesAnswer
	if err := c.read(ctx, ram(action, map[string]string{owner: name}), &a); err != nil {
		return nil, err
	}
	if a.Policies == nil {
		return nil, notUnderstood(a.GetHttpStatus())
	}
	var list []Policy
	for _, p := range a.Policies.Policy {
		list = append(list, Policy{Type: p.PolicyType, Name: p.PolicyName, Version: p.DefaultVersion})
	}
	return list, nil
}

// ListPoliciesForUser returns the policies attached to the user itself, not those of its groups.
func (c *Client) ListPoliciesForUser(ctx context.Context, user string) ([]Policy, error) {
	return c.policies(ctx, "ListPoliciesForUser", "UserName", user)
}

// ListPoliciesForRole returns the policies attached to the role.
func (c *Client) ListPoliciesForRole(ctx context.Context, role string) ([]Policy, error) {
	return c.policies(ctx, "ListPoliciesForRole", "RoleName", role)
}

// ListPoliciesForGroup returns the policies attached to the group.
func (c *Client) ListPoliciesForGroup(ctx context.Context, group string) ([]Policy, error) {
	return c.policies(ctx, "ListPoliciesForGroup", "GroupName", group)
}

// GetPolicy returns a policy with the document of its default version.
func (c *Client) GetPolicy(ctx context.Context, kind, name string) (Policy, error) {
	var a struct {
		answer
		Policy               policyInfo
		DefaultPolicyVersion struct{ PolicyDocument string }
	}
	err := c.read(ctx, ram("GetPolicy", map[string]string{"PolicyType": kind, "PolicyName": name}), &a)
	return Policy{a.Policy.PolicyType, a.Policy.PolicyName, a.Policy.DefaultVersion, a.DefaultPolicyVersion.PolicyDocument}, err
}

// GetPolicyVersion returns one version of a policy.
func (c *Client) GetPolicyVersion(ctx context.Context, p Policy) (Policy, error) {
	var a struct {
		answer
		PolicyVersion struct {
			VersionID      string `json:"VersionId"`
			PolicyDocument string
		}
	}
	params := map[string]string{"PolicyType": p.Type, "PolicyName": p.Name, "VersionId": p.Version}
	err := c.read(ctx, ram("GetPolicyVersion", params), &a)
	return Policy{p.Type, p.Name, a.PolicyVersion.VersionID, a.PolicyVersion.PolicyDocument}, err
}

// CreatePolicy makes a custom policy. Attached to nothing, it has no effect.
func (c *Client) CreatePolicy(ctx context.Context, name, description, document string) error {
	params := map[string]string{"PolicyName": name, "Description": description, "PolicyDocument": document}
	return c.change(ctx, ram("CreatePolicy", params))
}

// AttachPolicyToRole gives a role a policy.
func (c *Client) AttachPolicyToRole(ctx context.Context, role string, p Policy) error {
	params := map[string]string{"PolicyType": p.Type, "PolicyName": p.Name, "RoleName": role}
	return c.change(ctx, ram("AttachPolicyToRole", params))
}

// DetachPolicyFromRole takes a policy from a role.
func (c *Client) DetachPolicyFromRole(ctx context.Context, role string, p Policy) error {
	params := map[string]string{"PolicyType": p.Type, "PolicyName": p.Name, "RoleName": role}
	return c.change(ctx, ram("DetachPolicyFromRole", params))
}

// Statement is a statement of a permission policy.
type Statement struct {
	Effect   string
	Action   []string
	Resource []string
}

// Document returns a permission policy as JSON.
func Document(statements ...Statement) string {
	text, err := json.MarshalIndent(struct {
		Version   string
		Statement []Statement
	}{"1", statements}, "", "  ")
	if err != nil {
		return "" // cannot happen: strings
	}
	return string(text)
}
