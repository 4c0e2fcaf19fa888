package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

// What asks by itself runs in loops of the server. These tell how such a loop does, also where it hangs.

func (s *Server) lookAtBackfills(ctx context.Context) Found {
	if s.options.Backfills == nil {
		return Found{Unused: true, Detail: "this server has no backfills"}
	}
	health, err := s.options.Backfills.Health(ctx)
	if err != nil {
		return Found{Err: errors.New("the engine of backfills does not answer"), Mend: logMend}
	}
	found := Found{Seen: health.Well, Detail: counted(health.Active, "backfill") + " under way"}
	switch {
	case len(health.Stuck) > 0:
		found.Err, found.Mend = stuck(health.Stuck), "it is tried again every few seconds; "+logMend
	case health.Unread > 0:
		found.Err = fmt.Errorf("%s can't be read, and won't run", counted(health.Unread, "backfill"))
		found.Mend = logMend + "; what a newer gomr has written, only a newer one reads"
	case health.Active == 0:
		found.Unused, found.Detail = true, "no backfill is under way"
	}
	return found
}

// stuck tells which backfills are not moved on, and why the first one is not.
func stuck(errs map[int64]error) error {
	ids := slices.Sorted(maps.Keys(errs))
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = strconv.FormatInt(id, 10)
	}
	return fmt.Errorf("%s can't go on: %s: %s", counted(len(ids), "backfill"), strings.Join(names, ", "), api.ProblemOf(errs[ids[0]]).Detail)
}

// longLook is from when on a look at due times is said to hang.
const longLook = time.Minute

func (s *Server) lookAtDeadlines(context.Context) Found {
	health := s.deadlines.Health()
	found := Found{Seen: health.Well, Detail: counted(health.Tasks, "task") + " with a due time to come or missed"}
	switch {
	case !health.Running:
		found.Unused, found.Detail = true, "nothing watches over due times here"
	case !health.Looking.IsZero() && time.Since(health.Looking) > longLook:
		found.Err = fmt.Errorf("a look at the due times has not ended for %s", time.Since(health.Looking).Round(time.Second))
		found.Mend = "see whether the database answers; " + logMend
	case health.Err != nil:
		found.Err = errors.New("due times can't be looked at, and nobody is warned: " + api.ProblemOf(health.Err).Detail)
		found.Mend = "it is tried again every few seconds; " + logMend
	case health.Tasks == 0:
		found.Unused, found.Detail = true, "no task that is not done has a due time"
	}
	return found
}
