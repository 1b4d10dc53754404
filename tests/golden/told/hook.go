package hooks

func Start(known bool, b []string, named bool, names []string, options any) {}
