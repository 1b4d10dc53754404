package gctx

// Without runs f on a goroutine that is in no span and has no labels. Goroutines
// that live on, started by f, then keep nothing of the request that happened to
// be the first to need them.
func Without(f func()) {
	labels := getProfLabel()
	setProfLabel(nil)
	defer setProfLabel(labels)
	f()
}
