package message

// cloudTexts are facts of credentials and of the services that are asked about them.
var cloudTexts = texts{}
