"""Word count in Spark on all cores of this machine: spark_wordcount.py rdd|dataframe INPUT OUTPUT"""

import os
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

api, text, output = sys.argv[1:]
os.environ["PYSPARK_PYTHON"] = sys.executable
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "8g")
    .config("spark.local.dir", os.environ["TMPDIR"])
    .config("spark.log.level", "ERROR")
    .getOrCreate()
)
if api == "rdd":
    words = spark.sparkContext.textFile(text).flatMap(str.split).map(lambda w: (w, 1))
    words.reduceByKey(lambda a, b: a + b).map(lambda kv: f"{kv[0]}\t{kv[1]}").saveAsTextFile(output)
else:
    words = spark.read.text(text).select(F.explode(F.split("value", r"\s+")).alias("w")).where("w <> ''")
    words.groupBy("w").count().select(F.concat_ws("\t", "w", "count")).write.text(output)
spark.stop()
