//go:build !unix

package metrics

// cpuTimes is not known.
func cpuTimes() (user, system float64) { return -1, -1 }
