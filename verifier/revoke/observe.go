package revoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// observe reads how the thing is that an action is about.
func (r *Revoker) observe(ctx context.Context, a Action) (State, error) {
	if a.Policy != "" {
		return r.observePolicy(ctx, a)
	}
	state, err := r.observeKey(ctx, a)
	if err != nil || a.Kind != Quarantine && a.Kind != Release || state.Key != Active && state.Key != Inactive {
		return state, err
	}
	state.Network, err = r.network(ctx, a.Target)
	return state, err
}

func (r *Revoker) observeKey(ctx context.Context, a Action) (State, error) {
	if a.Leaked && r.self != nil { // an administrator can settle it as well
		return r.observeSelf(ctx, a.Target)
	}
	list := func() ([]openapi.AccessKey, error) { return r.userKeys(ctx, a.Target.Owner.User) }
	if a.Target.Owner.User == "" {
		if !r.isRoot() {
			return State{}, hinted(rootSteps, "%s is a key of the account itself", a.Target.ID)
		}
		list = func() ([]openapi.AccessKey, error) { return r.rootKeys(ctx) }
	}
	keys, err := list()
	switch {
	case openapi.IsAbsent(err): // the user itself is gone
		return State{Key: Gone}, nil
	case err != nil:
		return State{}, hinted(advise(err), "reading the state of %s: %w", a.Target.ID, err)
	}
	if k, ok := r.pick(keys, a.Target.Fingerprint); ok {
		return listed(k)
	}
	return r.observeBin(ctx, a.Target)
}

func listed(k openapi.AccessKey) (State, error) {
	switch k.Status {
	case openapi.Active:
		return State{Key: Active}, nil
	case openapi.Inactive:
		return State{Key: Inactive}, nil
	}
	return State{}, fmt.Errorf("reading the state of %s: it is neither active nor inactive", k.ID)
}

// observeBin looks for a key that its user does not have any more.
func (r *Revoker) observeBin(ctx context.Context, t Target) (State, error) {
	if t.Owner.UserID == "" { // a root key, for which no bin is documented
		return State{Key: Deleted}, nil
	}
	keys, err := read(ctx, r.cloud, func(cred rules.Credential) ([]openapi.RecycledKey, error) {
		return r.cloud.ims.RecycledKeys(ctx, cred, t.Owner.UserID)
	})
	switch {
	case openapi.IsDenied(err):
		return State{Key: Deleted}, nil
	case openapi.IsAbsent(err):
		return State{Key: Gone}, nil
	case err != nil:
		return State{}, hinted(advise(err), "looking for %s in the recycle bin: %w", t.ID, err)
	}
	for _, k := range keys {
		if r.is(k.ID, t.Fingerprint) {
			return State{Key: Recycled}, nil
		}
	}
	return State{Key: Gone}, nil
}

// observeSelf reads the state of the leaked key off what STS answers it: no permission is needed for that.
func (r *Revoker) observeSelf(ctx context.Context, t Target) (State, error) {
	if !r.is(r.Leaked.ID, t.Fingerprint) {
		return State{}, hinted("name the report that holds its secret", "%s was to disable itself, and this is another key's secret", t.ID)
	}
	_, err := read(ctx, r.self, func(cred rules.Credential) (bool, error) {
		identity, err := r.self.sts.GetCallerIdentity(ctx, cred)
		if err == nil && identity.AccountID != t.Owner.Account {
			err = errors.New("it is of another account than the plan says")
		}
		return true, err
	})
	switch openapi.Code(err) {
	case "InvalidAccessKeyId.Inactive":
		return State{Key: Inactive}, nil
	case "InvalidAccessKeyId.NotFound":
		return State{Key: Deleted}, nil
	case "NoPermission", "Forbidden.AccessDenied", "Forbidden": // only a working key is told so
		return State{Key: Active}, nil
	}
	if err != nil {
		return State{}, hinted(advise(err), "reading the state of %s with itself: %w", t.ID, err)
	}
	return State{Key: Active}, nil
}

func (r *Revoker) network(ctx context.Context, t Target) (string, error) {
	document, err := read(ctx, r.cloud, func(cred rules.Credential) (string, error) {
		return r.cloud.ims.AccessKeyPolicy(ctx, cred, t.Owner.Principal, r.id(t))
	})
	if err != nil {
		return "", hinted(advise(err), "reading the network policy of %s: %w", t.ID, err)
	}
	network, err := canonical(document)
	if err != nil {
		return "", hinted("look at it in the RAM console", "reading the network policy of %s: %w", t.ID, err)
	}
	return network, nil
}

// id returns the ID of a target that has been seen.
func (r *Revoker) id(t Target) rules.Secret { return rules.NewSecret(r.ids[t.Fingerprint]) }

// canonical writes a network policy so that equal ones have equal texts. One that restricts nothing is "".
func canonical(document string) (string, error) {
	if strings.TrimSpace(document) == "" {
		return "", nil
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(document), &fields); err != nil {
		return "", errors.New("it is not JSON")
	}
	delete(fields, "Version") // there is one only, and the service adds it
	statements, _ := fields["Statements"].([]any)
	for _, s := range statements {
		if statement, ok := s.(map[string]any); ok {
			simplify(statement)
		}
	}
	if status, _ := fields["Status"].(string); len(fields) == 0 || status == "Inactive" && len(statements) == 0 {
		return "", nil
	}
	text, err := json.Marshal(fields)
	return string(text), err
}

// simplify takes out of a statement what the service may write in another way: a value that is none, the order of the
// addresses, and single addresses as ranges.
func simplify(statement map[string]any) {
	if statement["Value"] == "" {
		delete(statement, "Value")
	}
	list, _ := statement["IPList"].([]any)
	for i, entry := range list {
		text, _ := entry.(string)
		if prefix, err := netip.ParsePrefix(text); err == nil && prefix.IsSingleIP() {
			list[i] = prefix.Addr().String()
		}
	}
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}

// versioned is the document to send for a canonical one.
func versioned(network string) string {
	if network == "" {
		return `{"Version":1,"Status":"Inactive","Statements":[]}`
	}
	return `{"Version":1,` + strings.TrimPrefix(network, "{")
}

// CheckRanges refuses what --quarantine cannot restrict a key to: addresses and ranges that are none, or are all.
func CheckRanges(cidrs []string) error {
	_, err := allowList(cidrs)
	return err
}

// allowList is the canonical policy that lets a key work from these addresses only.
func allowList(cidrs []string) (string, error) {
	if len(cidrs) == 0 {
		return "", errors.New("no address to allow")
	}
	for _, cidr := range cidrs {
		prefix, err := netip.ParsePrefix(cidr)
		if addr, e := netip.ParseAddr(cidr); e == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		switch {
		case err != nil:
			return "", fmt.Errorf("%q is neither an address nor a range such as 203.0.113.0/24", cidr)
		case prefix.Bits() == 0:
			return "", fmt.Errorf("%s is every address: that restricts nothing", cidr)
		case prefix.Masked() != prefix:
			return "", fmt.Errorf("%s is no range: its first address is %s", cidr, prefix.Masked())
		}
	}
	text, err := json.Marshal(map[string]any{
		"Status": "Active", "Statements": []any{map[string]any{"Type": "ClassicWhiteList", "IPList": cidrs}},
	})
	if err != nil {
		return "", err
	}
	return canonical(string(text))
}

func (r *Revoker) observePolicy(ctx context.Context, a Action) (State, error) {
	attached, err := read(ctx, r.cloud, func(cred rules.Credential) ([]openapi.Policy, error) {
		return r.cloud.ram.ListPoliciesForRole(ctx, cred, a.Target.Owner.Role)
	})
	if err != nil {
		return State{}, hinted(advise(err), "reading the policies of role %s: %w", a.Target.Owner.Role, err)
	}
	for _, p := range attached {
		if p.Name == a.Policy && p.Type == "Custom" {
			return State{Policy: Attached}, nil
		}
	}
	policy, err := read(ctx, r.cloud, func(cred rules.Credential) (openapi.Policy, error) {
		return r.cloud.ram.GetPolicy(ctx, cred, "Custom", a.Policy)
	})
	switch {
	case openapi.IsAbsent(err):
		return State{Policy: Absent}, nil
	case err != nil:
		return State{}, hinted(advise(err), "reading policy %s: %w", a.Policy, err)
	case a.Document != "" && !sameJSON(policy.Document, a.Document):
		return State{}, hinted("detach and delete that policy, and plan again", "policy %s exists and says something else", a.Policy)
	}
	return State{Policy: Detached}, nil
}

// sameJSON reports whether two documents say the same, however they are written.
func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
