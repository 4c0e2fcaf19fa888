#!/bin/sh
cat
echo side > "${mapreduce_task_output_dir#file:}/side-$mapreduce_task_partition"
