package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/rules"
	"github.com/spf13/cobra"
)

func (a *app) rules() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "rules",
		Args: command.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.listRules(), a.lintRules(), a.testRules())
	return cmd
}

func (a *app) listRules() *cobra.Command {
	format := ""
	var o scanning.Config
	cmd := &cobra.Command{
		Use:  "list",
		Args: command.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			c, err := o.Load("")
			if err != nil {
				return err
			}
			set, err := c.Rules()
			if err != nil {
				return command.Usage("usage.config", err)
			}
			switch list := set.Rules(); format {
			case "text":
				return a.writeRules(list)
			case "json":
				return a.encodeRules(list)
			}
			return command.Usage("usage.format", format, "text, json")
		},
	}
	o.AddTo(cmd.Flags())
	cmd.Flags().StringVarP(&format, "format", "f", "text", "")
	return cmd
}

func (a *app) writeRules(list []rules.Rule) error {
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, r := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.ID, a.Text("report.severity."+r.Severity.String()), a.Print(r.Description))
	}
	return w.Flush()
}

// rule is a rule in JSON.
type rule struct {
	ID          string         `json:"id"`
	Type        rules.Type     `json:"type"`
	Severity    rules.Severity `json:"severity"`
	Description string         `json:"description"`
	Help        string         `json:"help"`
}

func (a *app) encodeRules(list []rules.Rule) error {
	english := message.New(message.English) // JSON is for programs
	out := make([]rule, 0, len(list))
	for _, r := range list {
		out = append(out, rule{r.ID, r.Type, r.Severity, english.Print(r.Description), english.Print(r.Help)})
	}
	enc := json.NewEncoder(a.Out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
