package orchestrate

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// set stores the values of the texts, which were given in this order on the command line.
func (p *param) set(v reflect.Value, texts []string, now time.Time) error {
	if p.shape <= shapePointer && len(texts) > 1 {
		return fmt.Errorf("given %d times, want one value", len(texts))
	}
	switch p.shape {
	case shapePointer:
		v.Set(reflect.New(v.Type().Elem()))
		return p.read(v.Elem(), texts[0], now)
	case shapeList:
		return p.setList(v, texts, now)
	case shapeMap:
		return p.setMap(v, texts, now)
	}
	return p.read(v, texts[0], now)
}

func (p *param) setList(v reflect.Value, texts []string, now time.Time) error {
	v.SetZero()
	for _, text := range texts {
		items, err := splitList(text)
		if err != nil {
			return err
		}
		for _, item := range items {
			elem := reflect.New(v.Type().Elem()).Elem()
			if err := p.read(elem, item, now); err != nil {
				return err
			}
			v.Set(reflect.Append(v, elem))
		}
	}
	return nil
}

func (p *param) setMap(v reflect.Value, texts []string, now time.Time) error {
	v.SetZero()
	for _, text := range texts {
		entries, err := splitMap(text)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := p.setEntry(v, e, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *param) setEntry(v reflect.Value, e entry, now time.Time) error {
	key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	if err := p.key.read(key, e.key, now); err != nil {
		return err
	}
	if v.MapIndex(key).IsValid() {
		return fmt.Errorf("the key %q is there twice", e.key)
	}
	if err := p.read(value, e.value, now); err != nil {
		return err
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	v.SetMapIndex(key, value)
	return nil
}

// read reads a single value and checks that it is one of the choices.
func (p *param) read(v reflect.Value, text string, now time.Time) error {
	if err := p.elem.read(v, text, now); err != nil {
		return err
	}
	if p.choices == nil || slices.Contains(p.choices, p.elem.write(v)) {
		return nil
	}
	example := p.choices[0]
	if near := nearest(text, p.choices); len(near) > 0 {
		example = near[0]
	}
	return &FormatError{"choice", text, "want one of " + strings.Join(p.choices, ", "), example}
}
