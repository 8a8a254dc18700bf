package message

// fileTexts are facts of files and folders.
var fileTexts = texts{
	"files.link-outside": {
		en: "symbolic link to {1}, outside the scanned folder: it was not followed; scan its target if it matters",
		zh: "符号链接指向扫描目录之外的 {1}，未跟随；如有需要，请单独扫描其目标",
	},
	"files.longer-than-size":  {en: "it is longer than its size says", zh: "实际内容超过其标称大小"},
	"files.nul":               {en: "it holds a NUL byte, and was not read any further", zh: "包含 NUL 字节，其后内容未读取"},
	"files.sparse":            {en: "a large file with holes, which was not read", zh: "带空洞的大文件，未读取"},
	"files.truncated":         {en: "it was truncated while it was read", zh: "在读取过程中被截断"},
	"files.too-large":         {en: "it is larger than {1} bytes, and was not read", zh: "超过 {1} 字节，未读取"},
	"files.not-exist":         {en: "no such file or folder", zh: "文件或目录不存在"},
	"files.not-regular":       {en: "not a regular file", zh: "不是普通文件"},
	"files.replaced":          {en: "it was replaced during the scan, and was not read", zh: "扫描期间被替换，未读取"},
	"files.too-deep":          {en: "its path is longer than {1} bytes, and was not read", zh: "其路径超过 {1} 字节，未读取"},
	"files.permission-denied": {en: "permission denied", zh: "权限不足"},
	"files.unreadable":        {en: "cannot be read: {1}", zh: "无法读取：{1}"},
}
