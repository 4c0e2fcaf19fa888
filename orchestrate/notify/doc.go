// Package notify tells people what needs them: by mail, to chats as Slack has them, and to any program
// that takes signed requests.
//
//	config, err := notify.ReadConfig("notify.toml", os.Getenv)
//	if err != nil { … }
//	e, err := notify.Open(ctx, notify.Options{Scheduler: sched, Store: st, Config: config})
//	if err != nil { … }
//	defer e.Close()
//
// # What is told
//
// An [Engine] reads the history of a scheduler, each event once. The events that somebody has to hear of
// are those of [Kinds]. One attempt of several that fails is none: a task that is failed for good is. What
// waits for that task is not told by itself but counted, so that one cause is one message.
//
// Events of one kind, with one family, one owner and the same first line of the error, are one incident; numbers in the
// line don't count. An incident is told when it is as old as Config.Window. What is mended by then is not
// told at all. Further ones like it are told less often, after 5 and 25 times the window, and then each hour.
//
// When all tasks of an incident that was told are done, that is told where the incident was. A task that
// fails again, after somebody let it, is a new incident.
//
// # Nothing is lost, nothing told twice
//
// How far the history was read, the incidents and the messages on their way are settings of the scheduler with
// names that begin with "notify ", and what follows from a piece of the history is written as one. A message is
// written before it is sent, and removed after it was taken. A server that is killed in between sends it
// again, with the same ID, by which its receiver knows it: the Message-ID of a mail, the id of a document.
//
// # Channels
//
// Each channel has a message on its way at a time, and its own back-off. What a channel does not take is
// tried again with growing pauses of up to ten minutes, until Channel.GiveUpAfter; what it refuses for good is
// given up at once. Both are events of the history. After Channel.MostPerHour messages in an hour, further ones are held
// back, and told as one digest when there is room.
//
// # Another configuration
//
// [Engine.Reload] reads the configuration again. One that can't be used leaves the one before in force. Messages on their
// way are tried at once in the new way, but for one that is being sent, which is never sent twice at a time. Those of a
// channel that is no more are given up.
//
// # Signed requests
//
// A channel of the type "webhook" gets each [Message] as a JSON document in a POST, with
//
//	Content-Type:      application/json
//	X-Gomr-Delivery:   its id, the same when it comes again
//	X-Gomr-Timestamp:  seconds since 1970 in UTC, of this attempt to deliver it
//	X-Gomr-Signature:  sha256=HEX
//
// HEX is HMAC-SHA-256, with the secret of the channel as the key, of the timestamp, a full stop and the body.
// A receiver computes it over the bytes that it has read, compares in constant time, and refuses timestamps
// that are older than some minutes. Any status from 200 to 299 takes the message. 400, 405, 410, 413, 415 and 422
// refuse it for good; after any other answer it comes again, not before Retry-After where that is given.
//
// The fields of the document are those of [Message]. New ones may come; none changes its meaning. The field status
// tells what to do: "open" opens the incident of the field incident, or reminds of it, "recovered" closes it, and
// "event", "digest" and "test" are about no incident.
//
// # Secrets
//
// What looks like a secret in errors, logs and IDs is left out of messages. The secrets of channels are in
// no log, error, answer or message.
package notify
