#!/bin/sh
cat
printf "plain\nreporter:status:x\nreporter:counter:My Group,a=b,5\nreporter:counter:My Group,a=b,-2\nreporter:counter:,,1\nreporter:counter:x,y,1,\nreporter:counter:Map-X,z,9223372036854775807\nreporter:counter:Map-X,z,9223372036854775808\n" >&2
