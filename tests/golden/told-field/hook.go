package hooks

func Run(opt any) {}
