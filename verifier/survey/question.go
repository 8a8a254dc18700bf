package survey

import (
	"context"
	"slices"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// scope is of what a question is asked.
type scope int

const (
	once      scope = iota // of the account
	perLeaked              // of each key that leaked
	perRegion              // of each region
	perUser
	perKey
	perMonth // of this month, and the last
	perDay   // of today, and yesterday: the bill comes hours late
	after    // of each thing that another question brought
)

// The ranks of questions: a lower one is asked first.
const (
	rankFirst  = iota // what others depend on, and what the leaked keys did
	rankWho           // users and keys, the back doors that are made first; whether events are recorded
	rankRights        // what they may do
	rankOpen          // what runs, and what is open
	rankRest
)

// question is a row of the table: something to ask of an account.
type question struct {
	account.Ask
	right    string // the permission that it needs
	scope    scope
	rank     int
	optional bool        // nothing is hidden where it is refused
	from     account.Ask // the question that brings what this one is asked of; of its own for scope after only

	// run asks it, and puts the answer into the snapshot. It returns how many things the answer had, also if only a part of
	// it came.
	run func(ctx context.Context, r *reader, t target) (items int, err error)

	// then adds the questions that follow from the answer, which is in the snapshot; may be nil. The caller holds mu.
	then func(r *reader, t target)
}

// target is what a question is asked of.
type target struct {
	region string
	about  string // the name of a user, the reference of a key, …
	of     string // what about belongs to: the user of a key
}

// table is all that is asked, but for events.
func table() []*question {
	return slices.Concat(firstQuestions(), trailQuestions(), userQuestions(), rightQuestions(), settingQuestions(),
		networkQuestions(), computeQuestions(), storageQuestions(), databaseQuestions(), bucketQuestions(), moneyQuestions(), noticeQuestions())
}

// find returns the question with that action.
func (r *reader) find(service, action string) *question {
	for _, q := range r.table {
		if q.Service == service && q.Action == action {
			return q
		}
	}
	return nil
}

func ask(service, action string) account.Ask { return account.Ask{Service: service, Action: action} }

// ask adds a question. The caller holds mu, or nothing runs yet.
func (r *reader) ask(q *question, t target) {
	r.queue.add(job{q: q, t: t, service: q.Service, rank: q.rank})
}

// each adds the questions of a scope, about one thing. The caller holds mu.
func (r *reader) each(s scope, t target) {
	for _, q := range r.table {
		if q.scope == s {
			r.ask(q, t)
		}
	}
}

// source is the question that brings what this one is asked of; zero if nothing does.
func (q *question) source() account.Ask {
	switch q.scope {
	case perRegion:
		return ask(cloud.ECS, "DescribeRegions")
	case perUser:
		return ask(cloud.IMS, "ListUsers")
	case perKey:
		return ask(cloud.IMS, "ListAccessKeys")
	}
	return q.from
}

// firstQuestions are those on which others depend.
func firstQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.ECS, "DescribeRegions"), right: "ecs:DescribeRegions", rank: rankFirst,
			run: readRegions, then: (*reader).eachRegion,
		},
	}
}
