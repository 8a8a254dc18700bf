// Package state holds an emulated account: its users, groups, roles, policies, AccessKeys, sessions and events, and the
// evaluation of policies. Services change it while they hold Mu; the methods that set a scene lock by themselves.
package state
