package service

import (
	"bytes"

	"github.com/akguard/akguard/rules/internal/shape"
)

// vendor says whose API a key is for.
type vendor int

const (
	nobodys vendor = iota // nothing says
	ours                  // of Model Studio
	theirs                // of somebody else
)

// modelHosts are in the addresses of Model Studio.
var modelHosts = []string{"dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com", "dashscope-finance.aliyuncs.com", ".maas.aliyuncs.com"}

// ourNames are in names that belong to Model Studio, in lower case.
var ourNames = []string{"dashscope", "qwen", "bailian", "tongyi", "modelstudio", "model_studio", "aliyun", "alibaba", "百炼", "通义"}

// otherNames are in names that belong to other vendors, in lower case.
var otherNames = []string{
	"deepseek", "moonshot", "kimi", "zhipu", "bigmodel", "baichuan", "minimax", "siliconflow", "claude", "gemini", "mistral",
	"groq", "openrouter", "cohere", "stepfun", "lingyi", "hunyuan", "doubao", "volc", "perplexity", "grok",
}

// otherHosts are in the addresses of other vendors.
var otherHosts = []string{
	"api.deepseek", "api.openai.com", "api.moonshot", "bigmodel.cn", "api.baichuan", "api.minimax", "api.siliconflow", "api.anthropic",
	"generativelanguage.googleapis", "api.mistral", "api.groq", "openrouter.ai", "api.cohere", "api.stepfun", "api.lingyi", "volces.com", "api.perplexity", "api.x.ai",
}

// copied are in the names of interfaces that other vendors offer, too, Model Studio among them.
var copied = []string{"openai", "anthropic_"}

// nameOf says whose a key is by its own name alone.
func nameOf(content []byte, start int) vendor {
	from, _ := line(content, start)
	switch name := bytes.ToLower(content[from:start]); {
	case nameSays(name, ourNames):
		return ours
	case nameSays(name, otherNames):
		return theirs
	}
	return nobodys
}

// vendorOf says whose key is at content[start:end]: its own name says, or else its line, or the lines of its block, the nearest
// first. A name of an interface that many offer means its inventor, unless the block says otherwise.
func vendorOf(content []byte, start, end int) vendor {
	if v := nameOf(content, start); v != nobodys {
		return v
	}
	v := blockOf(content, start, end)
	from, _ := line(content, start)
	if v == nobodys && nameSays(bytes.ToLower(content[from:start]), copied) {
		return theirs
	}
	return v
}

// blockOf says whose key is at content[start:end] by the lines around it.
func blockOf(content []byte, start, end int) vendor {
	from, to := line(content, start)
	if v := hostsIn(content[end:to]); v != nobodys {
		return v
	}
	up, down := from, to
	closed := bytes.HasPrefix(bytes.TrimSpace(content[from:start]), []byte("- "))
	for n := range maxLines {
		var after, before vendor
		down, after = lineAfter(content, down, start)
		if !closed {
			up, before, closed = lineBefore(content, up, start)
		}
		switch {
		case before != nobodys && after != nobodys && n == 0 && closed: // a block has just ended before the key
			return after
		case before != nobodys:
			return before
		case after != nobodys:
			return after
		}
	}
	return nobodys
}

// nameSays reports whether the last name before a value has one of the words.
func nameSays(before []byte, words []string) bool {
	end := len(bytes.TrimRight(before, "\"'` \t:=>(,"))
	start := end
	for start > 0 && (shape.IsNameByte(before[start-1]) || before[start-1] >= 0x80) {
		start--
	}
	if shape.Contains(before[start:end], words...) {
		return true
	}
	i := bytes.LastIndexAny(before[:start], ";,{")
	return shape.Contains(before[i+1:start], words...)
}

// hostsIn says whose hosts and names a text has.
func hostsIn(text []byte) vendor {
	switch {
	case shape.Contains(text, otherHosts...):
		return theirs
	case shape.Contains(text, modelHosts...), shape.Contains(bytes.ToLower(text), ourNames...):
		return ours
	}
	return nobodys
}

// lineAfter returns the end of the next line, and the vendor whose host it names; the end of the content where the block has ended.
func lineAfter(content []byte, at, key int) (end int, v vendor) {
	if at >= len(content) || at-key > nearby {
		return at, nobodys
	}
	begin := min(len(content), nextLine(content, at))
	end = lineEnd(content, begin)
	text := content[begin:end]
	if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || bytes.HasPrefix(trimmed, []byte("- ")) || shape.Contains(text, keyStarts...) {
		return len(content), nobodys
	}
	if section(text) {
		return len(content), nobodys
	}
	return end, hostsIn(text)
}

// lineBefore says whose the line before is, and whether the block begins behind it.
func lineBefore(content []byte, at, key int) (start int, v vendor, closed bool) {
	start, end, ok := lastLine(content, at)
	if !ok || key-at > nearby {
		return at, nobodys, true
	}
	text := content[start:end]
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 || shape.Contains(text, keyStarts...) {
		return start, nobodys, true
	}
	if v = hostsIn(text); v == nobodys && section(text) && shape.Contains(bytes.ToLower(text), otherNames...) {
		v = theirs
	}
	last := trimmed[len(trimmed)-1]
	return start, v, last == ')' || last == '}' || last == ';' || bytes.HasSuffix(trimmed, []byte("},")) || bytes.HasSuffix(trimmed, []byte("),")) || section(text)
}

// section reports whether a line is the name of what follows it: name:, [name], "name": {, name = Class(.
func section(text []byte) bool {
	trimmed := bytes.TrimRight(bytes.TrimSpace(text), "{( ")
	if len(trimmed) == 0 {
		return false
	}
	last := trimmed[len(trimmed)-1]
	return last == ':' || trimmed[0] == '[' && last == ']' || bytes.HasPrefix(bytes.ToLower(trimmed), []byte("provider"))
}
