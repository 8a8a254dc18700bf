package ci

import "encoding/json"

// Search says which pull request a run is for, where GitHub's event names none: it lists none that comes from a fork.
type Search struct{ Owner, Branch, Head string }

// SearchFor returns what to search for. ok is false if the event is no run of a workflow for a pull request, or names the
// pull request.
func SearchFor(env Env, data []byte) (s Search, ok bool) {
	var e event
	if env("GITHUB_EVENT_NAME") != "workflow_run" || json.Unmarshal(data, &e) != nil || e.WorkflowRun == nil {
		return Search{}, false
	}
	run := e.WorkflowRun
	s = Search{Owner: run.HeadRepository.Owner.Login, Branch: run.HeadBranch, Head: run.HeadSHA}
	ofPull := run.Event == "pull_request" || run.Event == "pull_request_target"
	return s, ofPull && len(run.PullRequests) == 0 && s.Owner != "" && s.Branch != ""
}

// WithPull returns the event of a run of a workflow with a pull request in it, whose base branch the change is judged against.
func WithPull(data []byte, number int, base string) ([]byte, error) {
	var e map[string]json.RawMessage
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	var run map[string]json.RawMessage
	if err := json.Unmarshal(e["workflow_run"], &run); err != nil {
		return nil, err
	}
	var err error
	if run["pull_requests"], err = json.Marshal([]any{map[string]any{"number": number, "base": map[string]string{"ref": base}}}); err != nil {
		return nil, err
	}
	if e["workflow_run"], err = json.Marshal(run); err != nil {
		return nil, err
	}
	return json.Marshal(e)
}
