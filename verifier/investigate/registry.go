package investigate

// Checks returns all checks, each once, the most valuable first, and last the one for what no other is about. A new check is a file
// and a line here.
func Checks() []Check {
	return []Check{
		keyUsed(), keyUsage(), usersMade(), keysMade(), borrowed(), offspring(), loginsMade(), grantsMade(), policiesChanged(), rolesChanged(),
		trailState(), trailTampered(), portsOpen(), prefixLists(), instancesMade(), fleetsMade(), containersMade(), commandsRun(), keyPairsMade(), imagesShared(),
		balance(), billGrown(), costsToday(), rootMFA(), rootKeys(), userMFA(), passwords(), ownKeys(), oldKeys(), serviceCredentials(),
		providersMade(), applicationsMade(), recycled(), restrictions(), backups(), snapshotsDeleted(), bucketsOpen(), databasesOpen(), notices(), resourcesMade(),
		portsWeak(), otherActs(),
	}
}
