package target

type options struct{ addr string }

type client struct{ opt *options }

func (c *client) Run() string {
	return c.opt.addr
}
