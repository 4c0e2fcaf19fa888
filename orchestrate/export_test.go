package orchestrate

import "reflect"

// CloseFileOf closes the file below w, so that a write to it fails.
func CloseFileOf(w *LocalWriter) error { return w.file.Close() }

// ParamProblem returns what is wrong with a field as a parameter.
func ParamProblem(field reflect.StructField) (problem, mend string) {
	_, problem, mend = newParam(reflect.TypeFor[struct{}](), field)
	return problem, mend
}
