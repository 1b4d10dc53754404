// Package formatted reads what logging libraries have written already: they keep
// the fields of a logger as text.
package formatted

import (
	"bytes"
	"encoding/json"

	"otel.tool/runtime/hook"
)

// JSON reads the members of a JSON object, without the brace before them, and
// without those that close the object and as many objects within it as are open.
// What is no JSON ends it.
func JSON(members []byte, open int) []hook.LogAttr {
	if len(members) == 0 {
		return nil
	}
	text := make([]byte, 0, len(members)+open+2)
	text = append(append(text, '{'), members...)
	for range open + 1 {
		text = append(text, '}')
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return value(d).Map()
}

func value(d *json.Decoder) hook.LogValue {
	token, err := d.Token()
	if err != nil {
		return hook.LogValue{}
	}
	switch token := token.(type) {
	case bool:
		return hook.LogBool(token)
	case string:
		return hook.LogString(token)
	case json.Number:
		if n, err := token.Int64(); err == nil {
			return hook.LogInt(n)
		}
		f, _ := token.Float64()
		return hook.LogFloat(f)
	case json.Delim:
		if token == '[' {
			var list []hook.LogValue
			for d.More() {
				list = append(list, value(d))
			}
			_, _ = d.Token()
			return hook.LogList(list)
		}
		var attrs []hook.LogAttr
		for d.More() {
			key, _ := d.Token()
			name, _ := key.(string)
			attrs = append(attrs, hook.LogAttr{Key: name, Value: value(d)})
		}
		_, _ = d.Token()
		return hook.LogMap(attrs)
	}
	return hook.LogValue{}
}

// HasMember says whether JSON text has a member with this name, in any object.
func HasMember(text []byte, name string) bool {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(name))
		if i < 0 {
			return false
		}
		at := from + i
		from = at + len(name)
		if at > 0 && text[at-1] == '"' && bytes.HasPrefix(text[from:], []byte(`":`)) && (at < 2 || text[at-2] != '\\') {
			return true
		}
	}
}
