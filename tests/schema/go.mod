module otel.tool/tests/schema

go 1.24

require (
	github.com/CycloneDX/cyclonedx-go v0.9.2
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3
	github.com/spdx/tools-golang v0.5.5
	go.yaml.in/yaml/v3 v3.0.4
)

require (
	github.com/anchore/go-struct-converter v0.0.0-20221118182256-c68fdcfa2092 // indirect
	golang.org/x/text v0.14.0 // indirect
)
