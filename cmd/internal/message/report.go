package message

// reportTexts are the words of reports.
var reportTexts = texts{}
