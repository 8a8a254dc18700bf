package investigating

import (
	"context"
	"errors"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/survey"
)

// readAll reads all accounts, one after the other: ActionTrail's pace is for each account, but the central services' may not be. An
// account that cannot be read is named, and hinders no other.
func (r *reading) readAll(ctx context.Context) (incident.Organization, error) {
	g := incident.Organization{Version: command.Version()}
	members, err := r.members(ctx)
	if err != nil {
		return g, err
	}
	for _, m := range members {
		part, failed := r.readMember(ctx, m)
		g.Accounts = append(g.Accounts, part)
		if failed != nil && (err == nil || ctx.Err() != nil) {
			err = failed
		}
	}
	switch {
	case ctx.Err() != nil:
		return g, err
	case r.o.all: // each account says for itself why it was not read
		return g, nil
	}
	return g, unread(err)
}

// unread is the error of an account of which nothing could be read.
func unread(err error) error {
	var known *reason.Error
	switch {
	case !errors.As(err, &known):
		return err
	case known.Reason.Code == "survey.other-account":
		return &command.Failure{Err: &reason.Error{Reason: known.Reason, Hint: reason.New("usage.resume-account.hint"), Err: err}, Code: command.ExitUsage}
	}
	return &command.Failure{Err: &reason.Error{Reason: known.Reason, Hint: reason.New("usage.caller.hint"), Err: err}, Code: command.ExitCloud}
}

func (r *reading) readMember(ctx context.Context, m survey.Member) (incident.Part, error) {
	part := incident.Part{Account: m.ID, Name: m.Name, Why: m.Why}
	switch {
	case m.Admin == nil:
		return part, nil
	case ctx.Err() != nil:
		part.Why = reason.New("survey.interrupted")
		return part, ctx.Err()
	}
	before := r.earlier[m.ID]
	if m.ID == "" {
		before = r.earlier.any()
	}
	if r.o.all {
		r.Say("investigate.account", m.ID)
	}
	report, err := r.read(ctx, m.Admin, before)
	if report.Snapshot == nil {
		part.Why = reason.Of(err)
		return part, err
	}
	part.Account, part.Report = report.Snapshot.Account, &report
	return part, err
}

// members returns the accounts that are read: the administrator's own, the one of --account, or with --all-accounts every one of the
// organization.
func (r *reading) members(ctx context.Context) ([]survey.Member, error) {
	own := r.o.cloud
	admin, err := own.Administrator(ctx, r.connection)
	var wrong *reason.Error
	switch {
	case errors.As(err, &wrong) && wrong.Reason.Code == "credentials.wrong-account":
		return r.member(ctx, err)
	case err != nil:
		return nil, err
	case !r.o.all:
		return []survey.Member{{ID: own.Account, Admin: admin}}, nil
	}
	members, err := survey.Members(ctx, survey.Directory{Admin: admin, Connection: r.connection, Role: r.o.role})
	if err != nil && ctx.Err() == nil {
		err = &command.Failure{Err: &reason.Error{Reason: reason.Of(err), Hint: reason.New("usage.members.hint"), Err: err}, Code: command.ExitCloud}
	}
	return members, err
}

// member enters the account of --account, which is not the credential's own, by its role. If the account does not belong to the
// organization, the credential is refused, as everywhere.
func (r *reading) member(ctx context.Context, refused error) ([]survey.Member, error) {
	own := r.o.cloud
	own.Account = ""
	admin, err := own.Administrator(ctx, r.connection)
	if err != nil {
		return nil, err
	}
	members, err := survey.Members(ctx, survey.Directory{Admin: admin, Connection: r.connection, Role: r.o.role, Only: []string{r.o.cloud.Account}})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil || len(members) == 0:
		return nil, refused
	case members[0].Admin == nil:
		return nil, command.Usage("usage.not-entered", r.o.cloud.Account, members[0].Why)
	}
	return members, nil
}
