package streaming

import (
	"cmp"
	"net"
	"strings"

	"github.com/gomr/gomr/hdfs"
)

// Ports of yarn-default.xml and mapred-default.xml.
const (
	rmPort, rmTLSPort           = "8088", "8090"
	historyPort, historyTLSPort = "19888", "19890"
)

// resourceManagers returns the base URLs of the web services of all resource
// managers, such as http://rm1:8088.
func resourceManagers(p hdfs.Properties) []string {
	scheme, key, port := "http", "yarn.resourcemanager.webapp.address", rmPort
	if strings.EqualFold(p.Get("yarn.http.policy"), "HTTPS_ONLY") {
		scheme, key, port = "https", "yarn.resourcemanager.webapp.https.address", rmTLSPort
	}
	var urls []string
	for _, suffix := range resourceManagerSuffixes(p) {
		host := cmp.Or(p.Get("yarn.resourcemanager.hostname"+suffix),
			hostOf(p.Get("yarn.resourcemanager.address"+suffix)), "0.0.0.0")
		urls = append(urls, scheme+"://"+reachable(cmp.Or(p.Get(key+suffix), host), port))
	}
	return urls
}

// resourceManagerSuffixes returns what stands behind the names of properties of
// each resource manager: ".rm1" and ".rm2" where there are several.
func resourceManagerSuffixes(p hdfs.Properties) []string {
	var suffixes []string
	if p.IsTrue("yarn.resourcemanager.ha.enabled") {
		for id := range strings.SplitSeq(p.Get("yarn.resourcemanager.ha.rm-ids"), ",") {
			if id = strings.TrimSpace(id); id != "" {
				suffixes = append(suffixes, "."+id)
			}
		}
	}
	if len(suffixes) == 0 {
		return []string{""}
	}
	return suffixes
}

// historyServer returns the base URL of the web service of the job history server.
func historyServer(p hdfs.Properties) string {
	scheme, key, port := "http", "mapreduce.jobhistory.webapp.address", historyPort
	if strings.EqualFold(p.Get("mapreduce.jobhistory.http.policy"), "HTTPS_ONLY") {
		scheme, key, port = "https", "mapreduce.jobhistory.webapp.https.address", historyTLSPort
	}
	address := cmp.Or(p.Get(key), hostOf(p.Get("mapreduce.jobhistory.address")), "0.0.0.0")
	return scheme + "://" + reachable(address, port)
}

// reachable returns host:port for an address, whose port may be missing and whose
// host may be the wildcard that only a server can listen on.
func reachable(address, port string) string {
	host, p, err := net.SplitHostPort(address)
	if err != nil {
		host, p = address, port
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "localhost"
	}
	return net.JoinHostPort(host, p)
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
