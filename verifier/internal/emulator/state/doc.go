// Package state holds an emulated account: its users, groups, roles, policies, AccessKeys, sessions and events, the machines, data and bills
// that it has, and the evaluation of policies. Services change it while they hold Mu; the methods that set a scene lock by themselves.
package state
