package metrics

import (
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// usageOf reads Linux's /proc/self (proc(5)). Elsewhere there is none, and all is
// unknown but what cpuTimes knows.
func usageOf(proc fs.FS) usage {
	u := usage{user: -1, system: -1, resident: -1, virtual: -1, threads: -1, fileDescriptors: -1}
	u.user, u.system = cpuTimes()
	if text, err := fs.ReadFile(proc, "statm"); err == nil {
		if f := strings.Fields(string(text)); len(f) >= 2 {
			page := int64(os.Getpagesize())
			u.virtual, u.resident = times(f[0], page), times(f[1], page)
		}
	}
	if text, err := fs.ReadFile(proc, "stat"); err == nil {
		// The second field is the program's name, which may hold anything.
		_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
		if f := strings.Fields(rest); len(f) > 17 {
			u.threads = times(f[17], 1)
		}
	}
	if list, err := fs.ReadDir(proc, "fd"); err == nil {
		u.fileDescriptors = int64(len(list)) - 1 // the one by which they are read
	}
	return u
}

func times(text string, unit int64) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n * unit
}
