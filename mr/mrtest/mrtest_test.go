package mrtest_test

import (
	"testing"

	"github.com/gomr/gomr/mr/mrtest"
)

func TestTheLocalEnginePassesTheSuite(t *testing.T) {
	mrtest.TestRunner(t, func(t *testing.T, c mrtest.Case) map[string]string {
		return mrtest.RunParts(t, c.Job, c.Files)
	})
}
