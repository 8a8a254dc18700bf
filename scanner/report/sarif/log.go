package sarif

import (
	"strings"

	"github.com/akguard/akguard/rules"
)

const (
	schemaURI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage  = "https://github.com/akguard/akguard"
	rulesPage = homepage + "/blob/main/docs/rules.md"
)

// The bases that locations are relative to. Their own URIs stay out: they differ from machine to machine.
const (
	baseRoot   = "SRCROOT"
	baseNoFile = "NOFILE"
)

// unreadID is the descriptor of every notification.
const unreadID = "akguard/unread"

// configID is the descriptor of notes on how the scan was configured.
const configID = "akguard/configuration"

// limitID is the descriptor of the notification that says what the report leaves out.
const limitID = "akguard/limit"

// The objects of SARIF that this package writes, after section 3 of the standard.
type (
	log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	run struct {
		Tool        tool            `json:"tool"`
		Invocations []invocation    `json:"invocations"`
		Bases       map[string]base `json:"originalUriBaseIds"`
		ColumnKind  string          `json:"columnKind"`
		Results     []result        `json:"results"`
	}
	tool struct {
		Driver driver `json:"driver"`
	}
	driver struct {
		Name           string       `json:"name"`
		Version        string       `json:"version,omitempty"`
		InformationURI string       `json:"informationUri"`
		Rules          []descriptor `json:"rules"`
		Notifications  []descriptor `json:"notifications"`
	}
	descriptor struct {
		ID                   string              `json:"id"`
		Name                 string              `json:"name"`
		ShortDescription     message             `json:"shortDescription"`
		FullDescription      *message            `json:"fullDescription,omitempty"`
		Help                 *message            `json:"help,omitempty"`
		HelpURI              string              `json:"helpUri,omitempty"`
		DefaultConfiguration *configuration      `json:"defaultConfiguration,omitempty"`
		Properties           *descriptorProperty `json:"properties,omitempty"`
	}
	descriptorProperty struct {
		Tags             []string `json:"tags"`
		SecuritySeverity string   `json:"security-severity"`
	}
	configuration struct {
		Level string `json:"level"`
	}
	message struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	base struct {
		Description message `json:"description"`
	}
	invocation struct {
		Successful    bool           `json:"executionSuccessful"`
		Notifications []notification `json:"toolExecutionNotifications,omitempty"`
		Configuration []notification `json:"toolConfigurationNotifications,omitempty"`
	}
	notification struct {
		Descriptor reference `json:"descriptor"`
		Level      string    `json:"level"`
		Message    message   `json:"message"`
	}
	reference struct {
		ID string `json:"id"`
	}
)

// newLog makes the log of what h has collected.
func (h *handler) newLog(results []result, complete bool) log {
	return log{Schema: schemaURI, Version: "2.1.0", Runs: []run{{
		Tool: tool{driver{
			Name: "akguard", Version: h.version, InformationURI: homepage,
			Rules: h.rules.list, Notifications: []descriptor{
				h.about(unreadID, "Unread", "report.sarif.unread"),
				h.about(configID, "Configuration", "report.sarif.configuration"),
				h.about(limitID, "Limit", "report.sarif.limit"),
			},
		}},
		Invocations: []invocation{{Successful: complete, Notifications: h.notifications, Configuration: h.configuration}},
		Bases: map[string]base{
			baseRoot:   {plain(h.say.Say("report.sarif.root"))},
			baseNoFile: {plain(h.say.Say("report.sarif.no-file"))},
		},
		ColumnKind: "unicodeCodePoints",
		Results:    results,
	}}}
}

// about describes a kind of notification. The help has the key of the description and "-help".
func (h *handler) about(id, name, key string) descriptor {
	what, help := plain(h.say.Say(key)), plain(h.say.Say(key+"-help"))
	return descriptor{ID: id, Name: name, ShortDescription: what, FullDescription: &what, Help: &help}
}

// pascal turns alibaba-accesskey-pair into AlibabaAccesskeyPair, the form that SARIF recommends for names.
func pascal(id string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(id, func(r rune) bool { return strings.ContainsRune("-_./ ", r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func level(s rules.Severity) string {
	switch s {
	case rules.Critical, rules.High:
		return "error"
	case rules.Medium:
		return "warning"
	}
	return "note"
}

// score is a CVSS-like number in the middle of the band that GitHub gives the severity's name.
func score(s rules.Severity) string {
	switch s {
	case rules.Critical:
		return "9.5"
	case rules.High:
		return "8.0"
	case rules.Medium:
		return "5.5"
	}
	return "2.0"
}

// plain makes a message of text. SARIF reads [x](y) as a link and {0} as a placeholder in plain text too, and text
// from a repository must be neither.
func plain(text string) message {
	return message{Text: strings.NewReplacer("](", "] (", "{", "{{", "}", "}}").Replace(text)}
}
