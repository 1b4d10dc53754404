package resource

import (
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/internal/build"
)

func TestServiceName(t *testing.T) {
	for _, tt := range []struct{ path, want string }{
		{"example.com/shop", "shop"},
		{"example.com/shop/cmd/cart", "cart"},
		{"example.com/shop/v2", "shop"},
		{"example.com/shop/cmd/v12", "cmd"},
		{"example.com/vault", "vault"},
		{"main", "main"},
		{"v2", "v2"},
		{"command-line-arguments", "unknown_service:exe"},
		{"", "unknown_service:exe"},
	} {
		if got := serviceName(tt.path, "exe"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.path, got, tt.want)
		}
	}
}

// Text is attributes as k=v, sorted.
func text(list []attribute.KeyValue) string {
	var words []string
	for _, kv := range list {
		words = append(words, string(kv.Key)+"="+kv.Value.Emit())
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func TestDetectors(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e47364bf92f3577b34da6a3ce929d0e0e4736"
	const otherID = "00f067aa0ba902b74bf92f3577b34da6a3ce929d0e0e47364bf92f3577b34da6"
	osType := "os.type=" + runtime.GOOS
	type texts = map[string]string
	tests := []struct {
		name     string
		detector string
		env      texts
		files    texts
		want     string
	}{
		{"os", "os", nil, texts{"/etc/os-release": "PRETTY_NAME=\"Debian GNU/Linux 13\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID='13'\n"}, "os.name=Debian GNU/Linux " + osType + " os.version=13"},
		{"os without a file", "os", nil, nil, osType},
		{"host id", "hostid", nil, texts{"/etc/machine-id": "abc\n"}, "host.id=abc"},
		{"no container", "container", nil, texts{"/proc/self/cgroup": "0::/user.slice\n"}, ""},
		{"docker", "container", nil, texts{"/proc/self/cgroup": "13:pids:/docker/" + id + "\n1:name=x:/docker/" + id + "\n"}, "container.id=" + id},
		{"containerd under systemd", "container", nil, texts{"/proc/self/cgroup": "0::/kubepods.slice/pod1.slice/cri-containerd-" + id + ".scope\n"}, "container.id=" + id},
		{"cgroup v2", "container", nil, texts{"/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": "1 2 8:1 /var/lib/docker/containers/" + otherID + "/resolv.conf /etc/resolv.conf rw\n1 2 8:1 /var/lib/docker/containers/" + id + "/hostname /etc/hostname rw\n"}, "container.id=" + id},
		{"not in Kubernetes", "k8s", texts{"HOSTNAME": "h", "K8S_POD_NAME": "p"}, nil, ""},
		{"Kubernetes, told nothing", "k8s", texts{"KUBERNETES_SERVICE_HOST": "1", "HOSTNAME": "web-1"}, texts{"/var/run/secrets/kubernetes.io/serviceaccount/namespace": "prod"}, "k8s.namespace.name=prod k8s.pod.name=web-1"},
		{"not in Lambda", "lambda", texts{"AWS_REGION": "r"}, nil, ""},
		{"Lambda", "lambda", texts{"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "7", "AWS_REGION": "r", "AWS_LAMBDA_LOG_STREAM_NAME": "l", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"}, nil,
			"cloud.platform=aws_lambda cloud.provider=aws cloud.region=r faas.instance=l faas.max_memory=134217728 faas.name=f faas.version=7"},
		{"Kubernetes, downward API", "k8s", texts{"KUBERNETES_SERVICE_HOST": "1", "K8S_POD_UID": "u", "K8S_NODE_NAME": "n", "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME": "less"}, nil, "k8s.node.name=n k8s.pod.uid=u"},
	}
	for _, tt := range tests {
		p := &place{getenv: func(name string) string { return tt.env[name] }, read: func(path string) string { return tt.files[path] }}
		for _, d := range detectors {
			if d.name != tt.detector {
				continue
			}
			set := attribute.NewSet(d.detect(p)...) // as New, the later of two values for one key
			if got := text(set.ToSlice()); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
		}
	}
}

func TestNew(t *testing.T) {
	given := []attribute.KeyValue{attribute.String("service.name", "given"), attribute.String("host.name", "mine"), attribute.String("team", "a")}
	tests := []struct {
		name string
		cfg  Config
		want map[attribute.Key]string
		not  attribute.Key
	}{
		{"found out", Config{Detectors: Defaults}, map[attribute.Key]string{"service.name": "resource.test", "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.language": "go", "telemetry.distro.name": Distro, "process.runtime.name": "go"}, "host.id"},
		{"given", Config{Attrs: given, Detectors: Defaults}, map[attribute.Key]string{"service.name": "given", "host.name": "mine", "team": "a"}, "host.id"},
		{"named", Config{Service: "named", Attrs: given}, map[attribute.Key]string{"service.name": "named", "team": "a"}, "process.pid"},
		{"one detector", Config{Detectors: []string{"os"}}, map[attribute.Key]string{"os.type": runtime.GOOS}, "service.instance.id"},
	}
	for _, tt := range tests {
		set := New(tt.cfg).Set()
		for key, want := range tt.want {
			if v, _ := set.Value(key); v.Emit() != want {
				t.Errorf("%s: %s is %q, want %q", tt.name, key, v.Emit(), want)
			}
		}
		// What may hold secrets is not asked for.
		for _, key := range []attribute.Key{"process.command_args", "process.command_line", "process.command", tt.not} {
			if set.HasValue(key) {
				t.Errorf("%s: %s is there", tt.name, key)
			}
		}
	}
	set := New(Config{Detectors: Names()}).Set()
	for _, key := range []attribute.Key{"process.pid", "host.name", "service.instance.id", "process.executable.name", "telemetry.sdk.version"} {
		if !set.HasValue(key) {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestService(t *testing.T) {
	if got := text(service(&place{info: build.Info{Version: "v1.2.3", Revision: "abc"}})[1:]); got != "service.version=v1.2.3 vcs.ref.head.revision=abc" {
		t.Error(got)
	}
	if got := text(service(&place{info: build.Info{Version: "(devel)"}})[1:]); got != "" {
		t.Error(got)
	}
}

func TestRandomID(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	a, b := randomID(), randomID()
	if !form.MatchString(a) || a == b {
		t.Error(a, b)
	}
}

func BenchmarkNew(b *testing.B) {
	for range b.N {
		New(Config{Detectors: Defaults})
	}
}
