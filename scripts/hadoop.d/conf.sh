# shellcheck shell=bash
# The configuration of one cluster: write_conf makes its folder of site files.
# Sourced by scripts/hadoop, which sets HADOOP_HOME, DIR, CONF and OFFSET.

# Hadoop's usual ports, to which a cluster adds its offset. No two of them, with
# offsets that are multiples of 100 below 2000, meet.
declare -rA PORTS=(
  [namenode]=8020 [namenode-web]=9870
  [datanode]=9866 [datanode-web]=9864 [datanode-ipc]=9867
  [resourcemanager]=8032 [resourcemanager-web]=8088 [resourcemanager-admin]=8033
  [scheduler]=8030 [tracker]=8031
  [nodemanager]=8041 [nodemanager-web]=8042 [localizer]=8040 [shuffle]=13562
  [historyserver]=10020 [historyserver-web]=19888 [historyserver-admin]=10033
)

# port prints a service's port number in this cluster.
port() { echo $((PORTS[$1] + OFFSET)); }

# address prints a service's address, which is always on loopback.
address() { echo "127.0.0.1:$(port "$1")"; }

# site writes a site file from lines of "name value"; # starts a comment line.
site() {
  local name value
  {
    echo '<?xml version="1.0"?>'
    echo '<configuration>'
    while read -r name value; do
      [[ -z $name || $name == '#' ]] ||
        printf '  <property><name>%s</name><value>%s</value></property>\n' "$name" "$value"
    done
    echo '</configuration>'
  } >"$CONF/$1.xml"
}

# write_conf writes all of a cluster's configuration.
write_conf() {
  mkdir -p "$CONF"
  core_site
  hdfs_site
  yarn_site
  scheduler_site
  mapred_site
  log4j
}

core_site() {
  site core-site <<END
fs.defaultFS hdfs://$(address namenode)
hadoop.tmp.dir $DIR/data/tmp
# The user who runs the cluster may act for others, as HttpFS and Oozie do.
hadoop.proxyuser.$(id -un).hosts *
hadoop.proxyuser.$(id -un).groups *
ipc.client.connect.max.retries 50
ipc.client.connect.retry.interval 200
END
}

hdfs_site() {
  site hdfs-site <<END
dfs.replication 1
dfs.namenode.name.dir file://$DIR/data/name
dfs.datanode.data.dir file://$DIR/data/blocks
dfs.namenode.rpc-address $(address namenode)
dfs.namenode.rpc-bind-host 127.0.0.1
dfs.namenode.http-address $(address namenode-web)
dfs.datanode.address $(address datanode)
dfs.datanode.http.address $(address datanode-web)
dfs.datanode.ipc.address $(address datanode-ipc)
dfs.datanode.hostname localhost
# An empty file system needs no safe mode, and the history server, which looks whether
# it is over only every ten seconds, no wait for it.
dfs.namenode.safemode.extension 0
dfs.namenode.safemode.min.datanodes 0
dfs.heartbeat.interval 1
# Tests want files of many blocks that are still small.
dfs.namenode.fs-limits.min-block-size 512
# Nothing here must survive a power cut: don't wait for the disk.
dfs.namenode.edits.noeditlogchannelflush true
END
}

yarn_site() {
  site yarn-site <<END
yarn.resourcemanager.hostname 127.0.0.1
yarn.resourcemanager.bind-host 127.0.0.1
yarn.resourcemanager.address $(address resourcemanager)
yarn.resourcemanager.scheduler.address $(address scheduler)
yarn.resourcemanager.resource-tracker.address $(address tracker)
yarn.resourcemanager.admin.address $(address resourcemanager-admin)
yarn.resourcemanager.webapp.address $(address resourcemanager-web)
yarn.resourcemanager.connect.retry-interval.ms 200
yarn.resourcemanager.nodemanagers.heartbeat-interval-ms 200
yarn.nodemanager.bind-host 127.0.0.1
yarn.nodemanager.address $(address nodemanager)
yarn.nodemanager.localizer.address $(address localizer)
yarn.nodemanager.webapp.address $(address nodemanager-web)
yarn.nodemanager.aux-services mapreduce_shuffle
yarn.nodemanager.local-dirs $DIR/data/local
yarn.nodemanager.log-dirs $DIR/logs/containers
# Room for an application master and seven tasks.
yarn.nodemanager.resource.memory-mb 4096
yarn.nodemanager.resource.cpu-vcores 8
yarn.scheduler.minimum-allocation-mb 128
yarn.nodemanager.vmem-check-enabled false
yarn.nodemanager.pmem-check-enabled false
# A fairly full disk is no reason to refuse work here.
yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage 99.5
yarn.nodemanager.disk-health-checker.min-free-space-per-disk-mb 0
# What finished containers logged stays on the node, to be read over its web service.
yarn.log-aggregation-enable false
yarn.nodemanager.log.retain-seconds 86400
yarn.nodemanager.delete.debug-delay-sec 600
yarn.log.server.url http://$(address historyserver-web)/jobhistory/logs
yarn.application.classpath $CONF,$HADOOP_HOME/lib/*
yarn.nodemanager.env-whitelist JAVA_HOME,HADOOP_HOME,HADOOP_COMMON_HOME,HADOOP_HDFS_HOME,HADOOP_YARN_HOME,HADOOP_MAPRED_HOME,HADOOP_CONF_DIR,PATH,LANG,TZ
END
}

scheduler_site() {
  site capacity-scheduler <<END
yarn.scheduler.capacity.root.queues default
yarn.scheduler.capacity.root.default.capacity 100
yarn.scheduler.capacity.root.default.maximum-capacity 100
yarn.scheduler.capacity.maximum-am-resource-percent 0.5
yarn.scheduler.capacity.node-locality-delay 0
END
}

mapred_site() {
  local jvm="-Xmx300m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.net.preferIPv4Stack=true"
  # The jars come first, as in the class path of the archive.
  jvm+=" -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -XX:SharedArchiveFile=$HADOOP_HOME/classes.jsa -cp '$HADOOP_HOME/lib/*:\$CLASSPATH'"
  site mapred-site <<END
mapreduce.framework.name yarn
mapreduce.application.classpath $HADOOP_HOME/lib/*
yarn.app.mapreduce.am.staging-dir /tmp/hadoop-yarn/staging
yarn.app.mapreduce.am.resource.mb 512
mapreduce.map.memory.mb 512
mapreduce.reduce.memory.mb 512
yarn.app.mapreduce.am.command-opts $jvm
mapreduce.map.java.opts $jvm
mapreduce.reduce.java.opts $jvm
mapreduce.task.io.sort.mb 64
yarn.app.mapreduce.am.env HADOOP_MAPRED_HOME=$HADOOP_HOME
mapreduce.map.env HADOOP_MAPRED_HOME=$HADOOP_HOME
mapreduce.reduce.env HADOOP_MAPRED_HOME=$HADOOP_HOME
mapreduce.shuffle.port $(port shuffle)
mapreduce.jobhistory.address $(address historyserver)
mapreduce.jobhistory.bind-host 127.0.0.1
mapreduce.jobhistory.admin.address $(address historyserver-admin)
mapreduce.jobhistory.webapp.address $(address historyserver-web)
# Small jobs should not wait for the next tick: 9 s instead of 15 s for a word count.
mapreduce.client.progressmonitor.pollinterval 100
mapreduce.client.completion.pollinterval 100
yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms 100
END
}

log4j() {
  cat >"$CONF/log4j.properties" <<'END'
hadoop.root.logger=INFO,console
log4j.rootLogger=${hadoop.root.logger}
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.target=System.err
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n
# Said by every command: this Hadoop has no native libraries.
log4j.logger.org.apache.hadoop.util.NativeCodeLoader=ERROR
END
}
