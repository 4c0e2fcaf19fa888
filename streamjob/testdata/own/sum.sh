#!/bin/sh
awk -F"\t" '{if($1!=k&&NR>1){print k"\t"s;s=0};k=$1;s+=$2}END{if(NR)print k"\t"s}'
