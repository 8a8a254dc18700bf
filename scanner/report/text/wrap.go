package text

import (
	"strings"
	"unicode"
)

// columns is how many columns a terminal needs for a text. A Chinese character or a wide form takes two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += width(r)
	}
	return n
}

func width(r rune) int {
	if unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60 {
		return 2
	}
	return 1
}

// wrap breaks a text into lines of at most some columns: at spaces, and beside Chinese characters. A longer word, such as a
// path or a URL, stays whole, so that it can be copied. No columns at all mean that nothing is broken.
func wrap(s string, most int) []string {
	if most <= 0 || columns(s) <= most {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range pieces(s) {
		if line != "" && columns(line)+columns(strings.TrimRight(word, " ")) > most {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += word
	}
	return append(lines, strings.TrimRight(line, " "))
}

// pieces splits a text after spaces, and after Chinese characters unless punctuation follows.
func pieces(s string) []string {
	var list []string
	runes, start := []rune(s), 0
	for i, r := range runes {
		last := i == len(runes)-1
		space := r == ' ' && (last || runes[i+1] != ' ')
		wide := width(r) == 2 && !last && !closes(runes[i+1]) && !opens(r)
		before := !last && unicode.Is(unicode.Han, runes[i+1]) && r != ' ' && !opens(r)
		if last || space || wide || before {
			list = append(list, string(runes[start:i+1]))
			start = i + 1
		}
	}
	return list
}

// closes reports whether a character does not begin a line.
func closes(r rune) bool { return strings.ContainsRune("，。；：、！？）”’》,.;:!?) ", r) }

// opens reports whether a character does not end a line.
func opens(r rune) bool { return strings.ContainsRune("（“‘《(", r) }
