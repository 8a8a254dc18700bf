package ci

import (
	"cmp"
	"strings"
)

// gitLab plans by the predefined variables. In a merged-results pipeline HEAD is a merge into the target branch, and what the
// target branch has is no part of the change.
func gitLab(env Env, _ []byte, repo Repository) Plan {
	p := Plan{Platform: "GitLab CI", Event: env("CI_PIPELINE_SOURCE")}
	head := env("CI_COMMIT_SHA")
	switch {
	case env("CI_MERGE_REQUEST_IID") != "":
		p.Heads, p.Head = []string{head}, head
		if base := env("CI_MERGE_REQUEST_DIFF_BASE_SHA"); base != "" {
			p.Bases, p.Trusted = []string{base}, base
		}
		target := "refs/remotes/origin/" + env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
		if _, ok := repo.Resolve(target); ok {
			p.Bases, p.Trusted = append(p.Bases, target), target
		}
		if len(p.Bases) == 0 {
			return against(p, repo, env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"), head)
		}
		return missing(p, repo)
	case p.Event == "push":
		return added(p, repo, "refs/heads/"+env("CI_COMMIT_BRANCH"), env("CI_COMMIT_BEFORE_SHA"), head)
	}
	return everything(p, "")
}

// jenkins knows the target of a change request, and the commit of the last build.
func jenkins(env Env, _ []byte, repo Repository) Plan {
	p := Plan{Platform: "Jenkins", Event: "build"}
	head := cmp.Or(env("GIT_COMMIT"), "HEAD")
	if target := env("CHANGE_TARGET"); target != "" {
		p.Event = "change request"
		return against(p, repo, target, "HEAD")
	}
	if before := cmp.Or(env("GIT_PREVIOUS_SUCCESSFUL_COMMIT"), env("GIT_PREVIOUS_COMMIT")); before != "" {
		return added(p, repo, env("GIT_LOCAL_BRANCH"), before, head)
	}
	return everything(p, "ci.no-base")
}

// azure checks out the merge of a pull request. For a push it does not say what was there before.
func azure(env Env, _ []byte, repo Repository) Plan {
	p := Plan{Platform: "Azure Pipelines", Event: env("BUILD_REASON")}
	if target := cmp.Or(env("SYSTEM_PULLREQUEST_TARGETBRANCH"), env("SYSTEM_PULLREQUEST_TARGETBRANCHNAME")); target != "" {
		return against(p, repo, target, "HEAD")
	}
	return everything(p, "ci.no-base")
}

// bitbucket knows the destination of a pull request. For a push it does not say what was there before.
func bitbucket(env Env, _ []byte, repo Repository) Plan {
	p := Plan{Platform: "Bitbucket Pipelines", Event: "push"}
	if target := env("BITBUCKET_PR_DESTINATION_BRANCH"); target != "" {
		p.Event = "pull request"
		return against(p, repo, target, "HEAD")
	}
	return everything(p, "ci.no-base")
}

// flow does not say what a run is compared with. A branch other than the default one is compared with that.
func flow(env Env, _ []byte, repo Repository) Plan {
	p := Plan{Platform: "Codeup Flow", Event: "run"}
	branch := env("CI_COMMIT_REF_NAME")
	base, ok := repo.Resolve("refs/remotes/origin/HEAD")
	own, _ := repo.Resolve("refs/remotes/origin/" + branch)
	if !ok || base == own || strings.TrimSpace(branch) == "" {
		return everything(p, "ci.no-base")
	}
	p.Heads, p.Head = []string{"HEAD"}, env("CI_COMMIT_SHA")
	p.Bases, p.Trusted = []string{"refs/remotes/origin/HEAD"}, "refs/remotes/origin/HEAD"
	return p
}
