package hooks

func Fetch(key string) (skip bool, after func(string, error) (string, error)) { return }

func Named(n int) (newN int, skip bool) { return }

func Nothing(n int) (skip bool, leave func()) { return }
