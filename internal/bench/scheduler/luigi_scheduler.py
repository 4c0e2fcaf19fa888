"""Measures Luigi's scheduler, in this process: python luigi_scheduler.py TASKS"""
import json
import random
import resource
import sys
import time

from luigi.scheduler import Scheduler

CALLS = 300


def main():
    tasks = int(sys.argv[1])
    rng = random.Random(1)
    scheduler = Scheduler(retry_delay=900, remove_delay=3600, worker_disconnect_delay=3600)
    started = time.perf_counter()
    for i in range(tasks):
        deps = ["Job_%d" % (i - 1 - rng.randrange(1000)) for _ in range(3)] if i >= 1000 else []
        scheduler.add_task(worker="w", task_id="Job_%d" % i, family="Job", params={"number": str(i)}, deps=deps)
    added = time.perf_counter() - started
    calls = []
    for _ in range(min(CALLS, tasks)):
        started = time.perf_counter()
        work = scheduler.get_work(worker="w", host="h", current_tasks=[])
        scheduler.add_task(worker="w", task_id=work["task_id"], status="DONE")
        calls.append((time.perf_counter() - started) * 1e3)
    calls.sort()
    print(json.dumps({
        "tasks": tasks, "calls": len(calls), "seconds_to_add": added,
        "median_ms": calls[len(calls) // 2], "p99_ms": calls[int(len(calls) * 0.99)],
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }))


main()
