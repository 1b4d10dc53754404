package hooks

func Start(known bool, named bool, names []string, options any) {}
