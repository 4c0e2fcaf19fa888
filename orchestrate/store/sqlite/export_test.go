package sqlite

// WithMaxPages returns the options for a file that cannot grow beyond n pages, as on a full disk.
func (o Options) WithMaxPages(n int) Options {
	o.maxPages = n
	return o
}
