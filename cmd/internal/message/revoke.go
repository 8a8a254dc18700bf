package message

// revokeTexts are facts of freezing, revoking and watching keys.
var revokeTexts = texts{}
