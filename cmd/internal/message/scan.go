package message

// scanTexts are facts of the engine.
var scanTexts = texts{}
