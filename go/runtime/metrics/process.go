package metrics

import (
	"context"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"otel.tool/runtime/hook"
)

// usage is what the operating system says of the process. What it does not say is
// negative.
type usage struct {
	user, system    float64 // seconds of CPU
	resident        int64   // bytes
	virtual         int64
	threads         int64
	fileDescriptors int64
}

var begun = time.Now()

// measureProcess registers what is measured of the process
// (https://opentelemetry.io/docs/specs/semconv/system/process-metrics, 1.39, in
// development), unless OTEL_INSTRUMENTATION_PROCESS_METRICS_ENABLED is false.
func measureProcess(m metric.Meter) {
	if !hook.Wanted("process/metrics") {
		return
	}
	cpu, _ := m.Float64ObservableCounter("process.cpu.time", metric.WithUnit("s"), metric.WithDescription("Total CPU seconds broken down by different states."))
	uptime, _ := m.Float64ObservableGauge("process.uptime", metric.WithUnit("s"), metric.WithDescription("The time the process has been running."))
	upDown := func(name, unit, description string) metric.Int64ObservableUpDownCounter {
		i, _ := m.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		return i
	}
	resident := upDown("process.memory.usage", "By", "The amount of physical memory in use.")
	virtual := upDown("process.memory.virtual", "By", "The amount of committed virtual memory.")
	threads := upDown("process.thread.count", "{thread}", "Process threads count.")
	files := upDown("process.unix.file_descriptor.count", "{file_descriptor}", "Number of unix file descriptors in use by the process.")

	user := metric.WithAttributeSet(attribute.NewSet(attribute.String("cpu.mode", "user")))
	system := metric.WithAttributeSet(attribute.NewSet(attribute.String("cpu.mode", "system")))

	_, _ = m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		u := usageOf(os.DirFS("/proc/self"))
		if u.user >= 0 {
			o.ObserveFloat64(cpu, u.user, user)
			o.ObserveFloat64(cpu, u.system, system)
		}
		o.ObserveFloat64(uptime, time.Since(begun).Seconds())
		for _, v := range []struct {
			instrument metric.Int64ObservableUpDownCounter
			value      int64
		}{{resident, u.resident}, {virtual, u.virtual}, {threads, u.threads}, {files, u.fileDescriptors}} {
			if v.value >= 0 {
				o.ObserveInt64(v.instrument, v.value)
			}
		}
		return nil
	}, cpu, uptime, resident, virtual, threads, files)
}
