package message

// fileTexts are facts of files and folders.
var fileTexts = texts{}
