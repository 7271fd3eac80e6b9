// Package remedy says what a person can do to get a piece of Freight to a Stage, and
// with which command. It suggests only what helps: each step is tried on the rules,
// as if it had been taken. It is pure.
package remedy
