package hooks

func Sum(l any) {}
