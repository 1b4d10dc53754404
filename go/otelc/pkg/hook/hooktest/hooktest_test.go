package hooktest

import (
	"reflect"
	"testing"
)

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, want %#v", got, want)
	}
}

func TestMock(t *testing.T) {
	m := NewMockHookContext("a", 1)
	same(t, m.GetFuncName(), "mockFunc")
	same(t, m.GetPackageName(), "mock")
	same(t, m.IsSkipCall(), false)
	m.SetSkipCall(true)
	same(t, m.SkipCall, true)
	same(t, m.IsSkipCall(), true)

	same(t, m.GetParamCount(), 2)
	same(t, m.GetParam(1), 1)
	same(t, m.GetParam(2), nil)
	same(t, m.GetParam(-1), nil)
	m.SetParam(1, "b")
	m.SetParam(3, "c")
	same(t, m.Params, []any{"a", "b", nil, "c"})

	same(t, m.GetReturnValCount(), 0)
	m.SetReturnVal(1, 2)
	same(t, m.ReturnVals, []any{nil, 2})
	same(t, m.GetReturnVal(1), 2)
}

func TestMockData(t *testing.T) {
	m := NewMockHookContext()
	same(t, m.GetData(), nil)
	same(t, m.HasKeyData("k"), false)
	same(t, m.GetKeyData("k"), nil)
	m.SetKeyData("k", nil)
	same(t, m.HasKeyData("k"), true)
	m.SetData(1)
	same(t, m.GetData(), 1)
	same(t, m.GetKeyData("k"), nil)
	m.SetKeyData("l", 2)
	same(t, m.GetData(), map[string]any{"l": 2})
}
