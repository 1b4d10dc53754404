// Package hooktest has a hook.HookContext for the tests of hook packages.
//
//	ictx := hooktest.NewMockHookContext(transport, req)
//	BeforeRoundTrip(ictx, transport, req)
//	req = ictx.GetParam(1).(*http.Request)
package hooktest

import "go.opentelemetry.io/otelc/pkg/hook"

// MockHookContext is a call that no function makes. Its fields are what its methods get
// and set; values may be of any type, and setting one behind the last makes room for it.
type MockHookContext struct {
	Params      []any
	ReturnVals  []any
	SkipCall    bool
	FuncName    string
	PackageName string

	data any
}

var _ hook.HookContext = (*MockHookContext)(nil)

// NewMockHookContext returns a call with these parameters of the function mockFunc in
// package mock.
func NewMockHookContext(params ...any) *MockHookContext {
	return &MockHookContext{Params: params, FuncName: "mockFunc", PackageName: "mock"}
}

// SetSkipCall sets SkipCall.
func (m *MockHookContext) SetSkipCall(skip bool) { m.SkipCall = skip }

// IsSkipCall returns SkipCall.
func (m *MockHookContext) IsSkipCall() bool { return m.SkipCall }

// SetData keeps a value.
func (m *MockHookContext) SetData(data any) { m.data = data }

// GetData returns what is kept: by SetKeyData, a map[string]any.
func (m *MockHookContext) GetData() any { return m.data }

// SetKeyData keeps a value under a key, in the place of SetData.
func (m *MockHookContext) SetKeyData(key string, val any) {
	keyed := m.keyed()
	if keyed == nil {
		keyed = make(map[string]any)
		m.data = keyed
	}
	keyed[key] = val
}

// GetKeyData returns what is kept under a key, or nil.
func (m *MockHookContext) GetKeyData(key string) any { return m.keyed()[key] }

// HasKeyData says whether anything is kept under a key.
func (m *MockHookContext) HasKeyData(key string) bool {
	_, ok := m.keyed()[key]
	return ok
}

// keyed is what SetKeyData has kept.
func (m *MockHookContext) keyed() map[string]any {
	keyed, _ := m.data.(map[string]any)
	return keyed
}

// GetParamCount is the number of Params.
func (m *MockHookContext) GetParamCount() int { return len(m.Params) }

// GetParam returns one of Params, nil if there is none at idx.
func (m *MockHookContext) GetParam(idx int) any { return at(m.Params, idx) }

// SetParam sets one of Params.
func (m *MockHookContext) SetParam(idx int, val any) { m.Params = with(m.Params, idx, val) }

// GetReturnValCount is the number of ReturnVals.
func (m *MockHookContext) GetReturnValCount() int { return len(m.ReturnVals) }

// GetReturnVal returns one of ReturnVals, nil if there is none at idx.
func (m *MockHookContext) GetReturnVal(idx int) any { return at(m.ReturnVals, idx) }

// SetReturnVal sets one of ReturnVals.
func (m *MockHookContext) SetReturnVal(idx int, val any) {
	m.ReturnVals = with(m.ReturnVals, idx, val)
}

// GetFuncName returns FuncName.
func (m *MockHookContext) GetFuncName() string { return m.FuncName }

// GetPackageName returns PackageName.
func (m *MockHookContext) GetPackageName() string { return m.PackageName }

func at(list []any, i int) any {
	if i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}

// with returns list with val at i.
func with(list []any, i int, val any) []any {
	if missing := i + 1 - len(list); missing > 0 {
		list = append(list, make([]any, missing)...)
	}
	list[i] = val
	return list
}
