package worker

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// AppendDetails tells details of an attempt while it runs, such as its progress: they go to the scheduler
// with the next beat. Dir is the folder of the attempt, which [DirVariable] names. It may be called
// from any number of goroutines and processes.
func AppendDetails(dir string, details map[string]string) error {
	line, err := json.Marshal(details)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(dir, detailsFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}
