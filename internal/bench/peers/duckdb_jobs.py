"""The jobs of make bench in DuckDB: duckdb_jobs.py JOB INPUT… OUTPUT

It takes all cores and most of the memory, as it does when it is told nothing.
"""

import sys

import duckdb

# A line is one column: no byte of the text is the delimiter, and nothing quotes.
LINES = r"""read_csv('{}', columns={{'l': 'varchar'}}, delim='{}', quote='', escape='',
    header=false, auto_detect=false, strict_mode=false, max_line_size=10000000)"""
WORDS = r"(select unnest(regexp_split_to_array(l, '\s+')) as w from {})"
CLICKS = r"""read_csv('{}', delim='\t', quote='', header=false, auto_detect=false,
    columns={{'user': 'varchar', 'time': 'bigint', 'page': 'varchar', 'country': 'varchar', 'took': 'bigint'}})"""
USERS = r"""read_csv('{}', delim='\t', quote='', header=false, auto_detect=false,
    columns={{'user': 'varchar', 'plan': 'varchar', 'since': 'varchar'}})"""


def lines(path):
    return LINES.format(path, "\x01")


def words(path):
    return WORDS.format(lines(path))


def wordcount(text):
    return f"select w, count(*) from {words(text)} where w <> '' group by w"


def distinct(text):
    return f"select 'words', count(distinct w) from {words(text)} where w <> ''"


def index(documents):
    split = rf"""select l[:strpos(l, '\t') - 1] as d,
        unnest(regexp_split_to_array(l[strpos(l, '\t') + 1:], '\s+')) as w from {lines(documents)}"""
    split = split.replace(r"'\t'", r"e'\t'")
    return f"""select w, string_agg(d, ' ' order by d)
        from (select distinct w, d from ({split}) where w <> '') group by w"""


def groupby(clicks):
    return f"select country, count(*), sum(took) from {CLICKS.format(clicks)} group by country"


def sessions(clicks):
    return f"""
        with marked as (
            select "user", time, coalesce(time - lag(time) over w > 1800, true)::int as begins
            from {CLICKS.format(clicks)} window w as (partition by "user" order by time)),
        numbered as (
            select "user", time, sum(begins) over (partition by "user" order by time rows unbounded preceding) as session
            from marked)
        select "user", min(time), count(*) from numbered group by "user", session"""


def join(clicks, users):
    return f"""select c."user", plan, page from {CLICKS.format(clicks)} c join {USERS.format(users)} u on c."user" = u."user" """


def sort(records):
    return f"select l from {lines(records)} order by l"


if __name__ == "__main__":
    job, inputs, output = globals()[sys.argv[1]], sys.argv[2:-1], sys.argv[-1]
    query = job(*(f"{path}/*" for path in inputs))
    # Any order of rows will do but for the sort, and costs less.
    duckdb.execute(f"set preserve_insertion_order={str(job is sort).lower()}")
    duckdb.execute(f"copy ({query}) to '{output}' (delim e'\\t', header false, quote '', escape '')")
