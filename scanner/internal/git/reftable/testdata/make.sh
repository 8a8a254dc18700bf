#!/bin/sh
# Makes the fixture again: sh make.sh GIT, with a git that supports --ref-format=reftable (2.45 or later).
# It keeps what the tests read: git (without HEAD, so that the folder is not taken for a repository), refs.txt and
# reflogs.txt, which say what git reads from it.
set -e
git=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null HOME=/dev/null LC_ALL=C
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com
clock=1704067200
g() {
	clock=$((clock + 60))
	GIT_AUTHOR_DATE="@$clock +0800" GIT_COMMITTER_DATE="@$clock +0800" \
		"$git" -c core.fsync=none -c advice.nestedTag=false "$@"
}
cd "$work"
"$git" init -q -b main --template= --ref-format=reftable repo
cd repo
for i in 1 2 3 4; do
	echo $i >f
	g add f
	g commit -q -m "commit $i"
done
g tag light HEAD~2
g tag -a -m annotated heavy HEAD~1
g tag -a -m twice heavier heavy
g branch gone HEAD~3
g branch feature/one HEAD~1
g update-ref refs/remotes/origin/main HEAD~2
g symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main
for i in $(seq 1 600); do # several blocks, with an index
	printf 'create refs/pull/%04d/head %s\n' $i "$("$git" rev-parse HEAD~$((i % 4)))"
done | g update-ref --stdin
for i in $(seq 1 150); do # several blocks of logs
	g update-ref -m "step $i" refs/heads/busy HEAD~$((i % 4))
done
g branch -m feature/one feature/two
g -c reftable.blockSize=256 pack-refs --all # the index gets two levels
export GIT_TEST_REFTABLE_AUTOCOMPACTION=false # what follows stays in tables of its own
g branch -q -D gone
for i in 1 2 3; do
	echo "stashed $i" >f
	g stash -q
done
g stash drop -q 'stash@{1}'
g update-ref -d refs/pull/0300/head
g worktree add -q --detach ../linked HEAD~2
cd ../linked
g update-ref refs/worktree/mine HEAD~1
g bisect start >/dev/null
g bisect bad >/dev/null
cd ../repo
g checkout -q -b topic HEAD~1
echo topic >f
g commit -q -a -m topic
g checkout -q main
g repack -q -a -d -k
g prune --expire=now

listed() { "$git" -C "$1" for-each-ref --format='%(if)%(symref)%(then)%(else)%(refname) %(objectname)%(end)' | grep .; }
{
	listed .
	listed ../linked | sed -n 's,^refs/\(bisect\|worktree\)/,worktrees/linked/&,p'
	echo "worktrees/linked/HEAD $("$git" -C ../linked rev-parse HEAD)"
} | sort >"$here/refs.txt"
{
	for log in $("$git" reflog list); do
		"$git" log -g --format='%gD %H' "$log" --
	done
	"$git" -C ../linked log -g --format='worktrees/linked/%gD %H' HEAD --
} | sort >"$here/reflogs.txt"
rm -rf "$here/git"
mkdir -p "$here/git/worktrees/linked"
cp -R .git/config .git/objects .git/refs .git/reftable "$here/git"
cp -R .git/worktrees/linked/commondir .git/worktrees/linked/reftable "$here/git/worktrees/linked"
rm -rf "$here"/git/objects/pack/*.rev "$here"/git/objects/info
rm -rf "$work"
