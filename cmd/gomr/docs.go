package main

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// taskDocs returns the Go doc of the types of tasks by their names, such as main.WordCount.
func (p *program) taskDocs() (map[string]string, error) {
	docs := make(map[string]string)
	for _, pkg := range p.packages {
		if !pkg.isLocal() || pkg.Module != nil && pkg.Module.Path == modulePath && pkg.Name != "main" {
			continue
		}
		if err := pkg.addDocs(docs); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// addDocs adds the docs of the tasks in the package. Their types are known by their methods or
// by what they embed, for types aren't checked here.
func (pkg *goPackage) addDocs(docs map[string]string) error {
	hasOutput := make(map[string]bool)
	typeDocs := make(map[string]string)
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv != nil && decl.Name.Name == "Output" {
					hasOutput[receiverName(decl)] = true
				}
			case *ast.GenDecl:
				addTypes(decl, hasOutput, typeDocs)
			}
		}
	}
	path := pkg.ImportPath
	if pkg.Name == "main" {
		path = "main" // as package reflect has it
	}
	for name, text := range typeDocs {
		if hasOutput[name] && text != "" {
			docs[path+"."+name] = text
		}
	}
	return nil
}

// addTypes notes the docs of the types, and which of them have Output from a type they embed.
func addTypes(decl *ast.GenDecl, hasOutput map[string]bool, docs map[string]string) {
	for _, spec := range decl.Specs {
		typ, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		text := typ.Doc.Text()
		if text == "" && !decl.Lparen.IsValid() {
			text = decl.Doc.Text()
		}
		docs[typ.Name.Name] = plainText(text)
		if fields, ok := typ.Type.(*ast.StructType); ok && embedsWrapper(fields) {
			hasOutput[typ.Name.Name] = true
		}
	}
}

// plainText returns the text of a doc comment as go doc prints it.
func plainText(text string) string {
	var parser comment.Parser
	printer := comment.Printer{TextWidth: 80}
	return strings.TrimSpace(string(printer.Text(parser.Parse(text))))
}

func embedsWrapper(fields *ast.StructType) bool {
	for _, field := range fields.Fields.List {
		if selector, ok := field.Type.(*ast.SelectorExpr); ok && len(field.Names) == 0 && selector.Sel.Name == "WrapperTask" {
			return true
		}
	}
	return false
}

// receiverName returns the name of the type that a method is of.
func receiverName(method *ast.FuncDecl) string {
	typ := method.Recv.List[0].Type
	if pointer, ok := typ.(*ast.StarExpr); ok {
		typ = pointer.X
	}
	if name, ok := typ.(*ast.Ident); ok {
		return name.Name
	}
	return "" // a generic type, which no prototype is named for
}
