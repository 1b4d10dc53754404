package schema

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// woven builds a small program, with an extension of its own.
func woven(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.com/app\n\ngo 1.24\n",
		"main.go": "package main\n\nimport \"net/http\"\n\nfunc main() { http.Get(\"http://localhost:1\") }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(tool(t), "go", "build", "-o", "app", ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "app")
}

func manifest(t *testing.T, bin, format string) []byte {
	t.Helper()
	out, err := exec.Command(tool(t), "manifest", "--format="+format, bin).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSBOM: the fragments are what the schema of CycloneDX, and the libraries of both formats, take,
// and name what is in the program.
func TestSBOM(t *testing.T) {
	bin := woven(t)
	var m struct {
		Woven []struct{ Package, Mark string }
	}
	if err := json.Unmarshal(manifest(t, bin, "json"), &m); err != nil || len(m.Woven) == 0 {
		t.Fatal(m, err)
	}

	text := manifest(t, bin, "cyclonedx")
	compiled, err := cyclonedxSchema(t)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = compiled.Validate(doc)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(bytes.NewReader(text), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	components := map[string]bool{}
	for _, c := range *bom.Components {
		components[c.Name] = true
	}

	d, err := spdxjson.Read(bytes.NewReader(manifest(t, bin, "spdx")))
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]bool{}
	for _, p := range d.Packages {
		packages[p.PackageName] = true
	}
	if d.SPDXVersion != v2_3.Version || len(d.Relationships) != len(d.Packages) {
		t.Errorf("%s, %d packages, %d relationships", d.SPDXVersion, len(d.Packages), len(d.Relationships))
	}
	for _, w := range m.Woven {
		if !components[w.Package] || !packages[w.Package] {
			t.Errorf("%s is woven, CycloneDX has %v, SPDX %v", w.Package, components, packages)
		}
	}
	if !components["otel.tool/runtime"] || !packages["otel.tool/runtime"] {
		t.Errorf("no runtime in %v, %v", components, packages)
	}
}

// cyclonedxSchema is the one of version 1.5, which travels with CycloneDX's library.
func cyclonedxSchema(t *testing.T) (*jsonschema.Schema, error) {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "schema")
	c := jsonschema.NewCompiler()
	files, err := filepath.Glob(filepath.Join(dir, "*.schema*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		// By the names that they have for each other.
		name := strings.Replace(filepath.Base(file), ".schemax.", ".schema.", 1)
		if err := c.AddResource("http://cyclonedx.org/schema/"+name, doc); err != nil {
			return nil, err
		}
	}
	return c.Compile("http://cyclonedx.org/schema/bom-1.5.schema.json")
}
