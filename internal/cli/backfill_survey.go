package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/backfill"
)

// largestSurvey is the size in bytes of the largest survey that a history keeps: that of some ten thousand labels.
const largestSurvey = 256 << 10

// survey answers the question of a task, in a detail of the attempt. That there is no answer is told there too: whoever has
// asked looks at it, and nobody else is to be told of a failure.
func (a *app) survey(cmd *cobra.Command, place *placeFlags, remote *serverFlags, args []string) (map[string]string, error) {
	question, err := backfill.ParseQuestion(args)
	if err != nil {
		return nil, orchestrate.Permanent(err)
	}
	var answer backfill.Answer
	if answer.Survey, err = a.answer(cmd, place, remote, question); err != nil {
		answer.Error = err.Error()
	}
	text, err := json.Marshal(answer)
	if err == nil && len(text) > largestSurvey {
		text, err = json.Marshal(backfill.Answer{Error: fmt.Sprintf("it is more than a history keeps: have '%s backfill start %s --dry-run' tell it", a.name, question.Family)})
	}
	if err != nil {
		return nil, err
	}
	return map[string]string{backfill.SurveyDetail: string(text)}, nil
}

// answer makes the survey that 'backfill start --dry-run' shows.
func (a *app) answer(cmd *cobra.Command, place *placeFlags, remote *serverFlags, q *backfill.Question) (*backfill.Survey, error) {
	flags := &backfillFlags{
		place: *place, labels: q.Labels, failed: q.Which == backfill.WhichFailed, all: q.Which == backfill.WhichAll, downstream: q.Downstream, order: oldest,
	}
	if q.Newest {
		flags.order = newest
	}
	given := q.Flags
	if q.Row != "" {
		given = append(given, "--"+q.Param+"="+q.Row)
	} else {
		flags.labelParam = q.Param
	}
	partitions, err := a.partitions(flags, q.Family, given)
	if err != nil {
		return nil, err
	}
	connected, err := a.connect(remote)
	if err != nil {
		return nil, err
	}
	defer connected.Close()
	survey, err := a.surveyBackfill(cmd, flags, connected, partitions)
	if err != nil {
		return nil, err
	}
	return survey.document(), nil
}
