package message

// gitTexts are facts of git repositories.
var gitTexts = texts{}
