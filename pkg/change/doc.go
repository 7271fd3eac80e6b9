// Package change works out what a change of strategies does before it is made: a Plan
// says which requests change, an Effect what follows. It is pure, and asks the rules
// about the Project as it is and as it would be.
package change
