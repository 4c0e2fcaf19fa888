// Package mrtest tests jobs.
//
// [Run] runs a job on the local engine, over files given as text, and returns its
// output:
//
//	func TestWordCount(t *testing.T) {
//		got := mrtest.Run(t, WordCount{}.Job(), map[string]string{
//			"/data/text/2014-06-01.txt": "the cat\nthe dog\n",
//		})
//		want := "cat\t1\ndog\t1\nthe\t2\n"
//		if got != want {
//			t.Errorf("got:\n%swant:\n%s", got, want)
//		}
//	}
//
// [Stress] does the same as a cluster may, in another way for each seed, and ends the
// test where the output changes:
//
//	func TestWordCountUnderStress(t *testing.T) {
//		mrtest.Stress(t, WordCount{}.Job(), map[string]string{
//			"/data/text/2014-06-01.txt": "the cat\nthe dog\n",
//		})
//	}
//
// A mapper or reducer needs no test kit: it is called with a function that collects
// what it emits, and with [slices.Values] for the values.
//
// [TestRunner] is the suite that every engine passes; it is for those who write one.
package mrtest
