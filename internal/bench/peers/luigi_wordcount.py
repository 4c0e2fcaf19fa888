"""Word count in Luigi with its LocalJobRunner: luigi_wordcount.py INPUT OUTPUT

INPUT is one file. The wheels of Luigi from 3.7 on cannot import luigi.contrib.hadoop: they
lack luigi.contrib.mrrunner. 3.6.0 has it.
"""

import sys

import luigi
import luigi.contrib.hadoop

TEXT, COUNTS = sys.argv[1], sys.argv[2]


class Text(luigi.ExternalTask):
    def output(self):
        return luigi.LocalTarget(TEXT)


class WordCount(luigi.contrib.hadoop.JobTask):
    def requires(self):
        return Text()

    def output(self):
        return luigi.LocalTarget(COUNTS)

    def job_runner(self):
        return luigi.contrib.hadoop.LocalJobRunner()

    def mapper(self, line):
        for word in line.split():
            yield word, 1

    def combiner(self, word, counts):
        yield word, sum(counts)

    def reducer(self, word, counts):
        yield word, sum(counts)


if __name__ == "__main__":
    ok = luigi.build([WordCount()], local_scheduler=True, log_level="ERROR")
    sys.exit(0 if ok else 1)
