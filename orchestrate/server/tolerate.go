package server

import "github.com/danielgtaylor/huma/v2"

// tolerate has the operations of a path pass over what they don't know, in the body and in all that is part of it. So
// workers and programs that are newer than their server go on working, without what is new. What people write keeps
// being refused, as there it is a slip: a field passed over would be one that did not do what it was written for.
func (r *router) tolerate(path string) {
	operation := r.OpenAPI().Paths[path].Post
	if operation.RequestBody == nil {
		return
	}
	for _, content := range operation.RequestBody.Content {
		r.tolerateIn(content.Schema)
	}
}

func (r *router) tolerateIn(schema *huma.Schema) {
	if schema == nil {
		return
	}
	if schema.Ref != "" {
		schema = r.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
	}
	switch more := schema.AdditionalProperties.(type) {
	case bool:
		schema.AdditionalProperties = nil // which allows any, and is seen where a type has itself in it
		for _, property := range schema.Properties {
			r.tolerateIn(property)
		}
	case *huma.Schema:
		r.tolerateIn(more)
	}
	r.tolerateIn(schema.Items)
}
