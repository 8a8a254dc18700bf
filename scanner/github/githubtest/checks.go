package githubtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// checkRequest is the body of a request about a check run.
type checkRequest struct {
	Name        string    `json:"name"`
	HeadSHA     string    `json:"head_sha"`
	Status      string    `json:"status"`
	Conclusion  string    `json:"conclusion"`
	CompletedAt time.Time `json:"completed_at"`
	Output      *struct {
		Title       string `json:"title"`
		Summary     string `json:"summary"`
		Annotations []struct {
			Path            string `json:"path"`
			StartLine       int    `json:"start_line"`
			EndLine         int    `json:"end_line"`
			AnnotationLevel string `json:"annotation_level"`
			Message         string `json:"message"`
			Title           string `json:"title"`
		} `json:"annotations"`
	} `json:"output"`
}

func (s *Server) createCheck(_ http.ResponseWriter, r *http.Request, body []byte) (int, any, *refusal) {
	var in checkRequest
	if refused := s.read(r, body, &in); refused != nil {
		return 0, nil, refused
	}
	if in.Name == "" || !isID.MatchString(in.HeadSHA) || in.Status != "completed" || in.Conclusion == "" || in.CompletedAt.IsZero() {
		return 0, nil, refuse(422, "Invalid request: name, head_sha, status")
	}
	check := &Check{ID: s.id(), Name: in.Name, Head: in.HeadSHA, Status: in.Status, Conclusion: in.Conclusion}
	if refused := check.take(in); refused != nil {
		return 0, nil, refused
	}
	s.Checks = append(s.Checks, check)
	return http.StatusCreated, s.check(check), nil
}

func (s *Server) updateCheck(_ http.ResponseWriter, r *http.Request, body []byte) (int, any, *refusal) {
	var in checkRequest
	if refused := s.read(r, body, &in); refused != nil {
		return 0, nil, refused
	}
	for _, c := range s.Checks {
		if strings.HasSuffix(r.URL.Path, fmt.Sprint("/", c.ID)) {
			if refused := c.take(in); refused != nil {
				return 0, nil, refused
			}
			return http.StatusOK, s.check(c), nil
		}
	}
	return 0, nil, refuse(404, "Not Found")
}

// take takes the output of a request. Annotations are appended.
func (c *Check) take(in checkRequest) *refusal {
	if in.Output == nil {
		return nil
	}
	o := *in.Output
	switch {
	case o.Title == "" || o.Summary == "":
		return refuse(422, "Invalid request: output")
	case utf8.RuneCountInString(o.Title) > 255 || utf8.RuneCountInString(o.Summary) > 65535:
		return refuse(422, "Invalid request: output is too long")
	case len(o.Annotations) > 50:
		return refuse(422, "Invalid request: no more than 50 annotations")
	}
	c.Title, c.Summary = o.Title, o.Summary
	for _, a := range o.Annotations {
		level := a.AnnotationLevel == "notice" || a.AnnotationLevel == "warning" || a.AnnotationLevel == "failure"
		if a.Path == "" || a.StartLine < 1 || a.EndLine < a.StartLine || !level || a.Message == "" || len(a.Message) > 64<<10 || len(a.Title) > 255 {
			return refuse(422, "Invalid request: annotation")
		}
		c.Annotations = append(c.Annotations, Annotation{a.Path, a.AnnotationLevel, a.Message, a.StartLine})
	}
	return nil
}
