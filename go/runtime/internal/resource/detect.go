package resource

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/internal/build"
)

// place is where detectors look: the process's own, or a test's.
type place struct {
	getenv func(name string) string
	read   func(path string) string // a file's text, or ""
	info   build.Info
}

func here() *place {
	return &place{getenv: os.Getenv, read: readFile, info: build.Read()}
}

func readFile(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

// detectors are in the order in which they are asked; a later one's value for
// a key comes first.
var detectors = []struct {
	name   string
	detect func(*place) []attribute.KeyValue
}{
	{"service", service},
	{"process", process},
	{"host", host},
	{"os", operatingSystem},
	{"container", container},
	{"k8s", kubernetes},
	{"lambda", lambda},
	{"hostid", hostID},
}

// Defaults are the detectors that are asked where the user names none: all but
// hostid, as what it reads is to be kept to the machine (machine-id(5)).
var Defaults = []string{"service", "process", "host", "os", "container", "k8s", "lambda"}

// Names are those of all detectors.
func Names() []string {
	names := make([]string, len(detectors))
	for i, d := range detectors {
		names[i] = d.name
	}
	return names
}

// attrs collects attributes that have a value.
type attrs []attribute.KeyValue

func (a *attrs) add(key, value string) {
	if value = strings.TrimSpace(value); value != "" {
		*a = append(*a, attribute.String(key, value))
	}
}

// service is what go wrote into the program about its source, and an id for
// this run of it. The name is always told, by New.
func service(p *place) (a []attribute.KeyValue) {
	list := (*attrs)(&a)
	list.add("service.instance.id", randomID())
	if v := p.info.Version; v != "(devel)" {
		list.add("service.version", v)
	}
	list.add("vcs.ref.head.revision", p.info.Revision)
	return a
}

// randomID is a UUID of version 4 (RFC 9562, section 5.4).
func randomID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return ""
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// process says nothing of the command line, which may hold secrets.
func process(*place) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.Int("process.pid", os.Getpid()),
		attribute.String("process.executable.name", executable()),
		attribute.String("process.runtime.name", "go"),
		attribute.String("process.runtime.version", runtime.Version()),
	}
}

func executable() string {
	if path, err := os.Executable(); err == nil {
		return filepath.Base(path)
	}
	if len(os.Args) > 0 {
		return filepath.Base(os.Args[0])
	}
	return "go"
}

func host(*place) (a []attribute.KeyValue) {
	list := (*attrs)(&a)
	list.add("host.arch", runtime.GOARCH)
	if name, err := os.Hostname(); err == nil {
		list.add("host.name", name)
	}
	return a
}

// hostID is machine-id(5).
func hostID(p *place) (a []attribute.KeyValue) {
	(*attrs)(&a).add("host.id", p.read("/etc/machine-id"))
	return a
}

// operatingSystem reads os-release(5) where there is one.
func operatingSystem(p *place) (a []attribute.KeyValue) {
	list := (*attrs)(&a)
	list.add("os.type", runtime.GOOS)
	for line := range strings.Lines(p.read("/etc/os-release")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.Trim(value, `"'`)
		switch key {
		case "NAME":
			list.add("os.name", value)
		case "VERSION_ID":
			list.add("os.version", value)
		}
	}
	return a
}

// container finds the id under which Docker, containerd or CRI-O know the
// container: in the name of the control group, or, where that is hidden (cgroup
// v2), in the path of a file that they mount.
func container(p *place) (a []attribute.KeyValue) {
	id := ""
	for line := range strings.Lines(p.read("/proc/self/cgroup")) {
		if found := containerID(line[strings.LastIndexByte(line, '/')+1:]); found != "" {
			id = found
		}
	}
	if id == "" {
		for line := range strings.Lines(p.read("/proc/self/mountinfo")) {
			if _, path, ok := strings.Cut(line, "/containers/"); ok && strings.Contains(line, "/hostname") {
				path, _, _ = strings.Cut(path, "/")
				id = containerID(path)
			}
		}
	}
	(*attrs)(&a).add("container.id", id)
	return a
}

// containerID returns the 64 hexadecimal digits in names like
// cri-containerd-ID.scope, or "".
func containerID(name string) string {
	const size = 64
	for i := 0; i+size <= len(name); i++ {
		if id := name[i : i+size]; strings.Trim(id, "0123456789abcdef") == "" {
			return id
		}
	}
	return ""
}

// downward are the variables by which pods are usually told, through the
// downward API, who they are. The second is what OpenTelemetry's operator sets.
var downward = []struct{ key, name, operator string }{
	{"k8s.pod.name", "K8S_POD_NAME", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME"},
	{"k8s.pod.uid", "K8S_POD_UID", "OTEL_RESOURCE_ATTRIBUTES_POD_UID"},
	{"k8s.namespace.name", "K8S_NAMESPACE_NAME", ""},
	{"k8s.node.name", "K8S_NODE_NAME", "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME"},
	{"k8s.container.name", "K8S_CONTAINER_NAME", ""},
	{"k8s.deployment.name", "K8S_DEPLOYMENT_NAME", ""},
	{"k8s.cluster.name", "K8S_CLUSTER_NAME", ""},
}

func kubernetes(p *place) (a []attribute.KeyValue) {
	if p.getenv("KUBERNETES_SERVICE_HOST") == "" {
		return nil
	}
	list := (*attrs)(&a)
	list.add("k8s.pod.name", p.getenv("HOSTNAME")) // what Kubernetes sets it to
	list.add("k8s.namespace.name", p.read("/var/run/secrets/kubernetes.io/serviceaccount/namespace"))
	for _, v := range downward {
		if v.operator != "" {
			list.add(v.key, p.getenv(v.operator))
		}
		list.add(v.key, p.getenv(v.name))
	}
	return a
}

// lambda is what AWS Lambda tells its functions
// (https://opentelemetry.io/docs/specs/semconv/resource/faas, 1.39, in development).
func lambda(p *place) (a []attribute.KeyValue) {
	name := p.getenv("AWS_LAMBDA_FUNCTION_NAME")
	if name == "" {
		return nil
	}
	list := (*attrs)(&a)
	list.add("cloud.provider", "aws")
	list.add("cloud.platform", "aws_lambda")
	list.add("cloud.region", p.getenv("AWS_REGION"))
	list.add("faas.name", name)
	list.add("faas.version", p.getenv("AWS_LAMBDA_FUNCTION_VERSION"))
	list.add("faas.instance", p.getenv("AWS_LAMBDA_LOG_STREAM_NAME"))
	if mib, err := strconv.ParseInt(p.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 10, 32); err == nil {
		a = append(a, attribute.Int64("faas.max_memory", mib<<20))
	}
	return a
}
