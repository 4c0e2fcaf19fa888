"""The task of the package trivial, for Luigi."""
import luigi


class Trivial(luigi.Task):
    path = luigi.Parameter()

    def output(self):
        return luigi.LocalTarget(self.path)

    def run(self):
        with self.output().open("w"):
            pass
