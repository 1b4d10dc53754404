package metrics

import (
	"os"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// What the operating system says of the process
// (https://opentelemetry.io/docs/specs/semconv/system/process-metrics, 1.39, in
// development).

var begun = time.Now()

var (
	processTime    = about{"process.cpu.time", "s", "Total CPU seconds broken down by different states.", true}
	processUptime  = about{"process.uptime", "s", "The time the process has been running.", false}
	processMemory  = about{"process.memory.usage", "By", "The amount of physical memory in use.", false}
	processVirtual = about{"process.memory.virtual", "By", "The amount of committed virtual memory.", false}
	processThreads = about{"process.thread.count", "{thread}", "Process threads count.", false}
	processFiles   = about{"process.unix.file_descriptor.count", "{file_descriptor}", "Number of unix file descriptors in use by the process.", false}
)

func measureProcess(v *values, u usage) {
	if u.user >= 0 {
		sum(v, &processTime, point[float64]{only("cpu.mode", "user"), u.user}, point[float64]{only("cpu.mode", "system"), u.system})
	}
	v.add(&processUptime, metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{
		{StartTime: v.start, Time: v.now, Value: time.Since(begun).Seconds()},
	}})
	for _, m := range []struct {
		about *about
		value int64
	}{{&processMemory, u.resident}, {&processVirtual, u.virtual}, {&processThreads, u.threads}, {&processFiles, u.fileDescriptors}} {
		if m.value >= 0 {
			sum(v, m.about, point[int64]{value: m.value})
		}
	}
}

// usage is what the process uses. What is not known is negative.
type usage struct {
	user, system    float64 // seconds of CPU
	resident        int64   // bytes
	virtual         int64
	threads         int64
	fileDescriptors int64
}

// usageOf reads Linux's /proc/self (proc(5)). Elsewhere there is none, and all is
// unknown but what cpuTimes knows.
func usageOf(proc string) usage {
	u := usage{user: -1, system: -1, resident: -1, virtual: -1, threads: -1, fileDescriptors: -1}
	u.user, u.system = cpuTimes()
	if text, err := os.ReadFile(proc + "/statm"); err == nil {
		if f := strings.Fields(string(text)); len(f) >= 2 {
			page := int64(os.Getpagesize())
			u.virtual, u.resident = times(f[0], page), times(f[1], page)
		}
	}
	if text, err := os.ReadFile(proc + "/stat"); err == nil {
		// The second field is the program's name, which may hold anything.
		_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
		if f := strings.Fields(rest); len(f) > 17 {
			u.threads = times(f[17], 1)
		}
	}
	if dir, err := os.Open(proc + "/fd"); err == nil {
		if list, err := dir.Readdirnames(-1); err == nil {
			u.fileDescriptors = int64(len(list)) - 1 // the one by which they are read
		}
		_ = dir.Close()
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
