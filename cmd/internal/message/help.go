package message

// helpTexts are the help texts.
var helpTexts = texts{}
