// Package docs holds what can be read beside the code to what the code does: the
// pages about the commands, the examples, the plugins for k9s, the links.
//
// The pages about the commands are made from the commands:
//
//	make docs
package docs
