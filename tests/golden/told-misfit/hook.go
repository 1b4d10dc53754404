package hooks

func NoSlice(i any) {}

func NoVariable(names []string) (newNames []string) { return names }

func NoBool(set int) {}

func NoField(x any) {}
