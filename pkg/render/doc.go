// Package render turns a report into what a person or a program reads: tables on
// the one side, JSON, YAML and what is made of them on the other.
//
// Tables are for people. All text in them passes Visible, so that nothing that
// somebody wrote into an alias or a message can drive a terminal or forge a row.
// Machine formats stay true to the data.
package render
