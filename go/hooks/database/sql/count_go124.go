//go:build !go1.27

package sql

import "database/sql/driver"

// count returns rows that c counts.
func count(rows driver.Rows, c *call) driver.Rows { return &counted{rows, c} }
