package alibabatest

import "github.com/akguard/akguard/verifier/internal/emulator/state"

// These types set up the scene, and read it back.
type (
	// Account is an Alibaba Cloud account with its users, groups, roles, policies, keys and events.
	Account = state.Account
	// Settings are the account-wide settings.
	Settings = state.Settings
	// PasswordPolicy is the policy for users' passwords.
	PasswordPolicy = state.PasswordPolicy
	// User is a RAM user.
	User = state.User
	// Role is a RAM role.
	Role = state.Role
	// Key is an AccessKey or a temporary credential.
	Key = state.Key
	// Status is the status of a key.
	Status = state.Status
	// Event is ActionTrail's record of one call.
	Event = state.Event
	// Leak is a leaked key as Security Center knows it.
	Leak = state.Leak
)

// The statuses of a key.
const (
	Active   = state.Active
	Inactive = state.Inactive
	Recycled = state.Recycled
	Deleted  = state.Deleted
)

// NewAccount returns an account without users and keys.
func NewAccount() *Account { return state.NewAccount() }
