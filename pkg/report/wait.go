package report

// KindWait is the kind of a Wait.
const KindWait = "Wait"

// Wait is what wait -o json prints when the wait is over.
type Wait struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// For is the condition: available, listed, verified or current.
	For     string `json:"for"`
	Project string `json:"project"`
	// Freight is null when it never was there.
	Freight *Named `json:"freight"`
	// Met reports whether the condition was met for every Stage.
	Met    bool          `json:"met"`
	Stages []WaitedStage `json:"stages"`
}

// WaitedStage is how the wait ended for one Stage.
type WaitedStage struct {
	Stage string `json:"stage"`
	Met   bool   `json:"met"`
	// Message says why the condition was not met; "" when it was.
	Message string `json:"message"`
}
