package target

func Fetch(key string) (string, error) { return key, nil }

func named(n int) (sum int, _ error) {
	if n > 0 {
		return n, nil
	}
	return
}

func Nothing(n int) {}

func hidden(error string) error { return nil }
