package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

// answerTime is how long an answer may take to be read, beside what it waits for.
const answerTime = 30 * time.Second

// protect keeps out what browsers may be made to send, and readers that don't read.
func (s *Server) protect(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, api.NewProblem(http.StatusForbidden, api.Forbidden, "the request comes from a page of another site"))
	}))
	sameOrigin := origins.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		// Not all writers have deadlines, such as those of tests.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime))
		if !s.knowsHost(r) {
			writeProblem(w, api.NewProblem(http.StatusForbidden, api.Forbidden,
				"this server of the machine itself is not called "+hostName(r.Host)+": ask for localhost, or have the name added to its hosts"))
			return
		}
		sameOrigin.ServeHTTP(w, r)
	})
}

// knowsHost tells whether a request means this server. A page of the web may have its own name lead
// to the machine of its reader; only the Host header tells.
func (s *Server) knowsHost(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok || !isLoopback(local) {
		return true
	}
	name := hostName(r.Host)
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.IsLoopback() || slices.Contains(s.options.Hosts, name)
	}
	return strings.EqualFold(name, "localhost") || slices.ContainsFunc(s.options.Hosts, func(host string) bool { return strings.EqualFold(host, name) })
}

// hostName returns a host without its port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// isLoopback tells whether only the machine itself reaches an address.
func isLoopback(a net.Addr) bool {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return false
}
