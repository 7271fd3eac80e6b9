package lint

func needlessSuppression() Rule {
	return Rule{
		Code: "KA507", Name: "needless-suppression", Severity: Warning, In: Anywhere,
		Summary: "A suppression that suppresses nothing, gives no reason, or has ended.",
		Why:     "What it was for is gone, or was never there: the next finding of the rule would be hidden without anybody having decided it.",
		Remedy:  "Remove it, or write the reason behind --. With until and a date in front of the reason, a suppression ends by itself.",
		check:   func(*pass) {}, // Suppress reports it, once it is known what was found
	}
}
