CREATE TABLE tasks (
	key              {key},
	id               TEXT NOT NULL,
	family           TEXT NOT NULL,
	program          TEXT NOT NULL,
	args             TEXT NOT NULL,
	external         BOOLEAN NOT NULL,
	wrapper          BOOLEAN NOT NULL,
	priority         BIGINT NOT NULL,
	resources        TEXT NOT NULL,
	requires         TEXT NOT NULL,
	timeout          BIGINT NOT NULL,
	retry_attempts   BIGINT NOT NULL,
	retry_delay      BIGINT NOT NULL,
	retry_max_delay  BIGINT NOT NULL,
	retry_failures   BIGINT NOT NULL,
	retry_window     BIGINT NOT NULL,
	retry_rest       BIGINT NOT NULL,
	state            TEXT NOT NULL,
	attempts         BIGINT NOT NULL,
	failures         TEXT NOT NULL,
	not_before       BIGINT NOT NULL,
	fence            BIGINT NOT NULL,
	outcome          TEXT NOT NULL,
	changed          BIGINT NOT NULL,
	error            TEXT NOT NULL,
	{unique}
);
CREATE INDEX tasks_family ON tasks {equal} (family);

CREATE TABLE attempts (
	fence    {key},
	task     BIGINT NOT NULL,
	number   BIGINT NOT NULL,
	worker   TEXT NOT NULL,
	started  BIGINT NOT NULL,
	ended    BIGINT NOT NULL,
	outcome  TEXT NOT NULL,
	exit     BIGINT NOT NULL,
	error    TEXT NOT NULL,
	details  TEXT NOT NULL
);
CREATE INDEX attempts_task ON attempts (task, fence);
CREATE INDEX attempts_open ON attempts (fence) WHERE ended = 0;

CREATE TABLE runs (
	key      {key},
	request  TEXT NOT NULL,
	roots    TEXT NOT NULL,
	by       TEXT NOT NULL,
	at       BIGINT NOT NULL,
	ended    BIGINT NOT NULL
);
CREATE INDEX runs_open ON runs (key) WHERE ended = 0;
CREATE INDEX runs_request ON runs {equal} (request);

CREATE TABLE events (
	seq      {key},
	at       BIGINT NOT NULL,
	kind     TEXT NOT NULL,
	task     BIGINT NOT NULL,
	fence    BIGINT NOT NULL,
	run      BIGINT NOT NULL,
	by       TEXT NOT NULL,
	message  TEXT NOT NULL
);
CREATE INDEX events_task ON events (task, seq) WHERE task <> 0;
CREATE INDEX events_run ON events (run, seq) WHERE run <> 0;

CREATE TABLE logs (
	fence  BIGINT NOT NULL,
	start  BIGINT NOT NULL,
	size   BIGINT NOT NULL,
	data   {bytes} NOT NULL,
	PRIMARY KEY (fence, start)
);

CREATE TABLE settings (
	name   TEXT NOT NULL PRIMARY KEY,
	value  TEXT NOT NULL
);
