package revoke

import (
	"context"
	"errors"
	"fmt"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Subject is a leaked key that something shall be done about.
type Subject struct {
	ID    rules.Secret
	Known *verifier.Identity // whose it is, if a check said so; nil if not
}

// foreign is a key that is not a user's of this account.
type foreign struct{ note Note }

func (f *foreign) Error() string { return f.note.Text }

// owner finds whose key the subject is.
func (r *Revoker) owner(ctx context.Context, s Subject) (Owner, error) {
	if s.Known != nil && s.Known.AccountID != "" && s.Known.AccountID != r.me.AccountID {
		return Owner{}, &foreign{r.elsewhere(ctx, s)}
	}
	user, err := read(ctx, r.cloud, func(cred rules.Credential) (openapi.User, error) {
		return r.cloud.ims.IdentityOfKey(ctx, cred, s.ID)
	})
	switch {
	case err == nil:
		return r.userOwner(user), nil
	case openapi.IsDenied(err):
		return r.walk(ctx, s, err)
	case !openapi.IsAbsent(err):
		return Owner{}, hinted(advise(err), "finding whose key %s is: %w", s.ID, err)
	}
	return r.notListed(ctx, s)
}

func (r *Revoker) userOwner(u openapi.User) Owner {
	name, principal := u.Login(), u.Principal
	if principal == "" { // RAM does not tell it; this one always works
		principal = name + "@" + r.me.AccountID + ".onaliyun.com"
	}
	return Owner{Account: r.me.AccountID, User: name, UserID: u.ID, Principal: principal}
}

// notListed looks where a key is that no user has: in the recycle bin, or with the account itself.
func (r *Revoker) notListed(ctx context.Context, s Subject) (Owner, error) {
	key, err := read(ctx, r.cloud, func(cred rules.Credential) (openapi.RecycledKey, error) {
		return r.cloud.ims.RecycledKey(ctx, cred, s.ID)
	})
	switch {
	case err == nil:
		return r.userOwner(openapi.User{ID: key.UserID, Principal: key.Principal}), nil
	case !openapi.IsAbsent(err) && !openapi.IsDenied(err):
		return Owner{}, hinted(advise(err), "looking for %s in the recycle bin: %w", s.ID, err)
	}
	if r.isRoot() {
		keys, err := r.rootKeys(ctx)
		if err != nil {
			return Owner{}, hinted(advise(err), "listing the keys of the account itself: %w", err)
		}
		if _, ok := r.pick(keys, Fingerprint(s.ID)); ok {
			return Owner{Account: r.me.AccountID}, nil
		}
	}
	return Owner{}, &foreign{r.unowned(s)}
}

func (r *Revoker) rootKeys(ctx context.Context) ([]openapi.AccessKey, error) {
	return read(ctx, r.cloud, func(cred rules.Credential) ([]openapi.AccessKey, error) {
		return r.cloud.ims.IdentityKeys(ctx, cred, "")
	})
}

// maxWalk is how many users are looked at for a key. At ten calls a second that takes half a minute.
const maxWalk = 300

// walk looks for the key with each user, where the credential may not ask whose it is.
func (r *Revoker) walk(ctx context.Context, s Subject, denied error) (Owner, error) {
	marker, seen := "", 0
	for {
		page, next, err := r.usersPage(ctx, marker)
		if err != nil {
			return Owner{}, hinted(advise(err), "finding whose key %s is: %w", s.ID, errors.Join(denied, err))
		}
		for _, u := range page {
			if seen++; seen > maxWalk {
				return Owner{}, hinted("give the credential ram:GetUser, which names a key's owner at once",
					"%s is not a key of the first %d users", s.ID, maxWalk)
			}
			keys, err := r.userKeys(ctx, u.Name)
			if err != nil {
				return Owner{}, hinted(advise(err), "listing the keys of user %s: %w", u.Name, err)
			}
			if _, ok := r.pick(keys, Fingerprint(s.ID)); ok {
				return r.userOwner(u), nil
			}
		}
		if next == "" {
			return r.notListed(ctx, s)
		}
		marker = next
	}
}

func (r *Revoker) usersPage(ctx context.Context, marker string) (users []openapi.User, next string, err error) {
	users, err = read(ctx, r.cloud, func(cred rules.Credential) (users []openapi.User, err error) {
		users, next, err = r.cloud.ram.UsersPage(ctx, cred, marker)
		return users, err
	})
	return users, next, err
}

func (r *Revoker) userKeys(ctx context.Context, user string) ([]openapi.AccessKey, error) {
	return read(ctx, r.cloud, func(cred rules.Credential) ([]openapi.AccessKey, error) {
		return r.cloud.ram.ListAccessKeys(ctx, cred, user)
	})
}

// pick finds the key with the fingerprint, and remembers its ID.
func (r *Revoker) pick(keys []openapi.AccessKey, fingerprint string) (openapi.AccessKey, bool) {
	for _, k := range keys {
		if r.is(k.ID, fingerprint) {
			return k, true
		}
	}
	return openapi.AccessKey{}, false
}

func (r *Revoker) is(id rules.Secret, fingerprint string) bool {
	if known, ok := r.ids[fingerprint]; ok {
		return known == id.Reveal()
	}
	if Fingerprint(id) != fingerprint {
		return false
	}
	r.ids[fingerprint] = id.Reveal()
	return true
}

// elsewhere is the note for a key of another account.
func (r *Revoker) elsewhere(ctx context.Context, s Subject) Note {
	n := Note{ID: s.ID.String(), Blocked: true}
	n.Text = fmt.Sprintf("the key is of account %s (%s), and not of %s", s.Known.AccountID, s.Known.ARN, r.me.AccountID)
	n.Hint = "tell its owner; if the account is yours, take a profile of it. With the secret at hand, --use-leaked-key may disable it"
	members, err := read(ctx, r.cloud, func(cred rules.Credential) ([]openapi.Member, error) {
		return r.cloud.organization.ListAccounts(ctx, cred)
	})
	if err != nil { // most credentials may not ask, and most accounts are in no organization
		return n
	}
	for _, m := range members {
		if m.ID == s.Known.AccountID {
			n.Hint = fmt.Sprintf("that is %q, a member account of your organization: take a profile of it, or a role there", m.Name)
		}
	}
	return n
}

// unowned is the note for a key that is nobody's here, as far as the administrator can see.
func (r *Revoker) unowned(s Subject) Note {
	n := Note{ID: s.ID.String(), Blocked: true}
	if s.Known != nil && s.Known.Type == "Account" {
		n.Text = fmt.Sprintf("the key is one of account %s itself (root), and only the account itself can change it", r.me.AccountID)
		n.Hint = rootSteps
		return n
	}
	n.Text = fmt.Sprintf("no user of account %s has the key: it was deleted, or is the account's own (root), or another account's",
		r.me.AccountID)
	n.Hint = "find its account in the report, or with akguard verify; " + rootSteps
	if r.isRoot() {
		n.Text = fmt.Sprintf("neither a user of account %s nor the account itself has the key: it was deleted, or is another account's", r.me.AccountID)
		n.Hint = "find its account in the report, or with akguard verify"
	}
	return n
}

const rootSteps = "a root key is disabled by the account's owner: log in at https://ram.console.aliyun.com/manage/ak, find the key " +
	"under AccessKey, choose Disable and confirm with the phone or MFA code; whoever cannot log in calls " + Hotline
