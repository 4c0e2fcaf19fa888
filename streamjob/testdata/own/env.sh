#!/bin/sh
cat >/dev/null
echo "$mapreduce_task_ismap $mapreduce_task_partition $mapreduce_map_input_start $mapreduce_map_input_length $mapreduce_job_reduces $stream_num_map_output_key_fields $FOO $SP $QQ|$my_prop_x|$my_utf|$HADOOP_ROOT_LOGGER|$TMPDIR|$mapreduce_job_maps|$mapred_task_is_map|$io_sort_mb|$mapreduce_task_io_sort_mb|$mapreduce_job_output_key_class|$mapreduce_map_output_key_class|$fs_defaultFS|$dfs_blocksize|$yarn_nodemanager_vmem_check_enabled"
