package gate

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/githook"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/scanner/input"
	"github.com/spf13/cobra"
)

func (a *app) hookInstall() *cobra.Command {
	global, prePush, commitMsg := false, false, false
	cmd := &cobra.Command{
		Use:  "install",
		Args: command.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			names := []string{githook.PreCommit}
			if prePush {
				names = append(names, githook.PrePush)
			}
			if commitMsg {
				names = append(names, githook.CommitMsg)
			}
			if global {
				return a.installGlobally(names)
			}
			return a.installHooks(names)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&global, "global", false, "")
	f.BoolVar(&prePush, "pre-push", false, "")
	f.BoolVar(&commitMsg, "commit-msg", false, "")
	return cmd
}

func (a *app) installHooks(names []string) error {
	dir, err := input.HooksDir("")
	if err != nil {
		return scanning.InputFailed(err)
	}
	return a.installInto(dir, names)
}

func (a *app) installInto(dir string, names []string) error {
	program, err := os.Executable()
	if err != nil {
		return command.Usage("usage.hook-install", dir, err)
	}
	folder := githook.Folder{Dir: dir, Program: program}
	for _, name := range names {
		path, chained, err := folder.Install(name)
		switch path = scanning.Relative(path); {
		case err != nil:
			return command.Usage("usage.hook-install", path, err)
		case chained:
			a.Say("hook.installed-chained", path)
		default:
			a.Say("hook.installed", path)
		}
	}
	if folder.Lefthook() {
		a.Say("hook.lefthook")
	}
	return nil
}

// userHooks are the hooks for all repositories.
func userHooks() (githook.Global, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return githook.Global{}, command.Usage("usage.hook-install", "~", err)
	}
	program, err := os.Executable()
	if err != nil {
		return githook.Global{}, command.Usage("usage.hook-install", "~", err)
	}
	config := cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config"))
	return githook.Global{Dir: filepath.Join(config, "akguard", "hooks"), Config: input.UserConfig(), Program: program}, nil
}

// foreignHooks returns the folder that the user has set for all repositories; "" if it is akguard's, or none.
func foreignHooks(g githook.Global) string {
	dir := input.UserHooksDir()
	if inHome, ok := strings.CutPrefix(dir, "~/"); ok {
		home, _ := os.UserHomeDir()
		dir = filepath.Join(home, inHome)
	}
	if dir == "" || filepath.Clean(dir) == filepath.Clean(g.Dir) {
		return ""
	}
	return dir
}

func (a *app) installGlobally(names []string) error {
	g, err := userHooks()
	if err != nil {
		return err
	}
	if dir := foreignHooks(g); dir != "" {
		return a.installInto(dir, names)
	}
	if err := g.Install(names); err != nil {
		return command.Usage("usage.hook-install", g.Dir, err)
	}
	a.Say("hook.installed-global", g.Dir, g.Config)
	return nil
}

func (a *app) hookUninstall() *cobra.Command {
	global := false
	cmd := &cobra.Command{
		Use:  "uninstall",
		Args: command.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if global {
				return a.uninstallGlobally()
			}
			dir, err := input.HooksDir("")
			if err != nil {
				return scanning.InputFailed(err)
			}
			return a.uninstallFrom(dir)
		},
	}
	cmd.Flags().BoolVar(&global, "global", false, "")
	return cmd
}

func (a *app) uninstallFrom(dir string) error {
	changed, err := githook.Folder{Dir: dir}.Uninstall()
	for _, path := range changed {
		a.Say("hook.uninstalled", scanning.Relative(path))
	}
	switch {
	case err != nil:
		return command.Usage("usage.hook-install", scanning.Relative(dir), err)
	case len(changed) == 0:
		a.Say("hook.not-installed", scanning.Relative(dir))
	}
	return nil
}

func (a *app) uninstallGlobally() error {
	g, err := userHooks()
	if err != nil {
		return err
	}
	if dir := foreignHooks(g); dir != "" {
		return a.uninstallFrom(dir)
	}
	changed, err := g.Uninstall()
	switch {
	case err != nil:
		return command.Usage("usage.hook-install", g.Dir, err)
	case changed:
		a.Say("hook.uninstalled", g.Dir)
	default:
		a.Say("hook.not-installed", g.Dir)
	}
	return nil
}
