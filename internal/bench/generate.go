package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
)

// recordLength is the length of a generated record with its line end, as of TeraGen's.
const recordLength = 100

// writeRecords writes n records of 100 bytes, from one that is counted from first: ten random
// letters and digits to sort by, the number of the record, and filling. They are text, with a
// line end as the last byte, and TeraSort reads them too.
func writeRecords(w io.Writer, first, n int) error {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	random := rand.NewPCG(uint64(first), 100)
	line := make([]byte, recordLength)
	for i := first; i < first+n; i++ {
		for j := range 10 {
			line[j] = alphabet[random.Uint64()%uint64(len(alphabet))]
		}
		copy(line[10:], fmt.Sprintf("  %012d  ", i))
		for j := 26; j < recordLength-1; j++ {
			line[j] = 'A' + byte((i+j/10)%26)
		}
		line[recordLength-1] = '\n'
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// writeClicks writes n clicks in the order of their time, of users numbered below users: lines of
// USER, TIME, PAGE, COUNTRY and MILLISECONDS with tabs between them. Few users make most of the
// clicks, and few countries.
func writeClicks(w io.Writer, first, n, users int) error {
	const start, seconds, clicks = 1_400_000_000, 30 * 86400, 10_000_000
	random := rand.NewPCG(uint64(first), 200)
	for i := first; i < first+n; i++ {
		user, country := skewed(random, users), skewed(random, 26)
		when := start + int64(i)*seconds/clicks + int64(random.Uint64()%60)
		_, err := fmt.Fprintf(w, "u%07d\t%d\t/page/%d\t%c%c\t%d\n", user, when, skewed(random, 100_000),
			'A'+country, 'A'+country*7%26, random.Uint64()%5000)
		if err != nil {
			return err
		}
	}
	return nil
}

// writeUsers writes nine of ten users, in no order: lines of USER, PLAN and DATE.
func writeUsers(w io.Writer, users int) error {
	plans := []string{"free", "basic", "team", "business"}
	random := rand.NewPCG(1, 300)
	for i := range users {
		user := i * 7919 % users // a prime walks over all, as no number of users here is a multiple of it
		if user%10 == 3 {
			continue
		}
		_, err := fmt.Fprintf(w, "u%07d\t%s\t20%02d-%02d-%02d\n", user, plans[skewed(random, len(plans))],
			random.Uint64()%14, 1+random.Uint64()%12, 1+random.Uint64()%28)
		if err != nil {
			return err
		}
	}
	return nil
}

// skewed returns a number below n; small ones come more often.
func skewed(random *rand.PCG, n int) int {
	u := float64(random.Uint64()>>11) / (1 << 53)
	return int(u * u * float64(n))
}

// documentLines is how many lines of text make a document.
const documentLines = 50

// writeDocuments writes each line of a text with the document that it belongs to: DOCUMENT TAB LINE.
func writeDocuments(w io.Writer, text io.Reader) error {
	lines := bufio.NewReaderSize(text, 1<<16)
	for i := 0; ; i++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "d%07d\t%s", i/documentLines, line); err != nil {
			return err
		}
	}
}
