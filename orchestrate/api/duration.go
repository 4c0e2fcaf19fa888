package api

import (
	"fmt"
	"time"
)

// A Duration is a duration that is text in JSON, as [time.Duration.String] writes it.
type Duration time.Duration

// MarshalText returns such as "1h30m0s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what [time.ParseDuration] does.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration such as 1h30m or 250ms", text)
	}
	*d = Duration(parsed)
	return nil
}
