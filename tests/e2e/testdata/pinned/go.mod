module example.com/pinned

go 1.21

require (
	github.com/cespare/xxhash/v2 v2.1.2
	github.com/google/uuid v1.5.0
	golang.org/x/sys v0.20.0
)
