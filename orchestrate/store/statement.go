package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
)

// text returns a statement, whose parameters are written ?, as the database wants it.
// No statement of this package has a question mark elsewhere.
func (d *Dialect) text(statement string) string {
	if !d.Numbered {
		return statement
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(statement, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		statement = after
	}
}

// A bulk is a statement that writes rows. Their columns are called column1, column2 and so on,
// as both databases call those of VALUES.
type bulk struct {
	before string
	types  []string // of the columns: BIGINT, TEXT or BOOLEAN
	after  string
}

// insert returns the bulk that adds rows to a table, or replaces those that have the same key,
// which is the first column. A column is its name and its type, and "fixed" where it stays as it was
// in the row that is replaced: to set it would write the indexes that have it again.
func insert(table string, columns ...string) *bulk {
	var names, types, set []string
	for _, column := range columns {
		words := strings.Fields(column)
		name := words[0]
		names, types = append(names, name), append(types, words[1])
		if len(words) == 2 {
			set = append(set, name+" = excluded."+name)
		}
	}
	return &bulk{
		before: "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") ",
		types:  types,
		after:  " ON CONFLICT (" + names[0] + ") DO UPDATE SET " + strings.Join(set[1:], ", "),
	}
}

// text returns the statement for a number of rows, whose parameters are the values of one row
// after the other.
func (b *bulk) text(rows int) string {
	row := "(" + strings.Repeat(", ?", len(b.types))[2:] + ")"
	return b.before + "VALUES " + strings.Repeat(", "+row, rows)[2:] + b.after
}

// arrayText returns the statement for any number of rows, whose parameters are columns.
func (b *bulk) arrayText() string {
	var arrays, names []string
	for i, kind := range b.types {
		arrays = append(arrays, "CAST(? AS "+kind+"[])")
		names = append(names, "column"+strconv.Itoa(i+1))
	}
	columns := strings.Join(names, ", ")
	return b.before + "SELECT " + columns + " FROM unnest(" + strings.Join(arrays, ", ") + ") AS v (" + columns + ")" + b.after
}

// columns returns the values of rows as columns.
func (b *bulk) columns(values []any) []any {
	columns := make([]any, len(b.types))
	for i, kind := range b.types {
		switch kind {
		case "BIGINT":
			columns[i] = column[int64](values, i, len(b.types))
		case "BOOLEAN":
			columns[i] = column[bool](values, i, len(b.types))
		default:
			columns[i] = column[string](values, i, len(b.types))
		}
	}
	return columns
}

// column returns column i of rows that have some width.
func column[T any](values []any, i, width int) []T {
	list := make([]T, 0, len(values)/width)
	for ; i < len(values); i += width {
		list = append(list, values[i].(T))
	}
	return list
}

// write writes n rows, whose values row appends, with as few statements as the dialect
// allows. It returns how many rows were changed.
func (s *session) write(ctx context.Context, b *bulk, n int, row func(values []any, i int) []any) (changed int64, err error) {
	for i := 0; i < n; {
		rows := s.dialect.rowsOf(n - i)
		s.values = s.values[:0]
		for end := i + rows; i < end; i++ {
			s.values = row(s.values, i)
		}
		var some int64
		if s.dialect.Arrays {
			some, err = s.run(ctx, b.arrayText(), b.columns(s.values)...)
		} else {
			some, err = s.runRows(ctx, b, rows)
		}
		if err != nil {
			return changed, err
		}
		changed += some
	}
	return changed, nil
}

// A rowsKey tells the statements for rows apart.
type rowsKey struct {
	*bulk
	rows int
}

// runRows runs the statement that writes so many rows, of s.values. It is the driver's own: database/sql
// would copy each of some hundred values, which was a fifth of all that a scheduler allocates.
func (s *session) runRows(ctx context.Context, b *bulk, rows int) (changed int64, err error) {
	s.named = s.named[:0]
	for i, value := range s.values {
		s.named = append(s.named, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	err = s.conn.Raw(func(conn any) error {
		statement := s.rows[rowsKey{b, rows}]
		if statement == nil {
			prepared, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, s.dialect.text(b.text(rows)))
			if err != nil {
				return fmt.Errorf("prepare: %w", err)
			}
			statement = prepared.(rowsStatement)
			s.rows[rowsKey{b, rows}] = statement
		}
		result, err := statement.ExecContext(ctx, s.named)
		if err != nil {
			return err
		}
		changed, err = result.RowsAffected()
		return err
	})
	return changed, err
}

// A rowsStatement is a statement as drivers have it.
type rowsStatement interface {
	driver.Stmt
	driver.StmtExecContext
}

// rowsOf returns how many of n rows the next statement writes.
func (d *Dialect) rowsOf(n int) int {
	for _, rows := range d.Rows {
		if rows <= n {
			return rows
		}
	}
	return 1
}
