package message

// isolateTexts are facts of child processes.
var isolateTexts = texts{
	"isolate.memory":         {en: "scanning it needs more than {1} MiB of memory", zh: "扫描需要超过 {1} MiB 的内存"},
	"isolate.time":           {en: "scanning it takes longer than {1}", zh: "扫描时间超过 {1}"},
	"isolate.disk":           {en: "scanning it needs more than {1} MiB of disk space", zh: "扫描需要超过 {1} MiB 的磁盘空间"},
	"isolate.crashed":        {en: "the process that scanned it crashed ({1})", zh: "扫描它的进程崩溃（{1}）"},
	"isolate.crashed-saying": {en: "the process that scanned it crashed ({1}): {2}", zh: "扫描它的进程崩溃（{1}）：{2}"},
	"isolate.confused":       {en: "the process that scanned it sent what is no message: {1}", zh: "扫描它的进程发送了无法识别的消息：{1}"},
}
