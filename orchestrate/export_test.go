package orchestrate

// CloseFileOf closes the file below w, so that a write to it fails.
func CloseFileOf(w *LocalWriter) error { return w.file.Close() }
