package remedy

// Advice is what a person can do about a piece of Freight that is not where it should be.
type Advice struct {
	Steps []Step
	// Ways has the alternatives: each has the indexes in Steps, ascending, of what is needed
	// together. Nil when there are no steps, or more than sixteen ways over the upstreams. A
	// step that is known not to be enough, whatever else is done, is on none.
	Ways [][]int
}

// Step is something that a person can do.
type Step struct {
	Action Action
	// Stage is where.
	Stage string
	// Command does it, ready for a POSIX shell; "" when there is none, or when a name in
	// it is not plain.
	Command string
	// Effect says what it does, in words.
	Effect string
}

// Action is what a Step does.
type Action string

// The actions.
const (
	// Wait for what comes by itself.
	Wait Action = "Wait"
	// Refresh a control-flow Stage, so that its controller looks again.
	Refresh Action = "Refresh"
	// Verify what a Stage runs once more.
	Verify Action = "Verify"
	// Promote the Freight to a Stage.
	Promote Action = "Promote"
	// Approve the Freight for the Stage.
	Approve Action = "Approve"
	// Mend the pipeline: what a Stage asks for can never be.
	Mend Action = "Mend"
	// SetStrategy changes how many upstreams have to be satisfied.
	SetStrategy Action = "SetStrategy"
)
