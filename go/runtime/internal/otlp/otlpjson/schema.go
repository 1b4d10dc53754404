package otlpjson

// form is how the value of a field is written in JSON.
type form uint8

const (
	asText    form = iota
	asNumber       // enums and unsigned numbers of 32 bits
	asSigned       // sint32
	asLong         // unsigned numbers of 64 bits, which JSON has as strings
	asInteger      // signed numbers of 64 bits, which it has as strings, too
	asDouble
	asBool
	asHex     // ids
	asBase64  // other bytes
	asLongs   // packed fixed64
	asVarints // packed uint64
	asDoubles // packed double
	asMessage
	asMessages // repeated
)

// field is what JSON has to know of a field.
type field struct {
	name string
	form form
	of   Message // of asMessage and asMessages
}

// Message is a kind of message.
type Message uint8

// The requests of the signals.
const (
	Traces Message = iota
	Metrics
	Logs
)

// What they are made of.
const (
	resourceSpans = Logs + 1 + iota
	resourceMetrics
	resourceLogs
	resource
	scopeSpans
	scopeMetrics
	scopeLogs
	scope
	keyValue
	anyValue
	arrayValue
	keyValueList
	span
	spanEvent
	spanLink
	spanStatus
	logRecord
	metric
	gauge
	sum
	histogram
	exponentialHistogram
	summary
	numberDataPoint
	histogramDataPoint
	exponentialHistogramDataPoint
	summaryDataPoint
	buckets
	valueAtQuantile
	exemplar
)

// schema is the fields of each message, by their numbers, as far as we write them
// (opentelemetry/proto).
var schema = [...][]field{
	Traces:  {1: {"resourceSpans", asMessages, resourceSpans}},
	Metrics: {1: {"resourceMetrics", asMessages, resourceMetrics}},
	Logs:    {1: {"resourceLogs", asMessages, resourceLogs}},
	resourceSpans: {
		1: {"resource", asMessage, resource},
		2: {"scopeSpans", asMessages, scopeSpans},
		3: {name: "schemaUrl"},
	},
	resourceMetrics: {
		1: {"resource", asMessage, resource},
		2: {"scopeMetrics", asMessages, scopeMetrics},
		3: {name: "schemaUrl"},
	},
	resourceLogs: {
		1: {"resource", asMessage, resource},
		2: {"scopeLogs", asMessages, scopeLogs},
		3: {name: "schemaUrl"},
	},
	resource: {1: {"attributes", asMessages, keyValue}},
	scopeSpans: {
		1: {"scope", asMessage, scope},
		2: {"spans", asMessages, span},
		3: {name: "schemaUrl"},
	},
	scopeMetrics: {
		1: {"scope", asMessage, scope},
		2: {"metrics", asMessages, metric},
		3: {name: "schemaUrl"},
	},
	scopeLogs: {
		1: {"scope", asMessage, scope},
		2: {"logRecords", asMessages, logRecord},
		3: {name: "schemaUrl"},
	},
	scope: {
		1: {name: "name"},
		2: {name: "version"},
		3: {"attributes", asMessages, keyValue},
	},
	keyValue: {
		1: {name: "key"},
		2: {"value", asMessage, anyValue},
	},
	anyValue: {
		1: {name: "stringValue"},
		2: {name: "boolValue", form: asBool},
		3: {name: "intValue", form: asInteger},
		4: {name: "doubleValue", form: asDouble},
		5: {"arrayValue", asMessage, arrayValue},
		6: {"kvlistValue", asMessage, keyValueList},
		7: {name: "bytesValue", form: asBase64},
	},
	arrayValue:   {1: {"values", asMessages, anyValue}},
	keyValueList: {1: {"values", asMessages, keyValue}},
	span: {
		1:  {name: "traceId", form: asHex},
		2:  {name: "spanId", form: asHex},
		3:  {name: "traceState"},
		4:  {name: "parentSpanId", form: asHex},
		5:  {name: "name"},
		6:  {name: "kind", form: asNumber},
		7:  {name: "startTimeUnixNano", form: asLong},
		8:  {name: "endTimeUnixNano", form: asLong},
		9:  {"attributes", asMessages, keyValue},
		10: {name: "droppedAttributesCount", form: asNumber},
		11: {"events", asMessages, spanEvent},
		12: {name: "droppedEventsCount", form: asNumber},
		13: {"links", asMessages, spanLink},
		14: {name: "droppedLinksCount", form: asNumber},
		15: {"status", asMessage, spanStatus},
		16: {name: "flags", form: asNumber},
	},
	spanEvent: {
		1: {name: "timeUnixNano", form: asLong},
		2: {name: "name"},
		3: {"attributes", asMessages, keyValue},
		4: {name: "droppedAttributesCount", form: asNumber},
	},
	spanLink: {
		1: {name: "traceId", form: asHex},
		2: {name: "spanId", form: asHex},
		3: {name: "traceState"},
		4: {"attributes", asMessages, keyValue},
		5: {name: "droppedAttributesCount", form: asNumber},
		6: {name: "flags", form: asNumber},
	},
	spanStatus: {
		2: {name: "message"},
		3: {name: "code", form: asNumber},
	},
	logRecord: {
		1:  {name: "timeUnixNano", form: asLong},
		2:  {name: "severityNumber", form: asNumber},
		3:  {name: "severityText"},
		5:  {"body", asMessage, anyValue},
		6:  {"attributes", asMessages, keyValue},
		7:  {name: "droppedAttributesCount", form: asNumber},
		8:  {name: "flags", form: asNumber},
		9:  {name: "traceId", form: asHex},
		10: {name: "spanId", form: asHex},
		11: {name: "observedTimeUnixNano", form: asLong},
		12: {name: "eventName"},
	},
	metric: {
		1:  {name: "name"},
		2:  {name: "description"},
		3:  {name: "unit"},
		5:  {"gauge", asMessage, gauge},
		7:  {"sum", asMessage, sum},
		9:  {"histogram", asMessage, histogram},
		10: {"exponentialHistogram", asMessage, exponentialHistogram},
		11: {"summary", asMessage, summary},
	},
	gauge: {1: {"dataPoints", asMessages, numberDataPoint}},
	sum: {
		1: {"dataPoints", asMessages, numberDataPoint},
		2: {name: "aggregationTemporality", form: asNumber},
		3: {name: "isMonotonic", form: asBool},
	},
	histogram: {
		1: {"dataPoints", asMessages, histogramDataPoint},
		2: {name: "aggregationTemporality", form: asNumber},
	},
	exponentialHistogram: {
		1: {"dataPoints", asMessages, exponentialHistogramDataPoint},
		2: {name: "aggregationTemporality", form: asNumber},
	},
	summary: {1: {"dataPoints", asMessages, summaryDataPoint}},
	numberDataPoint: {
		2: {name: "startTimeUnixNano", form: asLong},
		3: {name: "timeUnixNano", form: asLong},
		4: {name: "asDouble", form: asDouble},
		5: {"exemplars", asMessages, exemplar},
		6: {name: "asInt", form: asInteger},
		7: {"attributes", asMessages, keyValue},
	},
	histogramDataPoint: {
		2:  {name: "startTimeUnixNano", form: asLong},
		3:  {name: "timeUnixNano", form: asLong},
		4:  {name: "count", form: asLong},
		5:  {name: "sum", form: asDouble},
		6:  {name: "bucketCounts", form: asLongs},
		7:  {name: "explicitBounds", form: asDoubles},
		8:  {"exemplars", asMessages, exemplar},
		9:  {"attributes", asMessages, keyValue},
		11: {name: "min", form: asDouble},
		12: {name: "max", form: asDouble},
	},
	exponentialHistogramDataPoint: {
		1:  {"attributes", asMessages, keyValue},
		2:  {name: "startTimeUnixNano", form: asLong},
		3:  {name: "timeUnixNano", form: asLong},
		4:  {name: "count", form: asLong},
		5:  {name: "sum", form: asDouble},
		6:  {name: "scale", form: asSigned},
		7:  {name: "zeroCount", form: asLong},
		8:  {"positive", asMessage, buckets},
		9:  {"negative", asMessage, buckets},
		11: {"exemplars", asMessages, exemplar},
		12: {name: "min", form: asDouble},
		13: {name: "max", form: asDouble},
		14: {name: "zeroThreshold", form: asDouble},
	},
	summaryDataPoint: {
		2: {name: "startTimeUnixNano", form: asLong},
		3: {name: "timeUnixNano", form: asLong},
		4: {name: "count", form: asLong},
		5: {name: "sum", form: asDouble},
		6: {"quantileValues", asMessages, valueAtQuantile},
		7: {"attributes", asMessages, keyValue},
	},
	buckets: {
		1: {name: "offset", form: asSigned},
		2: {name: "bucketCounts", form: asVarints},
	},
	valueAtQuantile: {
		1: {name: "quantile", form: asDouble},
		2: {name: "value", form: asDouble},
	},
	exemplar: {
		2: {name: "timeUnixNano", form: asLong},
		3: {name: "asDouble", form: asDouble},
		4: {name: "spanId", form: asHex},
		5: {name: "traceId", form: asHex},
		6: {name: "asInt", form: asInteger},
		7: {"filteredAttributes", asMessages, keyValue},
	},
}
