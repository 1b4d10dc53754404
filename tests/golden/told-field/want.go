package target

type options struct{ addr string }

type client struct{ opt *options }

func (c *client) Run() string { otel_Run_173ee79712b1(c.opt);
	return c.opt.addr
}

func otel_Run_173ee79712b1(p0 interface{})
// ---- rebuild form
package target

type options struct{ addr string }

type client struct{ opt *options }

func (c *client) Run() string { otel_Run_173ee79712b1_s(c.opt);
	return c.opt.addr
}

func otel_Run_173ee79712b1_s(p0 interface{}) { if otel_Run_173ee79712b1_v != nil { otel_Run_173ee79712b1_v(p0) } }
var otel_Run_173ee79712b1_v func(p0 interface{})
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Run_173ee79712b1_v
