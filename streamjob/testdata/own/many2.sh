#!/bin/sh
cat; for i in $(seq 119); do echo "reporter:counter:G,c$i,1" >&2; done
