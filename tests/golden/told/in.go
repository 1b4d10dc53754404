package target

type info struct {
	a, b []string
}

type option interface{ apply() }

func Start(i *info, names []string, options ...option) {
	for _, o := range options {
		o.apply()
	}
}
