// Package manifest edits one field of the Stages in a file, and keeps every other
// byte: comments, order, quotes, anchors, line ends and other documents.
//
// A YAML encoder would rewrite the file in its own style. Here the parser
// (go.yaml.in/yaml/v3; jsontext for JSON) only says where things stand; the bytes
// are cut there, and the result is parsed again and held against what was meant:
// if anything else differs, there is no result, but an error.
//
// What cannot be edited without changing something else is refused: above all what
// stands behind an anchor that others use.
package manifest
