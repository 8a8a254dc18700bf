package drill

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
)

// thief is somebody who has found the key.
type thief struct {
	*Drill
	key     rules.Credential // that he uses now
	address int
	user    string // the user that he made; "" if none
}

// trick is something that a thief does. It returns how he cleans up afterwards, nil if he cannot.
type trick struct {
	name  string
	likes []string // the profiles in which it is more likely
	do    func(t *thief) (undo func() error, err error)
}

// acts is how many tricks a thief plays.
const acts = 10

// theft is the thief's script: he looks around, plays tricks by dice, and cleans up some of them.
func (d *Drill) theft(profile string) []step {
	t := &thief{Drill: d, key: d.Leaked, address: 1 + d.random.IntN(200)}
	at := d.Began.Add(-firstUse)
	var out []step
	then := func(do func() error) {
		out = append(out, step{at, do})
		at = at.Add(20*time.Second + time.Duration(d.random.Int64N(int64(70*time.Second))))
	}
	for _, look := range []func() error{
		t.quietly("Sts", "GetCallerIdentity"), t.quietly("Ram", "ListUsers"), t.quietly("Ecs", "DescribeRegions"),
		t.quietly("Ecs", "DescribeInstances", "RegionId", home),
	} {
		then(look)
	}
	var undo []func() error
	for _, trick := range choose(d.random, tricks(), profile) {
		cleans := d.random.IntN(3) == 0
		then(func() error {
			back, err := trick.do(t)
			if err == nil && cleans && back != nil {
				undo = append(undo, back)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", trick.name, err)
			}
			return nil
		})
	}
	at = d.Began.Add(-lastAct)
	then(func() error {
		for _, back := range undo {
			if err := back(); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

// choose draws tricks without repetition, those of the profile three times as likely as the others.
func choose(random *rand.Rand, all []trick, profile string) []trick {
	var out []trick
	weight := func(t trick) int {
		for _, p := range t.likes {
			if p == profile {
				return 3
			}
		}
		return 1
	}
	for len(out) < acts && len(all) > 0 {
		sum := 0
		for _, t := range all {
			sum += weight(t)
		}
		n, i := random.IntN(sum), 0
		for ; n >= weight(all[i]); i++ {
			n -= weight(all[i])
		}
		out = append(out, all[i])
		all = append(all[:i:i], all[i+1:]...)
	}
	return out
}

// act makes a call as the thief, and notes it.
func (t *thief) act(service, action string, pairs ...string) (map[string]any, error) {
	for i, v := range pairs {
		pairs[i] = strings.ReplaceAll(v, "{domain}", t.Account.Domain())
	}
	answer, err := t.call(t.key, fmt.Sprint(lair, t.address), service, action, pairs...)
	recorded := t.Account.Events()
	last := recorded[len(recorded)-1]
	t.Acts = append(t.Acts, Act{Event: last.ID, At: last.Time, Service: service, Action: action, Write: !last.Reads()})
	return answer, err
}

func (t *thief) quietly(service, action string, pairs ...string) func() error {
	return func() error {
		_, err := t.act(service, action, pairs...)
		return err
	}
}

// become goes on with another key, from another address.
func (t *thief) become(user string) {
	keys := t.Account.Keys(user)
	t.key, t.user = keys[len(keys)-1].Credential(), user
	t.address = 1 + t.random.IntN(200)
}

func text(answer map[string]any, names ...string) string {
	var v any = answer
	for _, name := range names {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	if list, ok := v.([]string); ok && len(list) > 0 {
		return list[0]
	}
	s, _ := v.(string)
	return s
}

// simple is a trick of one call, and one that takes it back; "" for none. A text in braces is replaced by that part of the
// answer: {SecurityGroupId}.
func simple(name string, likes []string, service, action string, pairs []string, backAction string, back func(answer map[string]any) []string) trick {
	return trick{name, likes, func(t *thief) (func() error, error) {
		answer, err := t.act(service, action, pairs...)
		if backAction == "" {
			return nil, err
		}
		return func() error {
			_, err := t.act(service, backAction, back(answer)...)
			return err
		}, err
	}}
}

// stranger is the number of the thief's own account.
const stranger = "5012345678901234"

func trust(number string) string {
	return `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::` + number + `:root"]}}]}`
}

func same(pairs ...string) func(map[string]any) []string {
	return func(map[string]any) []string { return pairs }
}
