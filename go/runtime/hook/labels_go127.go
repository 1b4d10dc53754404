//go:build go1.27

package hook

// tracebacksShowLabels: GODEBUG tracebacklabels is 1 by default from Go 1.27 on.
const tracebacksShowLabels = true
