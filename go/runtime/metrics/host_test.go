package metrics

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/internal/points"
)

// lines are the points of metrics as text.
func lines(all []metricdata.Metrics) (lines []string) {
	for _, m := range all {
		points.Each(m.Data, func(p *points.Point) {
			lines = append(lines, fmt.Sprintf("%s{%s} %v", m.Name, p.Attributes.Encoded(attribute.DefaultEncoder()), p.Value.Float()))
		})
	}
	return lines
}

func valuesOf(f func(v *values)) []string {
	now := time.Now()
	v := &values{own: &own{start: now, last: now, before: map[string]float64{}}, now: now}
	f(v)
	return lines(v.metrics)
}

func TestHost(t *testing.T) {
	root := procOf(t,
		"proc/stat", "cpu  100 200 300 400 500 60 70 80 0 0\ncpu0 1 2\ncpu1 1 2\nintr 1\n",
		"proc/meminfo", "MemTotal: 1000 kB\nMemFree: 250 kB\nBuffers: 100 kB\nCached: 100 kB\nSReclaimable: 50 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n",
		"proc/vmstat", "pgfault 10\npgmajfault 3\nx\n",
		"proc/net/dev", "Inter-| Receive | Transmit\n face |bytes packets\n lo: 1 0 0 0 0 0 0 0 2 0\neth0: 5 0 0 0 0 0 0 0 6 0 0\n",
		"proc/diskstats", "8 0 sda 1 2 3 4 5 6 7 8\n8 1 sda1 1 2 3 4 5 6 7 8\n7 0 loop0 0 0 0 0 0 0 0 0\nx\n",
		"sys/block/sda/size", "1", "sys/block/loop0/size", "1")
	want := []string{
		"system.cpu.time{cpu.mode=user} 1", "system.cpu.time{cpu.mode=nice} 2", "system.cpu.time{cpu.mode=system} 3", "system.cpu.time{cpu.mode=idle} 4",
		"system.cpu.time{cpu.mode=iowait} 5", "system.cpu.time{cpu.mode=interrupt} 1.3", "system.cpu.time{cpu.mode=steal} 0.8", "system.cpu.logical.count{} 2",
		"system.memory.usage{system.memory.state=used} 512000", "system.memory.usage{system.memory.state=free} 256000",
		"system.memory.usage{system.memory.state=buffers} 102400", "system.memory.usage{system.memory.state=cached} 153600", "system.memory.limit{} 1.024e+06",
		"system.memory.utilization{system.memory.state=used} 0.5", "system.memory.utilization{system.memory.state=free} 0.25",
		"system.memory.utilization{system.memory.state=buffers} 0.1", "system.memory.utilization{system.memory.state=cached} 0.15",
		"system.paging.usage{system.paging.state=used} 6144", "system.paging.usage{system.paging.state=free} 4096",
		"system.paging.faults{system.paging.fault.type=major} 3", "system.paging.faults{system.paging.fault.type=minor} 7",
		"system.network.io{network.interface.name=eth0,network.io.direction=receive} 5", "system.network.io{network.interface.name=eth0,network.io.direction=transmit} 6",
		"system.disk.io{disk.io.direction=read,system.device=sda} 1536", "system.disk.io{disk.io.direction=write,system.device=sda} 3584",
	}
	if got := valuesOf(func(v *values) { measureHost(v, root) }); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, root := range []string{procOf(t), procOf(t, "proc/stat", "cpu 1\n", "proc/meminfo", "MemTotal: x\n", "proc/vmstat", "\n\n", "proc/net/dev", "eth0:\n", "proc/diskstats", "a b\n")} {
		if got := valuesOf(func(v *values) { measureHost(v, root) }); len(got) != 0 {
			t.Errorf("%q", got)
		}
	}
	if _, err := os.Stat("/proc/stat"); err == nil && runtime.GOOS == "linux" {
		if got := valuesOf(func(v *values) { measureHost(v, "") }); len(got) < 16 {
			t.Errorf("of this machine: %q", got)
		}
	}
}

// The machine is measured on request only.
func TestHostOnRequest(t *testing.T) {
	for _, value := range []string{"", "false", "true"} {
		t.Setenv("OTEL_INSTRUMENTATION_HOST_METRICS_ENABLED", value)
		if o := newOwn("cumulative", nil); o.host != (value == "true" && runtime.GOOS == "linux") {
			t.Errorf("'%s': %v", value, o.host)
		}
	}
}
