package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"otel.tool/tests/e2e/semconv"
)

// tested are the versions of each library that its tests run with: the oldest and the newest that
// is supported, and, where there are as many, two between. docs/instrumentations.md has them.
var tested = map[string][]string{
	"github.com/aws/aws-lambda-go":        {"v1.20.0", "v1.34.1", "v1.41.0", "v1.55.1"},
	"github.com/gin-gonic/gin":            {"v1.7.0", "v1.8.2", "v1.9.1", "v1.12.0"},
	"github.com/go-chi/chi/v5":            {"v5.0.0", "v5.0.12", "v5.2.3", "v5.5.0"},
	"github.com/go-redis/redis/v8":        {"v8.11.0", "v8.11.2", "v8.11.4", "v8.11.5"},
	"github.com/gofiber/fiber/v2":         {"v2.50.0", "v2.52.4", "v2.52.9", "v2.52.15"},
	"github.com/gofiber/fiber/v3":         {"v3.0.0", "v3.1.0"}, // there are no others
	"github.com/gorilla/mux":              {"v1.6.2", "v1.7.4", "v1.8.0", "v1.8.1"},
	"github.com/julienschmidt/httprouter": {"v1.2.0", "v1.3.0"}, // likewise
	"github.com/labstack/echo/v4":         {"v4.1.16", "v4.6.3", "v4.11.4", "v4.16.0"},
	"github.com/labstack/echo/v5":         {"v5.3.1", "v5.4.3", "v5.4.4", "v5.4.5"},
	"github.com/redis/go-redis/v9":        {"v9.0.0", "v9.7.0", "v9.14.0", "v9.23.0"},
	"github.com/rs/zerolog":               {"v1.20.0", "v1.26.1", "v1.31.0", "v1.35.1"},
	"github.com/sirupsen/logrus":          {"v1.6.0", "v1.8.1", "v1.9.3", "v1.10.2"},
	"github.com/valyala/fasthttp":         {"v1.50.0", "v1.55.0", "v1.62.0", "v1.78.0"},
	"go.uber.org/zap":                     {"v1.18.1", "v1.21.0", "v1.25.0", "v1.28.0"},
	"google.golang.org/grpc":              {"v1.50.0", "v1.60.1", "v1.72.2", "v1.85.0"},
}

// nth is module@version of its i-th version of n, the last one where there are fewer.
func nth(module string, i, n int) string {
	versions := tested[module]
	if i == n-1 || i >= len(versions) {
		i = len(versions) - 1
	}
	return module + "@" + versions[i]
}

// between skips the i-th of n versions if it is one between the oldest and the newest, which are run
// with -all alone.
func between(t *testing.T, i, n int) {
	if i > 0 && i < n-1 && !*allMatrix {
		t.Skip("without -all")
	}
}

// overview is the table of docs/instrumentations.md that the test makes.
var overview = regexp.MustCompile(`(?s)(<!-- made by TestInstrumentations -->\n)(.*?)(<!-- end -->\n)`)

// TestInstrumentations: the table of docs/instrumentations.md has the versions that are tested,
// and the attributes and options of the READMEs, no more and no less. UPDATE=1 writes it.
func TestInstrumentations(t *testing.T) {
	t.Parallel()
	model, err := semconv.Load()
	if err != nil {
		t.Fatal(err)
	}
	releasesTested := "Go " + strings.ReplaceAll(strings.Join(releases, ", "), "go", "") + ", and that of the build"
	versions := map[string]string{"net/http": releasesTested, "database/sql": releasesTested, "log": releasesTested, "log/slog": releasesTested}
	for module, list := range tested {
		versions[module] = strings.Join(list, ", ")
	}
	var b strings.Builder
	b.WriteString("| library | tested with | attributes | options |\n| --- | --- | --- | --- |\n")
	for _, module := range slices.Sorted(maps.Keys(versions)) {
		readme, err := os.ReadFile(filepath.Join("../../go/hooks", module, "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		attributes, options := readmeNames(model, module, string(readme))
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", module, versions[module], attributes, options)
	}
	const page = "../../docs/instrumentations.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := overview.ReplaceAllString(string(text), "${1}"+strings.ReplaceAll(b.String(), "$", "$$")+"${3}")
	if os.Getenv("UPDATE") == "1" {
		err = os.WriteFile(page, []byte(want), 0o644)
	}
	if err != nil || !overview.Match(text) || want != string(text) {
		t.Errorf("the table is not up to date (UPDATE=1 writes it): %v\n%s", err, diff(string(text), want))
	}
}

var (
	coded  = regexp.MustCompile("`([^`\n]+)`")
	option = regexp.MustCompile(`^(OTEL_[A-Z0-9_…]+|…[A-Z0-9_]+)(=|$)`)
)

// readmeNames are the attributes of the conventions and the variables that a README names, without
// those of which it says that they are not recorded.
func readmeNames(model *semconv.Model, module, readme string) (attributes, options string) {
	var as, os []string
	last := ""
	for _, m := range coded.FindAllStringSubmatch(readme, -1) {
		name := m[1]
		if strings.HasPrefix(name, "_") {
			name = last + name // `http.request.method`, `_original`
		}
		last = m[1]
		if _, known, ok := model.Find(name); ok && known == name {
			if neverRecorded(module, name) {
				continue
			}
			as = append(as, "`"+name+"`")
		} else if o := option.FindStringSubmatch(name); o != nil {
			os = append(os, "`"+o[1]+"`")
		}
	}
	slices.Sort(as)
	return strings.Join(slices.Compact(as), " "), strings.Join(unique(os), " ")
}

// unique leaves out what has come before.
func unique(list []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// neverRecorded says whether the excuses have it that spans of the module do not have the attribute.
func neverRecorded(module, attr string) bool {
	return slices.ContainsFunc(excuses, func(e excuse) bool {
		if e.attr != attr || !e.only || e.when != nil {
			return false
		}
		for scope, group := range spanGroups {
			if strings.HasPrefix(scope, module+" ") && strings.HasPrefix(group, e.group) {
				return true
			}
		}
		return false
	})
}
