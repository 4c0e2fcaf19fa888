package orchestrate

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A Path is a parameter that names a file. It is cleaned as by [filepath.Clean],
// so that two ways to write it are one task.
type Path string

// A valueKind reads and writes the values of one Go type as text.
type valueKind struct {
	name string // what a user calls it: "date interval"
	// read stores the value of the text. Words are relative to now.
	read func(value reflect.Value, text string, now time.Time) error
	// write returns the text that reads back as the value.
	write func(value reflect.Value) string
}

// kindOf returns the kind of a single value of the type, or false where it isn't supported.
func kindOf(t reflect.Type) (valueKind, bool) {
	if kind, ok := namedKinds[t]; ok {
		return kind, true
	}
	if kind, ok := textKind(t); ok {
		return kind, true
	}
	switch t.Kind() {
	case reflect.String:
		return valueKind{"string", readString, reflect.Value.String}, true
	case reflect.Bool:
		return valueKind{"bool", readBool, func(v reflect.Value) string { return strconv.FormatBool(v.Bool()) }}, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return valueKind{"integer", readInt, func(v reflect.Value) string { return strconv.FormatInt(v.Int(), 10) }}, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return valueKind{"integer", readUint, func(v reflect.Value) string { return strconv.FormatUint(v.Uint(), 10) }}, true
	case reflect.Float32, reflect.Float64:
		return valueKind{"number", readFloat, writeFloat}, true
	}
	return valueKind{}, false
}

// namedKinds are the types with a meaning of their own.
var namedKinds = map[reflect.Type]valueKind{
	reflect.TypeFor[Path]():          {"path", readPath, reflect.Value.String},
	reflect.TypeFor[time.Duration](): {"duration", readDuration, func(v reflect.Value) string { return formatDuration(time.Duration(v.Int())) }},
	reflect.TypeFor[Date]():          wordKind("date", dateWord, ParseDate),
	reflect.TypeFor[Month]():         wordKind("month", monthWord, ParseMonth),
	reflect.TypeFor[Year]():          wordKind("year", yearWord, ParseYear),
	reflect.TypeFor[DateHour]():      wordKind("hour", hourWord, ParseDateHour),
	reflect.TypeFor[DateMinute]():    wordKind("minute", minuteWord, ParseDateMinute),
	reflect.TypeFor[DateInterval]():  wordKind("date interval", intervalWord, ParseDateInterval),
}

// wordKind is the kind of a type of dates, which may be given by a word.
func wordKind[T fmt.Stringer](name string, word func(string, time.Time) (T, bool), parse func(string) (T, error)) valueKind {
	read := func(v reflect.Value, text string, now time.Time) (err error) {
		value, ok := word(text, now)
		if !ok {
			if value, err = parse(text); err != nil {
				return err
			}
		}
		v.Set(reflect.ValueOf(value))
		return nil
	}
	return valueKind{name, read, func(v reflect.Value) string { return v.Interface().(T).String() }}
}

// textKind is the kind of a type that reads and writes its text itself, such as an enumeration.
func textKind(t reflect.Type) (valueKind, bool) {
	if t.Kind() == reflect.Pointer || !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return valueKind{}, false
	}
	read := func(v reflect.Value, text string, _ time.Time) error {
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	}
	name := strings.ToLower(t.Name())
	switch {
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return valueKind{name, read, writeText}, true
	case t.Implements(reflect.TypeFor[fmt.Stringer]()):
		return valueKind{name, read, func(v reflect.Value) string { return v.Interface().(fmt.Stringer).String() }}, true
	}
	return valueKind{}, false
}

// writeText falls back to Go's text for a value that has none: it isn't one
// that can be given on the command line, but its identity must still be told.
func writeText(v reflect.Value) string {
	text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return string(text)
}

func readString(v reflect.Value, text string, _ time.Time) error {
	v.SetString(text)
	return nil
}

func readPath(v reflect.Value, text string, _ time.Time) error {
	if text == "" || strings.ContainsRune(text, 0) {
		return &FormatError{"path", text, "it has a zero byte", "data/words.txt"}
	}
	v.SetString(filepath.Clean(text))
	return nil
}

func readDuration(v reflect.Value, text string, _ time.Time) error {
	d, err := ParseDuration(text)
	v.SetInt(int64(d))
	return err
}

func readBool(v reflect.Value, text string, _ time.Time) error {
	switch strings.ToLower(text) {
	case "true":
		v.SetBool(true)
	case "false":
		v.SetBool(false)
	default:
		return &FormatError{"bool", text, "want true or false", "true"}
	}
	return nil
}

func readInt(v reflect.Value, text string, _ time.Time) error {
	n, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil {
		return numberError(err, "integer", text, "42", -1<<(v.Type().Bits()-1), 1<<(v.Type().Bits()-1)-1)
	}
	v.SetInt(n)
	return nil
}

func readUint(v reflect.Value, text string, _ time.Time) error {
	n, err := strconv.ParseUint(text, 10, v.Type().Bits())
	if err != nil {
		return numberError(err, "integer", text, "42", 0, uint64(math.MaxUint64)>>(64-v.Type().Bits()))
	}
	v.SetUint(n)
	return nil
}

func readFloat(v reflect.Value, text string, _ time.Time) error {
	f, err := strconv.ParseFloat(text, v.Type().Bits())
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || strings.ContainsAny(text, "xX_") {
		return &FormatError{"number", text, "want a finite decimal number", "0.5"}
	}
	v.SetFloat(f)
	return nil
}

func writeFloat(v reflect.Value) string {
	if v.Float() == 0 {
		return "0" // of both signs, which are equal
	}
	return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
}

func numberError[T any, U any](err error, kind, text, example string, least T, most U) error {
	problem := "want decimal digits only"
	if errors.Is(err, strconv.ErrRange) {
		problem = fmt.Sprintf("want a number from %v to %v", least, most)
	}
	return &FormatError{kind, text, problem, example}
}
