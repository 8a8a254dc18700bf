package revoke

// planUndo plans one step back: out of the recycle bin, or active again, or without the restriction. Which of these
// is the last that was done, the state of the key mostly says; only restrictions need the journal, since somebody
// else may have set them.
func (r *Revoker) planUndo(draft Action, w Want) ([]Action, []Note, error) {
	note := func(blocked bool, text, hint string) ([]Action, []Note, error) {
		return nil, []Note{{draft.Target.ID, text, hint, blocked}}, nil
	}
	last, known := w.History.last(draft.Target.Fingerprint)
	quarantined := known && last.Kind == Quarantine && draft.From == last.To
	a := draft
	switch state := draft.From; {
	case quarantined:
		a.Kind, a.To = Release, State{Key: state.Key, Network: last.From.Network}
		a.Risks = []string{"the key works again from wherever it did before, for everybody who has it"}
		a.Undo = "akguard revoke ID --quarantine"
	case state.Key == Recycled:
		a.Kind, a.From, a.To = Restore, State{Key: Recycled}, State{Key: Inactive}
		a.Risks = []string{"should the key come back active, it works again for everybody who has it: disable it then"}
		a.Undo = "akguard revoke ID --delete"
	case state.Key == Inactive:
		a.Kind, a.From, a.To = Enable, State{Key: Inactive}, State{Key: Active}
		a.Risks = []string{"the key leaked, and works again for everybody who has it"}
		if !known {
			a.Risks = append(a.Risks, "no journal here says that akguard disabled it: somebody else may have had a reason")
		}
		a.Undo = "akguard revoke ID --disable"
	case state.Key == Active && state.Network != "":
		return note(true, "the key works from some addresses only, and no journal here says what it was before",
			"name the folder of the journals with AKGUARD_STATE_DIR, or change it in the RAM console")
	case state.Key == Active:
		return note(false, "the key is active: there is nothing to undo", "")
	default:
		return note(true, "the key is gone for good", "give whoever needs it a new one")
	}
	return []Action{a}, nil, nil
}
