// Package alibabatest emulates Alibaba Cloud accounts on a loopback port, for tests and drills: nothing leaves the machine,
// and none of its keys was ever real. The first example creates an account with a key, serves it, and checks the key while
// its status changes and the server fails; the second one ends an incident.
//
// This package is the server and its faults. verifier/internal/emulator has the accounts, the services and the protocol.
//
// # The scene
//
// An [Account] holds users, groups, roles, policies, AccessKeys, sessions and events. Methods such as
// [Account.AddUser], [Account.AddPolicy] and [Account.Attach] set it up without checking permissions: they may do what the
// API would refuse, such as a third key of a user. A [Server] answers calls for one or more accounts at
// one address, and recognises the service by the API's version. Everything can be read back: [Key.Status],
// [Account.Attached], [Server.Recorded], [Account.Events]. [Server.SetClock] and [Server.SetSourceIP] replace the
// time and the caller's address. A [Metadata] handler gives an ECS instance its role's credentials.
//
// # What is faithful
//
// A server checks calls as the real service does: the ID, its status, the time stamp, the security token, the
// signature, the nonce, then the key's allow-list of addresses, restrictive protection and the permission. It takes
// RPC V1 signatures (HMAC-SHA1, GET or POST, parameters in the query, in the form or in both) and those of
// ACS3-HMAC-SHA256; make test-interop checks it with the vendor's own clients. It refuses with the service's codes
// and HTTP statuses, and answers in XML or JSON, with the fields and spellings of the vendor's SDK.
//
//   - STS 2015-04-01: GetCallerIdentity, which needs no permission; AssumeRole with trust policy and session policy;
//     AssumeRoleWithOIDC, which needs no signature.
//   - RAM 2015-05-01: users, groups, log-in profiles, AccessKeys, roles, policies with their versions and who has them, the
//     settings of the account.
//   - IMS 2019-08-15: users by name, number or AccessKey; AccessKeys, also those of root; the recycle bins of keys and of
//     users; the network policies of keys and of the account; identity providers, applications and credentials of single services;
//     the account's summary and security report.
//   - ActionTrail 2020-07-06: LookupEvents, by one attribute; what a key was used for in 400 days; trails. Each call of a known key
//     is an event, at once or after Settings.EventDelay, for 90 days: those of central services in the account's home region, others
//     in theirs. Others can be planted. Reads and writes of objects are no events.
//   - Resource Directory (ResourceManager 2020-03-31): ListAccounts.
//   - ECS 2014-05-26: regions, security groups, prefix lists, instances, commands, key pairs, images and with whom they are shared,
//     disks, snapshots and their policies, auto-provisioning groups. ESS 2014-08-28, ECI 2018-08-08: scaling and container groups.
//   - RDS 2014-08-15: databases, who may connect, and their accounts. OSS (signature V4): buckets, their ACL, policy and logging.
//   - BSS 2017-12-14: balance and bills, as they were set. Security Center (Sas 2018-12-03): leaks and alarms, as they were added.
//     Resource Center 2022-12-01: SearchResources.
//
// Policies are evaluated: a denial wins over a permission, and without either the answer is NoPermission; * and ? in actions and
// resources, NotAction, NotResource, and conditions on address, time and text. Root may do everything.
//
// # What is inferred
//
// Where the documentation is silent, the emulator behaves like neighbouring calls, and a client should survive the other
// answer:
//
//   - DeleteAccessKey refuses an active key with DeleteConflict.AccessKey.Active. The guides ask for a disabled key,
//     but name no code, and tools exist that delete active ones: Settings.DeleteActiveKeys permits it.
//   - A key restored from the recycle bin is disabled, and needs room among the user's two. A deleted root key does
//     not go there. The keys of a deleted user are in its bin, and ListAccessKeysInRecycleBin does not know the user.
//   - A call from an address that the key's network policy does not list is refused with the wording of a disabled
//     key, after its signature was checked.
//   - A key under restrictive protection is refused with Forbidden, by RAM and IMS.
//   - A call with a wrong signature is recorded too, under the name of the key's owner.
//   - A RAM call without UserName is about the caller, and refused if that is no user.
//   - A call in a region that the account has not opened is refused with InvalidRegionId.NotFound.
//   - Messages, except for that of SignatureDoesNotMatch; and codes for calls that no client makes, such as
//     MissingParameter, InvalidParameter, IncompleteSignature, InvalidAction.NotFound and InvalidNextToken.
//
// # Faults
//
// [Server.Inject], [Server.InjectAt], [Server.InjectFor] and [Server.Script] make calls fail with a [Fault]: an error
// code, a reset, a redirect, half an answer, or a call that is carried out although its answer is lost.
// [Server.LimitRate] throttles.
//
// # Limits
//
// The documents of system policies are short. A resource is matched where the API names
// one user, role, group or policy, and is * elsewhere. Variables in policies, tags and resource groups are
// unknown, and an unknown operator in a condition never helps an Allow and never hinders a Deny.
// Unsigned calls are not recorded, changes take effect at once, and nonces and calls are kept until the server closes.
// The region of a call is its parameter RegionId, for OSS that of the signature; without one it is the home region. Instances need no
// network, start at once, and cost nothing. There is no console.
package alibabatest
