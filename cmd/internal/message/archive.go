package message

// archiveTexts are facts of archives.
var archiveTexts = texts{
	"archive.git-pack":         {en: "the pack of git could not be read: {1}", zh: "无法读取 git 打包文件：{1}"},
	"archive.git-bundle":       {en: "the bundle of git is damaged: it was not read", zh: "git bundle 已损坏：未读取"},
	"archive.sqlite":           {en: "the header of the SQLite database is damaged: its rows were not read", zh: "SQLite 数据库的文件头已损坏：未读取其中的行"},
	"archive.pdf-encrypted":    {en: "the PDF document is encrypted", zh: "PDF 文档已加密"},
	"archive.pdf-damaged":      {en: "a part of the PDF document is damaged", zh: "PDF 文档的一部分已损坏"},
	"archive.office-encrypted": {en: "the office document is encrypted", zh: "Office 文档已加密"},
	"archive.pdf-filter":       {en: "the PDF document has parts in an encoding that is not supported ({1})", zh: "PDF 文档含有不支持的编码（{1}）"},
	"archive.damaged":          {en: "is damaged and could not be unpacked completely ({1}): repair or unpack it and scan the result", zh: "已损坏，无法完整解包（{1}）：请修复或解包后扫描其内容"},
	"archive.encrypted":        {en: "is encrypted: decrypt it and scan its content", zh: "已加密：请解密后扫描其内容"},
	"archive.foreign":          {en: "is a {1} archive, which akguard cannot open: unpack it and scan its content", zh: "是 akguard 无法打开的 {1} 压缩包：请解包后扫描其内容"},
	"archive.7z-method":        {en: "is packed in 7z by a method or filter that akguard does not support: unpack it and scan its content", zh: "其 7z 压缩方法或过滤器不受 akguard 支持：请解包后扫描其内容"},
	"archive.zip-method":       {en: "is compressed by a zip method that akguard does not support: unpack it and scan the result", zh: "其 zip 压缩方法不受 akguard 支持：请解包后扫描结果"},
	"archive.zip-unsized":      {en: "is a zip that can only be read whole, and is too large or damaged: repair or unpack it and scan its content", zh: "是必须整体读取的 zip，但过大或已损坏：请修复或解包后扫描其内容"},
	"archive.xz-filter":        {en: "is compressed by xz with a filter that akguard does not support: unpack it and scan the result", zh: "其 xz 过滤器不受 akguard 支持：请解包后扫描结果"},
	"archive.nesting":          {en: "is an archive inside {1} others: unpack the outer ones and scan their content", zh: "嵌套在 {1} 层压缩包内：请解包外层后扫描其内容"},
	"archive.too-many-members": {en: "has more than {1} members, and the rest were not read: unpack it and scan its content", zh: "成员超过 {1} 个，其余未读取：请解包后扫描其内容"},
	"archive.too-large":        {en: "unpacks to more than {1}, and the rest was not read: unpack it and scan its content", zh: "解包后超过 {1}，其余未读取：请解包后扫描其内容"},
	"archive.ratio": {
		en: "unpacks to more than {1} times its size, like a decompression bomb, and the rest was not read: if that is intended, unpack it and scan the result",
		zh: "解包后超过原大小的 {1} 倍，疑似解压炸弹，其余未读取：如属正常，请解包后扫描结果",
	},
	"archive.memory": {en: "needs more than {1} of memory to be read: unpack it and scan its content", zh: "读取所需内存超过 {1}：请解包后扫描其内容"},
	"archive.more": {
		en: "{2} (and {1} more in the same archive)",
		zh: "{2}（同一压缩包中另有 {1} 处）",
	},
	"archive.bytes":         {en: "{1} bytes", one: "{1} byte", zh: "{1} 字节"},
	"archive.mebibytes":     {en: "{1} MiB", zh: "{1} MiB"},
	"archive.checksum":      {en: "wrong checksum", zh: "校验和不符"},
	"archive.decoder-panic": {en: "the decoder failed: {1}", zh: "解码器出错：{1}"},
	"archive.zip-directory": {en: "it has no directory at its end", zh: "末尾没有目录"},
	"archive.7z-format":     {en: "7z: wrong format", zh: "7z 格式错误"},
	"archive.7z-checksum":   {en: "7z: wrong checksum of the header", zh: "7z 头部校验和不符"},
	"archive.xz-format":     {en: "xz: wrong format", zh: "xz 格式错误"},
}
