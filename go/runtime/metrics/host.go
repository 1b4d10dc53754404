package metrics

import (
	"math"
	"os"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// What Linux says of the machine, on request
// (https://opentelemetry.io/docs/specs/semconv/system/system-metrics, 1.39, in
// development): read from proc(5).

var (
	systemTime    = about{"system.cpu.time", "s", "Seconds each logical CPU spent on each mode.", true}
	systemCPUs    = about{"system.cpu.logical.count", "{cpu}", "Reports the number of logical (virtual) processor cores created by the operating system to manage multitasking.", false}
	systemMemory  = about{"system.memory.usage", "By", "Reports memory in use by state.", false}
	systemLimit   = about{"system.memory.limit", "By", "Total virtual memory available in the system.", false}
	systemUsed    = about{"system.memory.utilization", "1", "Percentage of memory bytes in use.", false}
	systemPaging  = about{"system.paging.usage", "By", "Unix swap or windows pagefile usage.", false}
	systemFaults  = about{"system.paging.faults", "{fault}", "The number of page faults.", true}
	systemNetwork = about{"system.network.io", "By", "The number of bytes transmitted and received.", true}
	systemDisk    = about{"system.disk.io", "By", "Disk bytes transferred.", true}
)

// cpuModes are those of the fields of /proc/stat.
var cpuModes = []string{"user", "nice", "system", "idle", "iowait", "interrupt", "interrupt", "steal"}

const (
	ticks  = 100 // in a second, as Linux tells programs of CPU time (USER_HZ)
	sector = 512 // bytes, as /proc/diskstats counts
)

// measureHost adds what files below root tell; of one that is not there, nothing.
func measureHost(v *values, root string) {
	proc := root + "/proc"
	hostCPU(v, proc+"/stat")
	hostMemory(v, proc+"/meminfo")
	hostPaging(v, proc+"/vmstat")
	hostNetwork(v, proc+"/net/dev")
	hostDisks(v, proc+"/diskstats", root+"/sys/block")
}

// nonzero adds a sum, if it has points.
func nonzero[N int64 | float64](v *values, a *about, points []point[N]) {
	if len(points) > 0 {
		sum(v, a, points...)
	}
}

func hostCPU(v *values, file string) {
	var modes []point[float64]
	var cpus int64
	for _, f := range fieldsOf(file) {
		switch {
		case f[0] == "cpu" && len(f) > len(cpuModes):
			spent := map[string]int64{}
			for i, mode := range cpuModes {
				spent[mode] += times(f[i+1], 1)
			}
			for i, mode := range cpuModes {
				if i == 0 || mode != cpuModes[i-1] {
					modes = append(modes, point[float64]{only("cpu.mode", mode), float64(spent[mode]) / ticks})
				}
			}
		case strings.HasPrefix(f[0], "cpu") && f[0] != "cpu":
			cpus++
		}
	}
	nonzero(v, &systemTime, modes)
	if cpus > 0 {
		sum(v, &systemCPUs, point[int64]{value: cpus})
	}
}

func hostMemory(v *values, file string) {
	m := numbersOf(file)
	total, ok := m["MemTotal:"]
	if !ok {
		return
	}
	const kB = 1024
	cached := m["Cached:"] + m["SReclaimable:"]
	states := []point[int64]{
		{only("system.memory.state", "used"), max(total-m["MemFree:"]-m["Buffers:"]-cached, 0) * kB},
		{only("system.memory.state", "free"), m["MemFree:"] * kB},
		{only("system.memory.state", "buffers"), m["Buffers:"] * kB},
		{only("system.memory.state", "cached"), cached * kB},
	}
	sum(v, &systemMemory, states...)
	sum(v, &systemLimit, point[int64]{value: total * kB})
	var shares []metricdata.DataPoint[float64]
	for _, p := range states {
		shares = append(shares, metricdata.DataPoint[float64]{Attributes: p.set, StartTime: v.start, Time: v.now, Value: float64(p.value) / float64(total*kB)})
	}
	v.add(&systemUsed, metricdata.Gauge[float64]{DataPoints: shares})
	if swap := m["SwapTotal:"]; swap > 0 {
		sum(v, &systemPaging,
			point[int64]{only("system.paging.state", "used"), (swap - m["SwapFree:"]) * kB},
			point[int64]{only("system.paging.state", "free"), m["SwapFree:"] * kB})
	}
}

func hostPaging(v *values, file string) {
	m := numbersOf(file)
	if all, ok := m["pgfault"]; ok {
		major := m["pgmajfault"]
		sum(v, &systemFaults,
			point[int64]{only("system.paging.fault.type", "major"), major},
			point[int64]{only("system.paging.fault.type", "minor"), all - major})
	}
}

// hostNetwork leaves out the loopback device. It is that of the process's own network namespace.
func hostNetwork(v *values, file string) {
	var all []point[int64]
	for _, f := range fieldsOf(file) {
		if name, ok := strings.CutSuffix(f[0], ":"); ok && name != "lo" && len(f) > 9 {
			all = append(all, directed("network.interface.name", name, "network.io.direction", "receive", f[1], 1),
				directed("network.interface.name", name, "network.io.direction", "transmit", f[9], 1))
		}
	}
	nonzero(v, &systemNetwork, all)
}

// hostDisks tells of whole disks, which block has a folder of, that have been used.
func hostDisks(v *values, file, block string) {
	var all []point[int64]
	for _, f := range fieldsOf(file) {
		if len(f) <= 9 || f[5] == "0" && f[9] == "0" || !isDir(block+"/"+f[2]) {
			continue
		}
		all = append(all, directed("system.device", f[2], "disk.io.direction", "read", f[5], sector),
			directed("system.device", f[2], "disk.io.direction", "write", f[9], sector))
	}
	nonzero(v, &systemDisk, all)
}

// directed returns a point of a device, for one direction.
func directed(key, device, directionKey, direction, value string, unit int64) point[int64] {
	return point[int64]{attribute.NewSet(attribute.String(key, device), attribute.String(directionKey, direction)), times(value, unit)}
}

// fieldsOf returns the fields of the lines of a file, of which each has one.
func fieldsOf(file string) (lines [][]string) {
	for line := range strings.Lines(readFile(file)) {
		if f := strings.Fields(line); len(f) > 0 {
			lines = append(lines, f)
		}
	}
	return lines
}

// numbersOf returns the numbers of a file by the words before them.
func numbersOf(file string) map[string]int64 {
	numbers := map[string]int64{}
	for _, f := range fieldsOf(file) {
		if len(f) < 2 {
			continue
		}
		if n, err := strconv.ParseInt(f[1], 10, 64); err == nil && n < math.MaxInt64/1024 {
			numbers[f[0]] = n
		}
	}
	return numbers
}

// readFile returns a file's text, "" of one that is not there.
func readFile(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
