#!/bin/sh
cat >/dev/null
printf 'LongValueSum:\377a\t1\nLongValueSum:b\t2\nLongValueSum:\377a\t3\n'
