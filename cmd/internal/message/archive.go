package message

// archiveTexts are facts of archives.
var archiveTexts = texts{}
