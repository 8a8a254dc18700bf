package githook

import (
	"path/filepath"
	"strings"
)

// script returns the text of a hook. It is for sh, which git brings along on every system.
func (f Folder) script(name string, made bool) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n" + marker + "\n")
	if made {
		b.WriteString(newFolder + "\n")
	}
	input, feed := "", ""
	if name == PrePush { // git writes the refs to standard input, and each hook reads it
		input, feed = "refs=$(cat)\n", `printf '%s\n' "$refs" | `
	}
	b.WriteString(input)
	b.WriteString(chain(feed, `"$0`+saved+`"`))
	if f.Repository {
		b.WriteString(chain(feed, `"$(git rev-parse --git-common-dir)/hooks/`+name+`"`))
	}
	program := quote(filepath.ToSlash(f.Program))
	b.WriteString(`akguard=` + program + `
if [ ! -x "$akguard" ]; then
	akguard=$(command -v akguard) || {
		echo "akguard was not found. Install it, or remove this hook: $0" >&2
		exit 1
	}
fi
` + feed + `"$akguard" hook ` + name + ` "$@"
`)
	return b.String()
}

// chain runs another hook, if it is there, and ends if it refuses.
func chain(feed, path string) string {
	return "other=" + path + `
if [ -x "$other" ]; then
	` + feed + `"$other" "$@" || exit $?
fi
`
}

// passed are the hooks of git besides those of Names. In a folder for many repositories, each needs a script that runs the
// repository's own hook, because git does not look into two folders.
func passed() []string {
	return []string{
		"applypatch-msg", "pre-applypatch", "post-applypatch", "pre-merge-commit", "prepare-commit-msg", "post-commit", "pre-rebase",
		"post-checkout", "post-merge", "post-rewrite", "sendemail-validate", "reference-transaction",
	}
}

// passScript is the hook that only runs the repository's own.
func passScript(name string) string {
	return "#!/bin/sh\n" + marker + `
other="$(git rev-parse --git-common-dir)/hooks/` + name + `"
if [ -x "$other" ]; then
	exec "$other" "$@"
fi
`
}
