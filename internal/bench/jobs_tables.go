package main

// tableJobs are the jobs over generated records.
func tableJobs() []job {
	return []job{
		{
			name:  "groupby",
			title: "Group by with 26 keys, 10 million clicks",
			about: "The number of clicks of each country and the sum of their milliseconds.",
			rows: []row{
				gomr("gomr", "GroupBy", clicks),
				python("duckdb", "groupby", clicks),
				python("polars", "groupby", clicks),
				shell("mawk", clicks, `LC_ALL=C mawk -F '\t' '{ n[$4]++; s[$4] += $5 } END { for (c in n) printf "%s\t%d\t%.0f\n", c, n[c], s[c] }' $IN/*.txt > $OUT`),
			},
		},
		{
			name:  "sessions",
			title: "Secondary sort, 10 million clicks",
			about: "The clicks of each user in the order of their time, cut into sessions where half an hour passes without one: `mr.MapSortReduce`, window functions, or `sort | mawk`.",
			rows: []row{
				gomr("gomr", "Sessions", clicks),
				python("duckdb", "sessions", clicks),
				python("polars", "sessions", clicks),
				shell("sort 4G", clicks, `cat $IN/*.txt | `+sort4G+` -t $'\t' -k1,1 -k2,2n | `+sessionsAwk+` > $OUT`),
				gomr("gomr 256M", "Sessions", clicks, "--memory 256M"),
				shell("sort 256M", clicks, `cat $IN/*.txt | `+sort256+` -t $'\t' -k1,1 -k2,2n | `+sessionsAwk+` > $OUT`).against("gomr 256M"),
			},
		},
		{
			name:  "join",
			title: "Join of two inputs, 10 million clicks with 900,000 users",
			about: "The plan of the user beside each click: `mr.Inputs`, a hash join, or `join` of what `sort` has sorted.",
			rows: []row{
				gomr("gomr", "Join", joined),
				python("duckdb", "join", joined),
				python("polars", "join", joined),
				shell("join 4G", joined, `LC_ALL=C join -t $'\t' -o 1.1,2.2,1.3 <(cat $IN/*.txt | `+sort4G+` -t $'\t' -k1,1) <(`+sort256+` -t $'\t' -k1,1 $IN2/*.txt) > $OUT`),
			},
		},
		{
			name:  "sort",
			title: "Sort, 1 GB of 100-byte records",
			about: "Whole lines in the order of their bytes, in the same memory and on the same cores. gomr writes four parts, which are sorted as a whole (`mr.TotalOrder`).",
			rows: []row{
				gomr("gomr 256M", "Sort", records, "--memory 256M").inOrder(),
				shell("sort 256M", records, sort256+` $IN/*.txt > $OUT`).inOrder(),
				gomr("gomr 4G", "Sort", records, "--memory 4G").inOrder(),
				shell("sort 4G", records, sort4G+` $IN/*.txt > $OUT`).inOrder().against("gomr 4G"),
				python("duckdb", "sort", records).inOrder().against("gomr 4G"),
				python("polars", "sort", records).inOrder().against("gomr 4G"),
			},
			targets: []target{faster("gomr 256M", "sort 256M", 2), faster("gomr 4G", "sort 4G", 2)},
		},
	}
}

const sessionsAwk = `LC_ALL=C mawk -F '\t' '
	function end() { if (n) print user "\t" start "\t" n }
	$1 != user || $2 - last > 1800 { end(); user = $1; start = $2; n = 0 }
	{ last = $2; n++ }
	END { end() }'`
