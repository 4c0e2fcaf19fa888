#!/bin/sh
tr -s " " "\n" | sed "s/$/\t1/"
