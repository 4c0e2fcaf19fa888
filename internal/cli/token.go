package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/server"
)

func (a *app) tokenCommand() *cobra.Command {
	var o serverOptions
	var remote serverFlags
	var expires string
	asked := api.NewToken{Role: api.Operator}
	cmd := &cobra.Command{
		Use:     "token NAME",
		GroupID: groupServer,
		Short:   "Make a token for a person, a program or a worker",
		Long: "Make a token, and print its secret, which is shown only now: on the server that --server names, which asks for\n" +
			"the token of an admin, or else in the database of a server that does not run. Who has it in GOMR_TOKEN may do\n" +
			"what its role may: a viewer looks, an operator submits, kills and sets limits, an admin makes tokens too, and a\n" +
			"worker works. The first token must be an admin's.",
		Example: "  " + a.name + " token ann --role admin\n  " + a.name + " token bob --role viewer --server http://etl1:8082",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usagef("a token for whom? Name one person, program or worker, such as: token ann --role admin")
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			asked.Name = args[0]
			if roles := []api.Role{api.Viewer, api.Operator, api.Admin, api.WorkerRole}; !slices.Contains(roles, asked.Role) {
				return usagef("--role %s: want viewer, operator, admin or worker", asked.Role)
			}
			if asked.Expires, err = parseExpiry(expires); err != nil {
				return err
			}
			if cmd.Flags().Changed("server") {
				return a.askForToken(cmd.Context(), &remote, asked)
			}
			return a.makeToken(cmd.Context(), &o, asked)
		},
	}
	o.addDatabase(cmd, a)
	cmd.Flags().StringVar((*string)(&asked.Role), "role", string(api.Operator), "`role`: viewer, operator, admin or worker")
	cmd.Flags().StringVar(&expires, "expires", "", "the `day` or the time from which on it is of no use; left out is never")
	cmd.Flags().StringVar(&remote.url, "server", "", "`URL` of a server that runs, in place of a database; $"+tokenVariable+" is the token for it")
	for _, other := range []string{"database", "postgres"} {
		cmd.MarkFlagsMutuallyExclusive("server", other)
	}
	for _, v := range []remoteVerb{a.tokenListVerb(), a.tokenRevokeVerb()} {
		sub := a.remoteCommand(v)
		sub.GroupID = ""
		cmd.AddCommand(sub)
	}
	return cmd
}

// parseExpiry reads when a token expires. None is never.
func parseExpiry(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, ok := clockTime(text); ok {
		return at, nil
	}
	return time.Time{}, usagef("--expires %s: want a day such as 2014-06-01, or a time such as 2014-06-01T05:30", text)
}

// askForToken has a server that runs make a token.
func (a *app) askForToken(ctx context.Context, flags *serverFlags, asked api.NewToken) error {
	remote, err := a.connect(flags)
	if err != nil {
		return err
	}
	defer remote.Close()
	secret, err := remote.CreateToken(ctx, asked)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, secret.Secret)
	return err
}

func (a *app) tokenListVerb() remoteVerb {
	return remoteVerb{
		use: "ls", short: "List the tokens of a server, without their secrets", args: NoArgs,
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, _ []string) error {
			tokens, err := remote.Tokens(ctx)
			if err != nil {
				return err
			}
			return out.write(api.Tokens{Tokens: tokens}, func(w *tabwriter.Writer) {
				if len(tokens) == 0 {
					fmt.Fprintln(w, "none: whoever reaches the server may do everything")
					return
				}
				row(w, "NAME", "ROLE", "MADE BY", "MADE", "EXPIRES")
				for _, t := range tokens {
					row(w, t.Name, t.Role, t.By, dateOf(t.Created, "-"), dateOf(t.Expires, "never"))
				}
			})
		},
	}
}

// dateOf is a time as this machine's clock shows it.
func dateOf(at time.Time, none string) string {
	if at.IsZero() {
		return none
	}
	return at.Local().Format("2006-01-02 15:04")
}

func (a *app) tokenRevokeVerb() remoteVerb {
	return remoteVerb{
		use: "revoke NAME", short: "Revoke a token of a server: whoever has it may do nothing any more",
		args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usagef("revoke which token? Name one, as 'token ls' does")
		},
		do: func(ctx context.Context, remote *client.Client, out *remoteOutput, args []string) error {
			if err := remote.RevokeToken(ctx, args[0]); err != nil {
				return err
			}
			return out.write(api.TokenName{Name: args[0]}, func(w *tabwriter.Writer) {
				fmt.Fprintf(w, "the token %s is revoked\n", args[0])
			})
		},
	}
}

func (a *app) makeToken(ctx context.Context, o *serverOptions, asked api.NewToken) (err error) {
	s, st, _, done, err := o.openScheduler(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	served, err := server.New(ctx, server.Options{Scheduler: s, Store: st})
	if err != nil {
		return err
	}
	defer served.Close()
	secret, err := served.CreateToken(ctx, asked, "the owner of the database")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, secret.Secret)
	return err
}
