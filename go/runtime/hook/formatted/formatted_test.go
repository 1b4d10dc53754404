package formatted

import (
	"encoding/json"
	"fmt"
	"testing"

	"otel.tool/runtime/hook"
)

func show(attrs []hook.LogAttr) (s string) {
	for _, a := range attrs {
		s += a.Key + ":" + showValue(a.Value) + " "
	}
	return s
}

func showValue(v hook.LogValue) string {
	switch v.Kind() {
	case hook.LogKindString:
		return fmt.Sprintf("%q", v.String())
	case hook.LogKindInt:
		return fmt.Sprint(v.Int())
	case hook.LogKindFloat:
		return fmt.Sprint(v.Float())
	case hook.LogKindBool:
		return fmt.Sprint(v.Bool())
	case hook.LogKindList:
		s := "["
		for _, e := range v.List() {
			s += showValue(e) + ","
		}
		return s + "]"
	case hook.LogKindMap:
		return "{" + show(v.Map()) + "}"
	}
	return "null"
}

func TestJSON(t *testing.T) {
	for _, tt := range []struct {
		text string
		open int
		want string
	}{
		{``, 0, ``},
		{`"a":1,"b":"x\"y","c":[1.5,true,null]`, 0, `a:1 b:"x\"y" c:[1.5,true,null,] `},
		{`"a":1,"g":{"b":{"c":2`, 2, `a:1 g:{b:{c:2 } } `},
		{`"g":{`, 1, `g:{} `},
		{`"a":12345678901234567890`, 0, `a:1.2345678901234567e+19 `},
	} {
		if got := show(JSON([]byte(tt.text), tt.open)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.text, got, tt.want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add(`"a":1,"k":{"b":2}`, 0)
	f.Add(`"a":[[{]`, 2)
	f.Fuzz(func(t *testing.T, text string, open int) {
		_ = show(JSON([]byte(text), open&7)) // ends, whatever it is given
		has := false
		var m map[string]any
		if json.Unmarshal([]byte("{"+text+"}"), &m) == nil {
			for name, v := range m {
				has = has || name == "k"
				if _, nested := v.(map[string]any); nested {
					return
				}
				if _, nested := v.([]any); nested {
					return
				}
			}
			if got := HasMember([]byte(text), "k"); has && !got && !escapedOrSpaced(text) {
				t.Errorf("%s: %v, want %v", text, got, has)
			}
		}
	})
}

// escapedOrSpaced says whether the text is JSON as no logging library writes it.
func escapedOrSpaced(text string) bool {
	for _, r := range text {
		if r == '\\' || r <= ' ' {
			return true
		}
	}
	return false
}
