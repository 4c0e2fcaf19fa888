package main

// What the shell tools do. In the lines of the text only space and tab are white space.
const (
	splitWords = `tr -s ' \t' '\n' < <(cat $IN/*.txt)`
	sort256    = `LC_ALL=C sort -S 256M --parallel=$CORES -T $TMPDIR`
	sort4G     = `LC_ALL=C sort -S 4G --parallel=$CORES -T $TMPDIR`
	mawkWords  = `LC_ALL=C mawk '{ for (i = 1; i <= NF; i++) n[$i]++ } END { for (w in n) print w "\t" n[w] }' $IN/*.txt > $OUT`

	uniqOutput = `mawk 'NF == 2 { print $2 "\t" $1 }' $OUT`
)

// wordJobs are the jobs over words of the corpus.
func wordJobs() []job {
	return []job{wordcount(), wordcountSlice(), plaincount(), distinct(), index(), grep(),
		streams("", "340 MB", three, 3), streams("-tiny", "some lines", tiny, 20)}
}

func wordcount() job {
	return job{
		name:  "wordcount",
		title: "Word count, 1.2 GB",
		about: "How often each word occurs in the whole corpus. gomr merges counts where they meet (`mr.MapMerge`). Handwritten plain is Go for this purpose alone with one hash table for each core; handwritten counts in two phases, and is the limit that we know.",
		rows: []row{
			gomr("gomr", "WordCount", all),
			shell("handwritten plain", all, "$HANDWRITTEN -plain $OUT $IN/*.txt"),
			shell("handwritten", all, "$HANDWRITTEN $OUT $IN/*.txt"),
			python("duckdb", "wordcount", all),
			python("polars", "wordcount", all),
			shell("mawk", all, mawkWords).atMost(2),
			shell("spark rdd", all, "$PYTHON $PEERS/spark_wordcount.py rdd $IN $OUT").atMost(1),
			shell("spark dataframe", all, "$PYTHON $PEERS/spark_wordcount.py dataframe $IN $OUT").atMost(1),
		},
		targets: []target{
			faster("gomr", "duckdb", 2.5), faster("gomr", "polars", 2.5),
			faster("gomr", "spark rdd", 30), faster("gomr", "spark dataframe", 30),
			fasterPerByte("gomr", "wordcount-slice", "mrjob inline", 100),
			fasterPerByte("gomr", "wordcount-slice", "mrjob local", 100),
			within("gomr", "handwritten plain", 1.3), within("gomr", "handwritten", 1.3), lessMemory("gomr", "duckdb"),
		},
	}
}

func wordcountSlice() job {
	return job{
		name:  "wordcount-slice",
		title: "Word count, 55 MB",
		about: "The same over one file of the corpus, for the tools that take minutes for the whole.",
		rows: []row{
			gomr("gomr", "WordCount", slice),
			shell("handwritten plain", slice, "$HANDWRITTEN -plain $OUT $IN/*.txt"),
			shell("handwritten", slice, "$HANDWRITTEN $OUT $IN/*.txt"),
			python("duckdb", "wordcount", slice),
			python("polars", "wordcount", slice),
			shell("mawk", slice, mawkWords),
			shell("sort", slice, splitWords+" | "+sort4G+" | uniq -c > $OUT").printedBy(uniqOutput),
			shell("spark rdd", slice, "$PYTHON $PEERS/spark_wordcount.py rdd $IN $OUT").atMost(3),
			shell("spark dataframe", slice, "$PYTHON $PEERS/spark_wordcount.py dataframe $IN $OUT").atMost(3),
			shell("mrjob inline", slice, "$PYTHON $PEERS/mrjob_wordcount.py -q -r inline --output-dir $OUT $IN").atMost(2),
			shell("mrjob local", slice, "$PYTHON $PEERS/mrjob_wordcount.py -q -r local --output-dir $OUT $IN").atMost(2),
			shell("luigi", slice, "$PYTHON $PEERS/luigi_wordcount.py $IN/text-04.txt $OUT").atMost(1),
		},
	}
}

func plaincount() job {
	return job{
		name:  "plaincount",
		title: "Word count with no combiner, 340 MB",
		about: "Every word goes through the sort: `mr.MapReduce` against `tr | sort | uniq -c`, with the same memory and cores.",
		rows: []row{
			gomr("gomr 256M", "PlainCount", three, "--memory 256M"),
			shell("sort 256M", three, splitWords+" | "+sort256+" | uniq -c > $OUT").printedBy(uniqOutput),
			gomr("gomr 4G", "PlainCount", three, "--memory 4G"),
			shell("sort 4G", three, splitWords+" | "+sort4G+" | uniq -c > $OUT").printedBy(uniqOutput).against("gomr 4G"),
		},
		targets: []target{faster("gomr 256M", "sort 256M", 2), faster("gomr 4G", "sort 4G", 2)},
	}
}

func distinct() job {
	return job{
		name:  "distinct",
		title: "Distinct count, 340 MB",
		about: "How many different words there are.",
		rows: []row{
			gomr("gomr", "Distinct", three),
			python("duckdb", "distinct", three),
			python("polars", "distinct", three),
			shell("sort 4G", three, splitWords+" | "+sort4G+" -u | grep -c . > $OUT").printedBy(`sed 's/^/words\t/' $OUT`),
		},
	}
}

func index() job {
	return job{
		name:  "index",
		title: "Inverted index, 124 MB",
		about: "The documents of each word, sorted. A document is 50 lines of text.",
		rows: []row{
			gomr("gomr", "InvertedIndex", documents),
			python("duckdb", "index", documents),
			shell("mawk", documents, `LC_ALL=C mawk '{ for (i = 2; i <= NF; i++) if ($i != "" && last[$i] != $1) { last[$i] = $1; list[$i] = list[$i] " " $1 } }
					END { for (w in list) print w "\t" substr(list[w], 2) }' $IN/*.txt > $OUT`),
		},
	}
}

func grep() job {
	return job{
		name:  "grep",
		title: "Map-only grep, 1.2 GB",
		about: "The lines that hold `mutex_lock`, with a mapper that calls `bytes.Contains`, and with one that sees no other lines (`mr.Containing`).",
		rows: []row{
			gomr("gomr", "Grep", all, "--text mutex_lock"),
			gomr("gomr containing", "Grep", all, "--text mutex_lock --only"),
			shell("ripgrep", all, `rg --no-config --no-filename --no-line-number --fixed-strings mutex_lock $IN > $OUT`),
			shell("grep", all, `LC_ALL=C grep -h -F mutex_lock $IN/*.txt > $OUT`),
		},
		targets: []target{within("gomr containing", "ripgrep", 1.3)},
	}
}

// streams holds gomr streaming against Hadoop's own local mode.
func streams(variant, title string, inputs []string, times float64) job {
	const options = " -D mapreduce.job.reduces=2 -input $IN -output $OUT -mapper cat -reducer 'wc -l'"
	return job{
		name:  "streaming" + variant,
		title: "Hadoop Streaming without a cluster, " + title,
		about: "The mapper `cat` and the reducer `wc -l`, two reduce tasks: `gomr streaming` against the streaming jar in Hadoop's local mode, with the same options.",
		rows: []row{
			shell("gomr", inputs, "$GOMR streaming"+options),
			shell("hadoop local", inputs, "env -u HADOOP_CONF_DIR "+streamingJob+" -D mapreduce.framework.name=local -fs file:///"+options).atMost(3),
		},
		targets: []target{faster("gomr", "hadoop local", times)},
	}
}
