//go:build unix

package metrics

import "syscall"

// cpuTimes returns the seconds of CPU that the process has used.
func cpuTimes() (user, system float64) {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return -1, -1
	}
	return float64(r.Utime.Nano()) / 1e9, float64(r.Stime.Nano()) / 1e9
}
