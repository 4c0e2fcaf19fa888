package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate/notify"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

// addNotify defines the flags that say who is told of what.
func (o *serverOptions) addNotify(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.notify, "notify", "", "`file` in TOML that says who is told what needs people, see docs/notifications.md")
	cmd.Flags().StringVar(&o.publicURL, "public-url", "", "`URL` of the server for those who are told, where it is not the one that it listens at")
}

// readNotify reads who is to be told of what, or returns nil where nobody is.
func (a *app) readNotify(o *serverOptions) (*notify.Config, error) {
	if o.publicURL != "" {
		u, err := url.Parse(o.publicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, usagef("--public-url %s: want one such as https://gomr.example.com", o.publicURL)
		}
	}
	if o.notify == "" {
		return nil, nil //nolint:nilnil // no file, no configuration, no error
	}
	config, err := notify.ReadConfig(o.notify, a.getenv)
	var wrong *notify.ConfigError
	if errors.As(err, &wrong) && wrong.Key != "" {
		return nil, fmt.Errorf("%w%s", err, didYouMean("", nearest(wrong.Key, wrong.Known)))
	}
	return config, err
}

// openNotify starts what tells people, or returns nil where nobody is to be told.
func (a *app) openNotify(ctx context.Context, o *serverOptions, config *notify.Config, s *scheduler.Scheduler, st *store.Store, address net.Addr, log *slog.Logger) (*notify.Engine, error) {
	if config == nil {
		return nil, nil //nolint:nilnil // as above
	}
	options := notify.Options{
		Program: a.name, Scheduler: s, Store: st, Server: o.publicURL, Link: o.publicURL, Logger: log,
		Config: config, Reread: func() (*notify.Config, error) { return a.readNotify(o) },
	}
	if options.Server == "" {
		options.Server = "http://" + reachable(address)
	}
	return notify.Open(ctx, options)
}

// reachable returns an address for other machines, where the server listens at all of its own.
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	host, err := os.Hostname()
	if err != nil {
		return address.String()
	}
	return net.JoinHostPort(host, strconv.Itoa(tcp.Port))
}
