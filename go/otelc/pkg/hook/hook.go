// Package hook has what the hooks of a function take: one that runs before its body,
// and one after it.
//
//	func BeforeRoundTrip(ictx hook.HookContext, t *http.Transport, req *http.Request)
//	func AfterRoundTrip(ictx hook.HookContext, resp *http.Response, err error)
//
// Before takes the receiver, if there is one, and the parameters; after takes the results.
// A parameter may be declared any, which takes what cannot be named; a variadic one is a
// slice. Both get the same HookContext, and each call of the function has its own.
package hook

// HookContext is one call of the function. It must not be used by several goroutines at
// once, nor when the call is over.
//
// A method that is given a wrong index or a value of a wrong type panics, if it is there
// to set something, or else returns nil. A panic of a hook is reported, and the function
// goes on without that hook.
type HookContext interface {
	// SetSkipCall(true), in before, leaves out the body of the function: after runs at
	// once, and the function returns its results as they are then.
	SetSkipCall(skip bool)

	// IsSkipCall tells what SetSkipCall has said.
	IsSkipCall() bool

	// SetData keeps a value, which after finds with GetData.
	SetData(data any)

	// GetData returns what SetData has kept, nil at first. If SetKeyData was called
	// since, it is a map[string]any.
	GetData() any

	// GetKeyData returns what SetKeyData has kept under key, or nil.
	GetKeyData(key string) any

	// SetKeyData keeps a value under a key. It uses the place of SetData, and replaces
	// what that has kept.
	SetKeyData(key string, val any)

	// HasKeyData says whether SetKeyData has kept anything under key, be it nil.
	HasKeyData(key string) bool

	// GetParamCount is the number of parameters. The receiver of a method is one.
	GetParamCount() int

	// GetParam returns a parameter as it is now. The first, or the receiver, is 0.
	GetParam(idx int) any

	// SetParam changes a parameter of the function, its receiver too; nil is the zero
	// value of whatever type.
	SetParam(idx int, val any)

	// GetReturnValCount is the number of results.
	GetReturnValCount() int

	// GetReturnVal returns a result: in before the zero value, or what was set.
	GetReturnVal(idx int) any

	// SetReturnVal changes a result of the function; nil is the zero value of whatever
	// type. In before it matters where the call is skipped, or where the body returns
	// named results without setting them.
	SetReturnVal(idx int, val any)

	// GetFuncName is the name of the function, without its receiver.
	GetFuncName() string

	// GetPackageName is the name of its package: "http" for net/http.
	GetPackageName() string
}
