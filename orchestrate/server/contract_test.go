package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/backfill"
	"github.com/gomr/gomr/orchestrate/chore"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/server"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// TestContract sends requests that are made of the description, good ones and broken ones, and
// checks that each answer is as the description says: never the server's fault, a problem for whatever breaks the
// rules, and JSON that its schema allows.
func TestContract(t *testing.T) {
	w := start(t, server.Options{})
	c := newContract(t, w)
	c.exchangeMany(t, c.operations)
	for _, o := range c.operations {
		if o.method != http.MethodGet { // others may need an attempt that is under way
			continue
		}
		if c.done[o.id()] == 0 { // by chance few requests were of it, and those were broken
			c.exchangeMany(t, []described{o})
		}
		require.NotZero(t, c.done[o.id()], "%s was done at least once", o.id())
	}
}

// A contract is the description of a server, and a client that holds it to that.
type contract struct {
	world      *world
	token      string
	document   map[string]any
	compiler   *jsonschema.Compiler
	operations []described
	done       map[string]int // good answers, by operation
}

// A described is an operation as it is described.
type described struct {
	method, path string
	details      map[string]any
}

func (d *described) id() string { return d.method + " " + d.path }

// at returns what is at a place of a document, or nil.
func at[T any](document map[string]any, path ...string) (found T) {
	var value any = document
	for _, name := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return found
		}
		value = object[name]
	}
	found, _ = value.(T)
	return found
}

const contractURL = "https://gomr.example/openapi.json"

func newContract(t *testing.T, w *world) *contract {
	c := &contract{world: w, token: w.token("root", api.Admin), compiler: jsonschema.NewCompiler(), done: map[string]int{}}
	_, text := w.send("GET", "/api/openapi.json", "")
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	c.document = document.(map[string]any)
	require.NoError(t, c.compiler.AddResource(contractURL, document))
	for path, methods := range at[map[string]any](c.document, "paths") {
		for method, details := range methods.(map[string]any) {
			c.operations = append(c.operations, described{strings.ToUpper(method), path, details.(map[string]any)})
		}
	}
	slices.SortFunc(c.operations, func(a, b described) int { return strings.Compare(a.id(), b.id()) })
	for _, name := range []string{"a", "b", "c"} {
		w.client = w.as(c.token)
		w.submit(job(name))
	}
	w.work()
	_, err = w.client.StartBackfill(t.Context(), &backfill.Definition{Program: "other", Family: "Count", Param: "day", Labels: []string{"1"}, Cap: 1})
	require.NoError(t, err)
	for _, question := range []interface {
		Submission() (*scheduler.Submission, error)
	}{
		&backfill.Question{Name: "2", Program: "other", Family: "Count", Labels: []string{"1"}},
		&chore.Clear{Name: "2", Program: "other", Tasks: []chore.Task{{Family: "Count"}}},
		&chore.Undo{Name: "2", Program: "other", ID: "1"},
	} {
		asked, err := question.Submission()
		require.NoError(t, err)
		_, err = w.client.Submit(t.Context(), asked)
		require.NoError(t, err)
	}
	_, err = w.client.ApplySchedules(t.Context(), &trigger.Application{Schedules: []trigger.Schedule{{Name: "2", Time: "@yearly", Program: "other", Task: []string{"Report"}}}})
	require.NoError(t, err)
	return c
}

// schema compiles what is at a place of the description.
func (c *contract) schema(t *rapid.T, path ...string) *jsonschema.Schema {
	names := make([]string, len(path))
	for i, name := range path {
		names[i] = url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	compiled, err := c.compiler.Compile(contractURL + "#/" + strings.Join(names, "/"))
	require.NoError(t, err)
	return compiled
}

// A sent is a request that was made of the description.
type sent struct {
	*described

	target string
	header http.Header
	body   []byte
	breaks string // the rule that it breaks, or nothing
}

// exchangeMany sends requests of some operations.
func (c *contract) exchangeMany(t *testing.T, among []described) {
	rapid.Check(t, func(t *rapid.T) {
		for range 30 {
			c.exchange(t, among)
		}
	})
}

// exchange sends a request and checks the answer.
func (c *contract) exchange(t *rapid.T, among []described) {
	s := c.request(t, among)
	ctx, cancel := context.WithTimeout(c.world.t.Context(), generous)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, s.method, c.world.http.URL+s.target, bytes.NewReader(s.body))
	require.NoError(t, err, "%q", s.target)
	maps.Copy(request.Header, s.header)
	bearer(c.token)(request)
	response, err := c.world.http.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var body []byte
	follows := response.StatusCode == http.StatusOK && strings.Contains(s.target, "follow=true")
	if !follows && response.Header.Get("Content-Type") != "text/event-stream" { // which go on and on
		body, err = io.ReadAll(response.Body)
		require.NoError(t, err)
	}
	t.Logf("%s %s %v %.300q\n%d %.300q (breaks: %s)", s.method, s.target, s.header, s.body, response.StatusCode, body, s.breaks)
	require.Less(t, response.StatusCode, 500)
	if s.breaks != "" {
		require.GreaterOrEqual(t, response.StatusCode, 400, s.breaks)
	}
	if response.StatusCode < 300 {
		c.done[s.id()]++
	}
	c.checkAnswer(t, s.described, response, body)
}

// checkAnswer checks that an answer is as it is described.
func (c *contract) checkAnswer(t *rapid.T, d *described, response *http.Response, body []byte) {
	status := strconv.Itoa(response.StatusCode)
	described := at[map[string]any](d.details, "responses", status)
	if described == nil {
		require.GreaterOrEqual(t, response.StatusCode, 400, "only problems are described by default")
		status = "default"
		described = at[map[string]any](d.details, "responses", status)
	}
	content := at[map[string]any](described, "content")
	if len(content) == 0 {
		require.Empty(t, body)
		return
	}
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Contains(t, content, kind)
	if !strings.HasSuffix(kind, "json") {
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	require.NoError(t, err)
	schema := c.schema(t, "paths", d.path, strings.ToLower(d.method), "responses", status, "content", kind, "schema")
	require.NoError(t, schema.Validate(value), "%s", body)
	if status == "default" {
		var p api.Problem
		require.NoError(t, json.Unmarshal(body, &p))
		require.Equal(t, response.StatusCode, p.Status)
		require.NotEmpty(t, p.Detail)
	}
}

// request makes a request of one of some operations, good or broken.
func (c *contract) request(t *rapid.T, among []described) *sent {
	chosen := rapid.SampledFrom(among).Draw(t, "operation")
	s := &sent{described: &chosen, header: http.Header{}}
	s.target = s.path
	query := url.Values{}
	for _, p := range at[[]any](s.details, "parameters") {
		c.parameter(t, s, p.(map[string]any), query)
	}
	if len(query) > 0 {
		s.target += "?" + query.Encode()
	}
	for kind := range at[map[string]any](s.details, "requestBody", "content") {
		c.body(t, s, kind)
	}
	return s
}

// parameter adds a parameter to a request.
func (c *contract) parameter(t *rapid.T, s *sent, p map[string]any, query url.Values) {
	name, where := at[string](p, "name"), at[string](p, "in")
	if required, _ := p["required"].(bool); !required && rapid.Bool().Draw(t, "left out") {
		return
	}
	text := rapid.SampledFrom([]string{"1", "2", "9223372036854775807"}).Draw(t, name)
	switch schema := at[map[string]any](p, "schema"); {
	case (name == "id" || name == "task") && at[string](schema, "type") == "string":
		text = rapid.SampledFrom([]string{"a", "none", "\x00", "é\U0001F600", strings.Repeat("x", 5000)}).Draw(t, name)
	case schema["enum"] != nil:
		text = rapid.SampledFrom(at[[]any](schema, "enum")).Draw(t, name).(string)
	case at[string](schema, "format") == "date-time":
		text = rapid.SampledFrom([]string{"2014-06-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999+14:00"}).Draw(t, name)
	case name == "from" || name == "until":
		text = rapid.SampledFrom([]string{"2014-06-01", "2014-06"}).Draw(t, name)
	case name == "state":
		text = rapid.SampledFrom([]string{"done", "pending,running"}).Draw(t, name)
	case at[string](schema, "type") == "boolean":
		text = rapid.SampledFrom([]string{"true", "false"}).Draw(t, name)
	case schema["maximum"] != nil:
		text = rapid.SampledFrom([]string{"1", "10000"}).Draw(t, name)
	}
	if wrong := wrongFor(at[map[string]any](p, "schema")); len(wrong) > 0 && rapid.IntRange(0, 3).Draw(t, "broken") == 0 {
		text = rapid.SampledFrom(wrong).Draw(t, name)
		s.breaks = fmt.Sprintf("%s can't be %.50q", name, text)
	}
	switch where {
	case "path":
		s.target = strings.ReplaceAll(s.target, "{"+name+"}", url.PathEscape(text))
	case "header":
		s.header.Set(name, strings.Map(func(r rune) rune { return max(r, ' ') }, text))
	default:
		query.Set(name, text)
	}
}

// wrongFor returns texts that a parameter can't be.
func wrongFor(schema map[string]any) []string {
	switch {
	case at[string](schema, "type") == "integer":
		wrong := []string{"x", "1.5", "1e3", "99999999999999999999", "\x00", "0x1", "1 "}
		if schema["minimum"] != nil {
			wrong = append(wrong, "-1")
		}
		return wrong
	case at[string](schema, "type") == "boolean":
		return []string{"maybe", "2"}
	case at[string](schema, "format") == "date-time":
		return []string{"today", "2014-06-31T00:00:00Z", "2014-06-01"}
	case schema["enum"] != nil:
		return []string{"nowhere", "\x00"}
	case at[map[string]any](schema, "items")["enum"] != nil:
		return []string{"nowhere", "done,,done"}
	}
	return nil
}

// kinds are content types that no operation has.
var kinds = []string{"text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "nonsense"}

// body adds a body to a request.
func (c *contract) body(t *rapid.T, s *sent, kind string) {
	s.header.Set("Content-Type", kind)
	if kind != "application/json" {
		s.body = rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "bytes")
		return
	}
	g := generator{t, c.document}
	value := g.value(at[map[string]any](s.details, "requestBody", "content", kind, "schema"), "body", 0)
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	s.body = encoded
	switch rapid.IntRange(0, 12).Draw(t, "damage") {
	case 0:
		s.body = s.body[:rapid.IntRange(0, len(s.body)-1).Draw(t, "cut")]
		s.breaks = "half of it"
	case 1:
		at := bytes.IndexByte(s.body, '"') + 1
		s.body = slices.Insert(s.body, at, '\xff')
		s.breaks = "no UTF-8"
	case 2:
		s.body = append(bytes.Repeat([]byte(`{"a":`), 15_000), append(s.body, bytes.Repeat([]byte("}"), 15_000)...)...)
		s.breaks = "very deep"
	case 3:
		s.header.Set("Content-Type", rapid.SampledFrom(kinds).Draw(t, "content type"))
		s.breaks = "a content type that is not described"
	case 4:
		s.body = slices.Concat(s.body, s.body)
		s.breaks = "two bodies"
	default:
		read, err := jsonschema.UnmarshalJSON(bytes.NewReader(s.body))
		require.NoError(t, err)
		schema := c.schema(t, "paths", s.path, strings.ToLower(s.method), "requestBody", "content", kind, "schema")
		if err := schema.Validate(withoutNulls(read)); err != nil {
			s.breaks = err.Error()
		}
	}
}

// withoutNulls returns an object without the fields that are null, which count as left out.
func withoutNulls(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			if value[name] = withoutNulls(field); field == nil {
				delete(value, name)
			}
		}
	case []any:
		for i := range value {
			value[i] = withoutNulls(value[i])
		}
	}
	return value
}

// A generator makes values of schemas, which are right more often than not.
type generator struct {
	t        *rapid.T
	document map[string]any
}

// strange are values of all kinds.
var strange = []any{
	nil, true, -1, 0.5, 1e30, json.Number("9223372036854775808"), json.Number("-9223372036854775808"), "", "\x00", "\u2028", []any{}, []any{nil}, map[string]any{}, map[string]any{"a": nil},
}

func (g *generator) value(schema map[string]any, name string, depth int) any {
	if rapid.IntRange(0, 20).Draw(g.t, "strange") == 0 {
		return rapid.SampledFrom(strange).Draw(g.t, name)
	}
	if ref := at[string](schema, "$ref"); ref != "" {
		schema = at[map[string]any](g.document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	if enum := at[[]any](schema, "enum"); len(enum) > 0 {
		return rapid.SampledFrom(enum).Draw(g.t, name)
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok {
		kind = kinds[0].(string)
	}
	switch kind {
	case "object":
		return g.object(schema, depth)
	case "array":
		list := make([]any, rapid.IntRange(0, 3).Draw(g.t, "length"))
		for i := range list {
			list[i] = g.value(at[map[string]any](schema, "items"), name, depth+1)
		}
		return list
	case "integer":
		return rapid.SampledFrom([]int64{0, 1, 2, 1 << 40}).Draw(g.t, name)
	case "number": // which are seconds that the server would wait
		return 0
	case "boolean":
		return rapid.Bool().Draw(g.t, name)
	}
	return g.text(schema, name)
}

func (g *generator) object(schema map[string]any, depth int) any {
	object := map[string]any{}
	required := at[[]any](schema, "required")
	properties := at[map[string]any](schema, "properties")
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		needed := slices.Contains(required, any(name)) && rapid.IntRange(0, 20).Draw(g.t, "missing") > 0
		if needed || rapid.Bool().Draw(g.t, "given") {
			object[name] = g.value(properties[name].(map[string]any), name, depth+1)
		}
	}
	if more, ok := schema["additionalProperties"].(map[string]any); ok && depth < 10 {
		object[rapid.SampledFrom([]string{"r", "", "\x00"}).Draw(g.t, "name")] = g.value(more, "more", depth+1)
	}
	if rapid.IntRange(0, 20).Draw(g.t, "unknown") == 0 {
		object["surely unknown"] = 1
	}
	return object
}

func (g *generator) text(schema map[string]any, name string) string {
	switch {
	case at[string](schema, "format") == "date-time":
		return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	case slices.Contains([]string{"timeout", "delay", "max_delay", "window", "rest"}, name):
		return rapid.SampledFrom([]string{"1h30m", "0s", "-1s", "soon", "9999999h", ""}).Draw(g.t, name)
	case name == "name":
		return rapid.SampledFrom([]string{"ann", "bob", "\x00", "a b"}).Draw(g.t, name)
	}
	return rapid.SampledFrom([]string{"a", "b", "p", "w", "none", "", "é\U0001F600", strings.Repeat("x", 5000)}).Draw(g.t, name)
}
