//go:build go1.27

package sql

import "database/sql/driver"

// count returns rows that c counts.
func count(rows driver.Rows, c *call) driver.Rows {
	if scanner, ok := rows.(driver.RowsColumnScanner); ok {
		return &countedScanner{counted{rows, c}, scanner}
	}
	return &counted{rows, c}
}

// countedScanner is counted for rows that database/sql reads by NextRow.
type countedScanner struct {
	counted
	scanner driver.RowsColumnScanner
}

func (r *countedScanner) NextRow() error {
	err := r.scanner.NextRow()
	if err == nil {
		r.call.count++
	}
	return err
}

func (r *countedScanner) ScanColumn(scanCtx driver.ScanContext, index int, dest any) error {
	return r.scanner.ScanColumn(scanCtx, index, dest)
}
