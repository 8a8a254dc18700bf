package message

// ruleTexts describe rules, and why a value is not taken for a credential.
var ruleTexts = texts{}
