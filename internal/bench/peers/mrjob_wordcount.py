"""Word count in mrjob: mrjob_wordcount.py -r inline|local --output-dir OUTPUT INPUT…"""

import shlex
import sys
import types

try:
    import pipes  # noqa: F401
except ImportError:  # mrjob 0.7.4 takes only quote of it; Python 3.13 has no such module
    sys.modules["pipes"] = types.ModuleType("pipes")
    sys.modules["pipes"].quote = shlex.quote

from mrjob.job import MRJob
from mrjob.protocol import RawValueProtocol


class WordCount(MRJob):
    OUTPUT_PROTOCOL = RawValueProtocol

    def mapper(self, _, line):
        for word in line.split():
            yield word, 1

    def combiner(self, word, counts):
        yield word, sum(counts)

    def reducer(self, word, counts):
        yield None, f"{word}\t{sum(counts)}"


if __name__ == "__main__":
    WordCount.run()
