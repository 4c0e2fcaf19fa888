"""The jobs of make bench in Polars, streaming: polars_jobs.py JOB INPUT… OUTPUT"""

import sys

import polars as pl


def words(path):
    # Replacing tabs and splitting at one byte is faster than splitting at a pattern.
    line = pl.col("line").str.replace_all("\t", " ", literal=True)
    return pl.scan_lines(path).select(line.str.split(" ").alias("w")).explode("w").filter(pl.col("w") != "")


def table(path, columns):
    return pl.scan_csv(path, separator="\t", has_header=False, quote_char=None, schema=columns)


def clicks_of(path):
    columns = {"user": pl.String, "time": pl.Int64, "page": pl.String, "country": pl.String, "took": pl.Int64}
    return table(path, columns)


def wordcount(text):
    return words(text).group_by("w").len()


def distinct(text):
    return words(text).select(pl.lit("words").first(), pl.col("w").n_unique())


def groupby(clicks):
    return clicks_of(clicks).group_by("country").agg(pl.len(), pl.col("took").sum())


def sessions(clicks):
    begins = (pl.col("time").diff() > 1800).fill_null(True) | (pl.col("user") != pl.col("user").shift()).fill_null(True)
    sessions = clicks_of(clicks).select("user", "time").sort("user", "time").with_columns(begins.cum_sum().alias("session"))
    return sessions.group_by("session", "user").agg(pl.col("time").min(), pl.len()).select("user", "time", "len")


def join(clicks, users):
    plans = table(users, {"user": pl.String, "plan": pl.String, "since": pl.String})
    return clicks_of(clicks).select("user", "page").join(plans.select("user", "plan"), on="user").select("user", "plan", "page")


def sort(records):
    return pl.scan_lines(records).sort("line")


if __name__ == "__main__":
    job, inputs, output = globals()[sys.argv[1]], sys.argv[2:-1], sys.argv[-1]
    result = job(*(f"{path}/*" for path in inputs))
    result.sink_csv(output, separator="\t", include_header=False, quote_style="never", engine="streaming")
